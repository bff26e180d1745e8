"""Idempotency-Key: a request whose answer was lost can be sent again, also to a server that was killed in between."""

import json
import os
import threading

from support.kinds import new_uid
from support.polling import until
from support.wire import Closed

ROUNDS = int(os.environ.get("RETRY_KILLS", "10"))
WRITERS = 4


class Writer:
    """Sends each request until it is answered, with the same key, whatever happens to the server."""

    def __init__(self, place, number: int, uid: str):
        self.place, self.number, self.uid = place, number, uid
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.replays = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            key = f"{self.number}-{count}"
            body = {"n": count, "writer": self.number}
            # Every second request adds to one note, so that one that is applied twice would show in its version.
            if count % 2:
                self.send(key, "POST", "/v1/notes", body)
            else:
                self.send(key, "PATCH", f"/v1/notes/{self.uid}", {f"w{self.number}-{count}": count})

    def send(self, key: str, method: str, target: str, body):
        data = json.dumps(body).encode()
        while True:
            server = self.place["server"]
            try:
                with server.connect() as connection:
                    answer = connection.request(method, target, [server.authorization, ("Idempotency-Key", key)], data)
            except (Closed, OSError):
                if self.stop.is_set() and self.place["ended"]:
                    return
                continue
            if answer.status == 503 or answer.status == 409:
                continue
            self.replays += answer.header("Idempotency-Replayed") == "true"
            self.answers[key] = (answer.status, answer.body)
            return


def test_what_is_sent_again_after_a_kill_happens_once(make_server, generator, tell):
    server = make_server().start()
    uid = new_uid()
    assert server.request("POST", "/v1/notes", {"uid": uid}).status == 201
    place = {"server": server, "ended": False}
    writers = [Writer(place, number, uid) for number in range(WRITERS)]
    for writer in writers:
        writer.thread.start()
    for _ in range(ROUNDS):
        done = sum(len(writer.answers) for writer in writers)
        enough = done + generator.randrange(20, 120)
        until(lambda: sum(len(writer.answers) for writer in writers) >= enough, 20, "answers")
        server.kill()
        server.start()
    for writer in writers:
        writer.stop.set()
    for writer in writers:
        writer.thread.join(20)
        assert not writer.thread.is_alive()
    place["ended"] = True
    keys = {key for writer in writers for key in writer.answers}
    creates = [json.loads(body)["uid"] for writer in writers for status, body in writer.answers.values() if status == 201]
    patches = [json.loads(body)["version"] for writer in writers for status, body in writer.answers.values() if status == 200]
    assert len(creates) + len(patches) == len(keys)
    uids, cursor = [], ""
    while cursor is not None:
        page = server.request("GET", f"/v1/notes?limit=1000&cursor={cursor}").json()
        uids += [item["uid"] for item in page["items"]]
        cursor = page.get("nextCursor")
    # Each create made one note and no answer names one that isn't there; each change of the shared note counted once.
    assert sorted(uids) == sorted([uid, *creates])
    assert sorted(patches) == list(range(2, len(patches) + 2))
    assert server.request("GET", f"/v1/notes/{uid}").json()["version"] == len(patches) + 1
    replays = sum(writer.replays for writer in writers)
    tell(f"{ROUNDS} kills, {len(keys)} requests under a key, {replays} answered from the record, none applied twice")


def test_the_same_request_at_the_same_instant_happens_once(server):
    answers = []

    def send(barrier, key):
        with server.connect() as connection:
            barrier.wait()
            answers.append(connection.request("POST", "/v1/notes", [server.authorization, ("Idempotency-Key", key)], b'{"a":1}'))

    for round_number in range(100):
        answers.clear()
        barrier = threading.Barrier(4)
        twins = [threading.Thread(target=send, args=(barrier, f"r{round_number}")) for _ in range(4)]
        for twin in twins:
            twin.start()
        for twin in twins:
            twin.join()
        made = [answer for answer in answers if answer.status == 201]
        waiting = [answer for answer in answers if answer.status == 409]
        assert len(made) + len(waiting) == 4 and made
        assert len({answer.body for answer in made}) == 1
        for answer in waiting:
            assert answer.json()["code"] == "idempotency_in_progress" and answer.header("Retry-After") == "1"
    page = server.request("GET", "/v1/notes?limit=1000").json()
    assert len(page["items"]) == 100


def test_a_key_belongs_to_one_request_of_one_owner(make_server):
    server = make_server(ENV="dev").start()
    fields = [("X-Debug-Sub", "one"), ("Idempotency-Key", "k")]
    first = server.request("POST", "/v1/notes", {"a": 1}, fields, token=False)
    assert first.status == 201
    for method, target, body in [("POST", "/v1/notes", {"a": 2}), ("POST", "/v1/tasks", {"a": 1}), ("POST", "/v1/notes?x", {"a": 1})]:
        other = server.request(method, target, body, fields, token=False)
        assert other.status == 409 and other.json()["code"] == "idempotency_mismatch", (method, target, body)
    again = server.request("POST", "/v1/notes", {"a": 1}, fields, token=False)
    assert (again.status, again.body) == (201, first.body)
    assert again.header("Location") == first.header("Location") and again.header("ETag") == first.header("ETag")
    stranger = server.request("POST", "/v1/notes", {"a": 2}, [("X-Debug-Sub", "two"), ("Idempotency-Key", "k")], token=False)
    assert stranger.status == 201

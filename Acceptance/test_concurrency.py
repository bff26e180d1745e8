"""Several writers at once, and several programs on one database."""

import json
import threading

from support.kinds import create, new_uid
from support.mcp import Client, Stdio
from support.schema import MODERN


def all_at_once(count: int, work):
    """Runs `work(number)` in threads that begin together; returns what each returned."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(number: int):
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return results


def test_of_writers_with_one_version_exactly_one_wins(server):
    uid = create(server, "notes")["uid"]
    connections = [server.connect() for _ in range(8)]
    for version in range(1, 41):
        method = ["PUT", "PATCH"][version % 2]

        def write(number: int):
            fields = [server.authorization, ("If-Match", f'"{version}"')]
            return connections[number].request(method, f"/v1/notes/{uid}", fields, json.dumps({"by": number}).encode())

        responses = all_at_once(8, write)
        statuses = [response.status for response in responses]
        assert sorted(statuses) == [200] + [412] * 7
        winner = statuses.index(200)
        stored = server.request("GET", f"/v1/notes/{uid}")
        assert stored.body == responses[winner].body
        assert stored.json()["version"] == version + 1 and stored.json()["payload"]["by"] == winner
    for connection in connections:
        connection.close()


def test_no_patch_is_lost(server):
    uid = create(server, "notes")["uid"]

    def write(number: int):
        with server.connect() as connection:
            for step in range(20):
                body = json.dumps({f"k{number}-{step}": 1}).encode()
                assert connection.request("PATCH", f"/v1/notes/{uid}", [server.authorization], body).status == 200

    all_at_once(8, write)
    item = server.request("GET", f"/v1/notes/{uid}").json()
    assert item["version"] == 161
    assert sum(key.startswith("k") for key in item["payload"]) == 160


def test_of_creators_of_one_uid_exactly_one_wins(server):
    for _ in range(20):
        body = json.dumps({"uid": new_uid()}).encode()
        statuses = all_at_once(4, lambda _: server.request("POST", "/v1/notes", body).status)
        assert sorted(statuses) == [201, 409, 409, 409]


def test_a_follower_never_misses_a_change_while_others_write(server):
    """Commit order is list order: whoever reads on from a cursor sees everything."""
    made, done = [], threading.Event()

    def write(number: int):
        if number == 0:
            seen, cursor = [], ""
            with server.connect() as connection:
                while True:
                    last_round = done.is_set()
                    page = connection.request("GET", f"/v1/notes?limit=7&cursor={cursor}", [server.authorization]).json()
                    seen += [item["uid"] for item in page["items"]]
                    if "nextCursor" in page:
                        cursor = page["nextCursor"]
                    elif last_round:
                        return seen
                    else:
                        # The page was the last so far; its rows come again.
                        seen = seen[: len(seen) - len(page["items"])]
        with server.connect() as connection:
            for _ in range(50):
                made.append(connection.request("POST", "/v1/notes", [server.authorization], b"{}").json()["uid"])
        if len(made) == 200:
            done.set()

    seen = all_at_once(5, write)[0]
    assert len(seen) == len(set(seen)) and set(seen) == set(made)


def test_serve_and_stdio_see_each_others_notes(server, stdio):
    assistant = Stdio(stdio(server.database), MODERN)
    uid = create(server, "notes", title="from REST")["uid"]
    assert assistant.call("get_note", uid=uid).value["payload"]["title"] == "from REST"
    changed = assistant.call("update_note", uid=uid, title="from stdio", content="", if_match=1).value
    assert changed["version"] == 2
    assert server.request("GET", f"/v1/notes/{uid}").json()["payload"]["title"] == "from stdio"
    with Client(server) as client:
        made = assistant.call("create_note", title="new", content="").value
        assert client.call("get_note", uid=made["uid"]).value == made
        assert client.call("list_notes").value["items"][0] == made
        client.call("delete_note", uid=made["uid"])
        assert assistant.call("get_note", uid=made["uid"]).refusal["code"] == "deleted"


def test_serve_and_stdio_write_at_the_same_time(server, stdio):
    assistants = [Stdio(stdio(server.database), MODERN) for _ in range(2)]

    def write(number: int):
        if number < 2:
            return [assistants[number].call("create_note", title="T", content="").value["uid"] for _ in range(40)]
        with server.connect() as connection:
            return [connection.request("POST", "/v1/notes", [server.authorization], b"{}").json()["uid"] for _ in range(40)]

    made = sum(all_at_once(4, write), [])
    listed = [item["uid"] for item in server.request("GET", "/v1/notes?limit=1000").json()["items"]]
    assert sorted(listed) == sorted(made) and len(set(made)) == 160

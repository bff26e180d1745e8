"""kill -9 in the middle of a storm of creates: whatever was acknowledged is there afterwards."""

import json
import os
import sqlite3
import threading

from support.kinds import new_uid
from support.mcp import Client
from support.polling import until
from support.wire import Closed

ROUNDS = int(os.environ.get("KILLS", "20"))
WRITERS = 8


class Storm:
    """Creates notes over several connections until the server is gone, half of them through the tool."""

    def __init__(self, server):
        self.server = server
        self.acknowledged: list[str] = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.rest if number % 2 else self.tool) for number in range(WRITERS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive()

    def rest(self):
        fields = [self.server.authorization]
        try:
            with self.server.connect() as connection:
                while True:
                    uid = new_uid()
                    response = connection.request("POST", "/v1/notes", fields, json.dumps({"uid": uid, "title": "x" * 500}).encode())
                    assert response.status == 201, response
                    self.acknowledge(uid)
        except (Closed, OSError):
            pass

    def tool(self):
        try:
            with Client(self.server) as client:
                client.tools()
                while True:
                    uid = new_uid()
                    answer = client.call("create_note", title="T", content="x" * 500, additional_fields={"uid": uid})
                    assert not answer.is_error, answer.text
                    self.acknowledge(uid)
        except (Closed, OSError):
            pass

    def acknowledge(self, uid: str):
        with self.lock:
            self.acknowledged.append(uid)


def every_uid(server) -> list[str]:
    uids, cursor = [], ""
    with server.connect() as connection:
        while cursor is not None:
            page = connection.request("GET", f"/v1/notes?limit=1000&cursor={cursor}", [server.authorization]).json()
            uids += [item["uid"] for item in page["items"]]
            cursor = page.get("nextCursor")
    return uids


def test_no_acknowledged_note_is_lost(make_server, generator, tell):
    server = make_server().start()
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        storm = Storm(server)
        storm.start()
        enough = generator.randrange(20, 200)
        until(lambda: len(storm.acknowledged) >= enough, 20, f"{enough} notes")
        server.kill()
        storm.join()
        acknowledged.update(storm.acknowledged)
        server.start()
        uids = every_uid(server)
        kept = set(uids)
        assert len(kept) == len(uids)
        assert not acknowledged - kept, f"{len(acknowledged - kept)} acknowledged notes are gone"
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # What was not acknowledged may be there, but never more than one note a connection and round.
    assert len(kept) <= len(acknowledged) + ROUNDS * WRITERS
    tell(f"{ROUNDS} kills, {len(acknowledged)} acknowledged notes, 0 lost")

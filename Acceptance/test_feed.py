"""The live feed: what happens by any path reaches every follower, and idle followers cost little."""

import json
import threading
from pathlib import Path

import pytest

from support.events import EventStream
from support.kinds import new_uid
from support.polling import until
from support.wire import Closed

CHANGES = "/v1/sync/changes"


def resident(server) -> int:
    return int(Path(f"/proc/{server.pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024


def stream(server, target=CHANGES, headers=()) -> EventStream:
    return EventStream(server.port, target, [server.authorization, *headers])


def test_changes_of_rest_sync_and_tools_reach_a_follower_in_order(server):
    from support.mcp import Client

    with stream(server) as events:
        assert events.status == 200 and events.headers["content-type"] == "text/event-stream"
        assert [event.name for event in events.until("ready")] == ["ready"]
        expected = []
        note = new_uid()
        assert server.request("POST", "/v1/notes", {"uid": note, "title": "by REST"}).status == 201
        expected.append(("notes", note, 1))
        with Client(server) as client:
            client.tools()
            assert not client.call("update_note", uid=note, title="by a tool", content="").is_error
        expected.append(("notes", note, 2))
        session = server.request("POST", "/v1/sync/sessions").json()
        fields = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
        task = new_uid()
        pushed = {"items": [{"uid": task, "title": "by sync", "updatedTs": "2026-03-01T10:00:00Z"}]}
        assert server.request("POST", "/v1/sync/tasks/push", pushed, fields).json()[0]["version"] == 1
        expected.append(("tasks", task, 1))
        assert server.request("DELETE", f"/v1/tasks/{task}").status == 200
        expected.append(("tasks", task, 2))
        found = [events.next() for _ in expected]
        assert [(e.json()["kind"], e.json()["uid"], e.json()["version"]) for e in found] == expected
        assert "deletedAt" in found[-1].json() and "payload" not in found[-1].json()
        # One event more than was read: behind the cursor of the first comes the second.
        with stream(server, headers=[("Last-Event-ID", found[1].id)]) as later:
            assert [event.name for event in later.until("ready")] == ["change", "ready"]


def test_changes_of_another_process_reach_a_follower(server, stdio):
    process = stdio(server.database)
    with stream(server) as events:
        events.until("ready")
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_note", "arguments": {"title": "elsewhere", "content": ""}}}
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        call["params"]["_meta"] = meta
        process.stdin.write(json.dumps(call).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert not answer["result"].get("isError"), answer
        assert events.next().json()["payload"]["title"] == "elsewhere"


def test_a_stream_beats_and_ends_cleanly_at_its_age_and_at_the_end_of_the_server(make_server):
    server = make_server(TOOLBRIDGE_SSE_HEARTBEAT_SECONDS="1", TOOLBRIDGE_SSE_MAX_AGE_SECONDS="4").start()
    with stream(server) as events:
        assert [event.name for event in events.rest()] == ["ready"]
        assert events.comments >= 1
    with stream(server) as events:
        events.until("ready")
        stopped = threading.Thread(target=server.terminate)
        stopped.start()
        assert events.rest() == []
        stopped.join(10)
        assert not stopped.is_alive()


def test_a_thousand_idle_streams_are_cheap_and_all_are_told(make_server, tell):
    # 40 owners with 25 streams each, as many as an owner may have and more.
    server = make_server(ENV="dev", RATE_LIMIT_DATA="off").start()
    owners = [f"user{number}" for number in range(40)]

    def open_stream(owner: str) -> EventStream:
        events = EventStream(server.port, CHANGES, [("X-Debug-Sub", owner)], timeout=60)
        assert events.status == 200, events.status
        return events

    warm = [open_stream(owners[0]) for _ in range(20)]
    for events in warm:
        events.until("ready")
        events.connection.close()
    before = resident(server)
    streams = []
    try:
        for owner in owners:
            streams += [(owner, open_stream(owner)) for _ in range(25)]
        for _, events in streams:
            events.until("ready")
        each = (resident(server) - before) / len(streams)
        tell(f"{len(streams)} idle streams cost {each / 1000:.1f} kB each")
        assert each <= 30_000
        for owner in owners:
            answer = server.request("POST", "/v1/notes", {"title": owner}, [("X-Debug-Sub", owner)], token=False)
            assert answer.status == 201, answer
        for owner, events in streams:
            assert events.next().json()["payload"]["title"] == owner
    finally:
        for _, events in streams:
            events.connection.close()


def test_a_follower_that_reads_nothing_holds_up_nobody_and_costs_little(server, tell):
    for _ in range(8):
        answer = server.request("POST", "/v1/notes", {"content": "x" * 1_000_000})
        assert answer.status == 201
    before = resident(server)
    with stream(server) as slow, stream(server, f"{CHANGES}?kinds=tasks") as quick:
        quick.until("ready")
        for number in range(40):
            assert server.request("POST", "/v1/notes", {"content": "y" * 900_000}).status == 201
            assert server.request("POST", "/v1/tasks", {"n": number}).status == 201
            assert quick.next().json()["payload"]["n"] == number
        grown = resident(server) - before
        tell(f"a follower that reads nothing of 44 MB of changes cost {grown >> 20} MiB")
        assert grown < 48 << 20
        # When it reads again, nothing is missing.
        changes = 0
        while changes < 8 + 40 + 40:
            changes += slow.next().name == "change"


@pytest.mark.parametrize("cursor", ["not base64!", "Zm9v", "x" * 129])
def test_a_bad_cursor_is_an_answer_and_no_stream(shared_server, cursor):
    answer = shared_server.request("GET", CHANGES, headers=[("Accept", "text/event-stream"), ("Last-Event-ID", cursor)])
    assert answer.status == 400 and answer.json()["code"] == "invalid_cursor"


def test_a_follower_misses_nothing_beside_eight_writers(server, generator, tell):
    total = 8 * 60
    seeds = [generator.random() for _ in range(8)]

    def write(seed):
        import random

        dice, uids = random.Random(seed), []
        with server.connect() as connection:
            for _ in range(60):
                if uids and dice.random() < 0.4:
                    kind, uid = dice.choice(uids)
                    answer = connection.request("PATCH", f"/v1/{kind}/{uid}", [server.authorization], b'{"x":1}')
                    assert answer.status == 200
                else:
                    kind = dice.choice(["notes", "tasks", "chats", "task_lists", "task_list_categories"])
                    answer = connection.request("POST", f"/v1/{kind}", [server.authorization], b"{}")
                    assert answer.status == 201
                    uids.append((kind, answer.json()["uid"]))

    with stream(server) as events:
        events.until("ready")
        writers = [threading.Thread(target=write, args=(seed,)) for seed in seeds]
        for writer in writers:
            writer.start()
        latest, cursors = {}, []
        # The last change of all is told apart, so that reading ends with it.
        final = threading.Thread(target=lambda: [writer.join() for writer in writers] and server.request("POST", "/v1/chats", {"last": True}))
        final.start()
        while True:
            event = events.next()
            change = event.json()
            if change["payload"].get("last"):
                break
            key = (change["kind"], change["uid"])
            assert change["version"] > latest.get(key, 0), "a change came twice or out of order"
            latest[key] = change["version"]
            cursors.append(event.id)
        assert len(set(cursors)) == len(cursors)
        final.join()
    page = server.request("GET", f"{CHANGES}?limit=1000").json()
    assert latest == {(change["kind"], change["uid"]): change["version"] for change in page["changes"][:-1]}
    tell(f"{total} writes by 8 writers: {len(cursors)} events, none twice, none missed")


def test_a_server_that_is_killed_cuts_its_streams_and_a_new_one_reads_on(make_server):
    server = make_server().start()
    with stream(server) as events:
        events.until("ready")
        assert server.request("POST", "/v1/notes", {"n": 1}).status == 201
        seen = events.next()
        server.kill()
        with pytest.raises((Closed, ConnectionResetError)):
            events.rest()
    server.start()
    assert server.request("POST", "/v1/notes", {"n": 2}).status == 201
    with stream(server, headers=[("Last-Event-ID", seen.id)]) as events:
        found = events.until("ready")
        assert [event.json().get("payload", {}).get("n") for event in found] == [2, None]


def test_nothing_waits_for_a_lost_follower(server):
    with stream(server) as events:
        events.until("ready")
    until(lambda: server.request("POST", "/v1/notes", {}).status == 201, 5, "a write after a follower has gone")

"""The streams of single requests: who may leave, who may come back, and what that means for the work."""

import json
import time

import pytest

from support.events import Closed
from support.fixtures import new_ring
from support.mcp import encode
from support.peer import HTTPPeer, SSEPeer
from support.polling import until
from support.schema import LEGACY, MODERN, check_answer
from support.wire import Connection, request_bytes

SESSIONS = [revision for revision in LEGACY if revision != "2024-11-05"]


def counters(peer) -> dict:
    return json.loads(peer.call("test_counters").text)


def wait_call(peer, ms: int) -> dict:
    return peer.message("tools/call", {"name": "test_wait", "arguments": {"ms": ms}})


def change(before: dict, after: dict) -> dict:
    return {name: after[name] - before[name] for name in before}


def begun(peer, message: dict) -> tuple[Connection, dict]:
    """Sends a request on a connection of its own and waits until its work has begun."""
    before = counters(peer)
    connection = peer.at.connect()
    connection.send(peer.bytes_of(message))
    until(lambda: counters(peer)["started"] > before["started"], 10, "the start of the work")
    return connection, before


def test_h7_cn2_leaving_is_cancelling_in_the_newest_revision(fixtures):
    with HTTPPeer(fixtures, MODERN) as peer:
        connection, before = begun(peer, wait_call(peer, 60_000))
        connection.close()
        until(lambda: counters(peer)["cancelled"] > before["cancelled"], 10, "the cancellation")
        assert change(before, counters(peer)) == {"started": 1, "finished": 0, "cancelled": 1}


def test_h7_leaving_a_stream_that_has_begun_is_cancelling_too(fixtures):
    with HTTPPeer(fixtures, MODERN) as peer:
        message = peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": 1})
        stream = peer.open(message)
        assert stream.next().json()["method"] == "notifications/progress"
        stream.close()
        assert peer.call("test_simple_text").text


@pytest.mark.parametrize("revision", SESSIONS)
def test_s5_leaving_is_no_cancellation_in_a_session(fixtures, revision):
    with HTTPPeer(fixtures, revision) as peer:
        connection, before = begun(peer, wait_call(peer, 300))
        connection.close()
        until(lambda: counters(peer)["finished"] > before["finished"], 10, "the end of the work")
        assert change(before, counters(peer)) == {"started": 1, "finished": 1, "cancelled": 0}


@pytest.mark.parametrize("revision", SESSIONS)
def test_cn1_cancelling_in_a_session(fixtures, revision):
    with HTTPPeer(fixtures, revision) as peer, HTTPPeer(fixtures, revision) as stranger:
        message = wait_call(peer, 60_000)
        connection, before = begun(peer, message)
        # B4: another session with the same id is another request.
        stranger.notify("notifications/cancelled", {"requestId": message["id"]})
        peer.notify("notifications/cancelled", {"requestId": "nothing"})
        assert counters(peer)["cancelled"] == before["cancelled"]
        peer.notify("notifications/cancelled", {"requestId": message["id"], "reason": "enough"})
        until(lambda: counters(peer)["cancelled"] > before["cancelled"], 10, "the cancellation")
        # No response: the answer ends without one.
        try:
            response = connection.response()
            assert b'"result"' not in response.body and b'"error"' not in response.body, response
        except Closed:
            pass
        connection.close()


def test_cn2_a_notification_cancels_nothing_over_http_in_the_newest_revision(fixtures):
    with HTTPPeer(fixtures, MODERN) as peer:
        message = wait_call(peer, 300)
        connection, before = begun(peer, message)
        peer.notify("notifications/cancelled", {"requestId": message["id"], "_meta": peer.meta()})
        answer = connection.response()
        assert answer.status == 200 and answer.json()["result"]["content"][0]["text"] == "Waited 300 ms"
        connection.close()
        assert change(before, counters(peer))["cancelled"] == 0


def test_e5_the_end_of_the_stream_ends_the_work_of_the_first_transport(fixtures):
    with SSEPeer(fixtures) as watcher:
        peer = SSEPeer(fixtures)
        before = counters(watcher)
        peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 60_000}})
        until(lambda: counters(watcher)["started"] > before["started"], 10, "the start of the work")
        endpoint = peer.endpoint
        peer.stream.close()
        until(lambda: counters(watcher)["cancelled"] > before["cancelled"], 10, "the cancellation")
        response = fixtures.request("POST", endpoint, [("Content-Type", "application/json")], b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
        assert response.status == 404
        peer.posts.close()


# MARK: resuming


@pytest.mark.parametrize("revision", SESSIONS)
def test_s12_w55_a_lost_stream_goes_on_where_it_was(fixtures, revision):
    with HTTPPeer(fixtures, revision) as peer:
        message = peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": "t"})
        stream = peer.open(message)
        event = stream.next()
        if revision == "2025-11-25":
            assert event.data == [""] and event.id, "S13"
            event = stream.next()
        assert event.json()["params"]["progress"] == 0
        stream.close()
        with peer.resume(event.id) as stream:
            assert stream.status == 200
            seen = [later for later in stream.rest() if later.data != [""]]
        assert [later.json().get("params", {}).get("progress") for later in seen] == [50, 100, None]
        check_answer(revision, "tools/call", seen[-1].json())
        assert len({later.id for later in seen} | {event.id}) == 4
        # The same place can be asked for again, within its time.
        with peer.resume(seen[0].id) as stream:
            again = [later for later in stream.rest() if later.data != [""]]
        assert [later.data for later in again] == [later.data for later in seen[1:]]


def test_s12_only_the_session_itself_can_resume_its_stream(fixtures):
    with HTTPPeer(fixtures, "2025-11-25") as peer, HTTPPeer(fixtures, "2025-11-25") as stranger:
        message = peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": "t"})
        with peer.open(message) as stream:
            first = stream.next()
        with stranger.resume(first.id) as stream:
            check_lost(stream, message["id"])
        for session in (None, "ms1.a.AAAA"):
            fields = [("Accept", "text/event-stream"), ("Last-Event-ID", first.id), *([("Mcp-Session-Id", session)] if session else [])]
            assert fixtures.request("GET", "/mcp", fields).status == (404 if session else 405)


def check_lost(stream, id):
    """LS12: one message that says that the stream is lost, under the id of the request."""
    assert stream.status == 200
    (event,) = [event for event in stream.rest() if event.data != [""]]
    message = event.json()
    check_answer("2025-11-25", "tools/call", message)
    assert (message["id"], message["error"]["code"]) == (id, -32603)
    assert message["error"]["message"].startswith("the stream was lost")


def test_ls12_w56_a_stream_of_a_process_that_is_gone(make_fixtures):
    server = make_fixtures("--state-keys", new_ring()).start()
    with HTTPPeer(server, "2025-11-25") as peer:
        ids = []
        for id in (41, "a request", "é"):
            peer.new_id = lambda: id
            message = peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": "t"})
            with peer.open(message) as stream:
                ids.append((id, stream.next().id))
        server.kill()
        server.start()
        peer.drop()
        for id, event in ids:
            with peer.resume(event) as stream:
                check_lost(stream, id)


def test_s13_retry_is_said_before_the_connection_is_given_up(fixtures):
    with HTTPPeer(fixtures, "2025-11-25") as peer:
        message = peer.message("tools/call", {"name": "test_reconnection"})
        with peer.open(message) as stream:
            primed = stream.next()
            assert primed.data == [""] and primed.id
            try:
                assert stream.next() is None
            except Closed:
                pass
            assert stream.retry == 500
        with peer.resume(primed.id) as stream:
            (event,) = [event for event in stream.rest() if event.data != [""]]
            assert event.json()["result"]["content"][0]["text"] == "Reconnection test completed"


@pytest.mark.parametrize("revision", [*SESSIONS, MODERN])
def test_h5_h12_plain_json_unless_there_is_more_to_say(fixtures, revision):
    with HTTPPeer(fixtures, revision) as peer:
        assert not peer.call("test_simple_text").is_stream
        assert not peer.call("test_tool_with_progress").is_stream
        assert peer.call("test_tool_with_progress", meta={"progressToken": 1}).is_stream


@pytest.mark.parametrize("revision", [*SESSIONS, MODERN])
def test_h3_s4_a_client_that_takes_json_alone(fixtures, revision):
    """Nothing but the answer reaches it, and it cannot be asked."""
    with HTTPPeer(fixtures, revision) as peer:
        fields, json_alone = peer.fields, ("Accept", "application/json")
        peer.fields = lambda message=None: [json_alone if field[0] == "Accept" else field for field in fields(message)]
        exchange = peer.call("test_tool_with_progress", meta={"progressToken": 1})
        assert not exchange.is_stream and exchange.text == "Progress test completed"
        if revision != MODERN:
            exchange = peer.call("test_sampling", {"prompt": "?"})
            assert exchange.is_error and not exchange.is_stream, "S18"
            assert peer.call("test_reconnection").reconnections == 0
        else:
            message = peer.message("subscriptions/listen", {"notifications": {"toolsListChanged": True}})
            assert fixtures.request("POST", "/mcp", peer.fields(message), encode(message)).status == 406, "H3"


def test_ls10_w42_an_answer_counts_only_from_the_session_that_was_asked(fixtures):
    with HTTPPeer(fixtures, "2025-11-25") as peer, HTTPPeer(fixtures, "2025-11-25") as stranger:
        with peer.open(peer.message("tools/call", {"name": "test_sampling", "arguments": {"prompt": "?"}})) as stream:
            event = stream.next()
            while event.data == [""]:
                event = stream.next()
            question = event.json()
            answer = encode(peer._answered(question))
            other = encode({**peer._answered(question), "id": question["id"] + "0"})
            for fields, body in [(stranger.fields({}), answer), (peer.fields({}), other)]:
                response = fixtures.request("POST", "/mcp", fields, body)
                assert (response.status, response.json()["error"]["code"]) == (400, -32600), response
            peer.tell(peer._answered(question))
            (last,) = [event for event in stream.rest() if event.data != [""]]
            assert last.json()["result"]["content"][0]["text"].startswith("LLM response")
        response = fixtures.request("POST", "/mcp", peer.fields({}), answer)
        assert (response.status, response.json()["error"]["code"]) == (400, -32600), "W43"


def test_two_clients_may_use_the_same_id_at_the_same_time(fixtures):
    """B4."""
    with HTTPPeer(fixtures, "2025-11-25") as first, HTTPPeer(fixtures, "2025-11-25") as second:
        connections = []
        for peer, ms in ((first, 200), (second, 100)):
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "test_wait", "arguments": {"ms": ms}}}
            connection = fixtures.connect()
            connection.send(request_bytes(fixtures.port, "POST", "/mcp", peer.fields(message), encode(message)))
            connections.append((connection, ms))
        for connection, ms in connections:
            assert connection.response().json()["result"]["content"][0]["text"] == f"Waited {ms} ms"
            connection.close()


def test_requests_of_one_session_run_side_by_side(fixtures):
    with HTTPPeer(fixtures, "2025-06-18") as peer:
        started = time.monotonic()
        connections = []
        for _ in range(20):
            connection = fixtures.connect()
            connection.send(peer.bytes_of(wait_call(peer, 300)))
            connections.append(connection)
        for connection in connections:
            assert connection.response().status == 200
            connection.close()
        assert time.monotonic() - started < 3

"""Sessions that the client carries: over restarts, at a second process, ended, changed, foreign."""

import json

import pytest

from support.fixtures import Fixtures, new_ring
from support.peer import HTTPPeer
from support.schema import LEGACY
from support.wire import request_bytes

SESSIONS = LEGACY[1:]
KEY = "A" * 43 + "="
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def ping(server: Fixtures, session: str, *more):
    fields = [("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"), ("Mcp-Session-Id", session), *more]
    return server.request("POST", "/mcp", fields, PING)


def check_gone(response) -> str:
    assert response.status == 404, response
    assert response.json()["error"]["code"] == -32600
    return response.json()["error"]["message"]


def sessions(server: Fixtures) -> dict[str, str]:
    made = {}
    for revision in SESSIONS:
        with HTTPPeer(server, revision) as peer:
            made[revision] = peer.session
    return made


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_ls6_a_configured_key_outlives_the_process(make_fixtures, how):
    server = make_fixtures("--state-keys", new_ring()).start()
    made = sessions(server)
    kept = HTTPPeer(server, "2025-11-25")
    assert kept.call("test_sampling", {"prompt": "?"}).text.startswith("LLM response")
    getattr(server, how)()
    kept.drop()
    kept._side.close()
    kept._side = None
    server.start()
    # What was negotiated is still known: the revision, and what the client can do.
    for revision, session in made.items():
        with HTTPPeer(server, revision, session=session) as peer:
            assert ("structuredContent" in peer.call("test_structured").result) == (revision >= "2025-06-18")
            assert peer.call("test_sampling", {"prompt": "?"}).text.startswith("LLM response")
    assert kept.call("test_simple_text").text
    kept.close()


def test_ls6_a_random_key_does_not(make_fixtures):
    server = make_fixtures().start()
    made = sessions(server)
    assert ping(server, made["2025-11-25"]).status == 200
    server.kill()
    server.start()
    texts = {check_gone(ping(server, session)) for session in made.values()}
    assert len(texts) == 1
    assert set(sessions(server).values()).isdisjoint(made.values())


def test_two_processes_with_one_ring(make_fixtures):
    ring = new_ring()
    first, second = (make_fixtures("--state-keys", ring, name=name).start() for name in ("first", "second"))
    with HTTPPeer(first, "2025-06-18") as peer:
        for server in (first, second) * 5:
            with HTTPPeer(server, "2025-06-18", session=peer.session) as other:
                assert other.call("test_elicitation", {"message": "?"}).text.startswith("User response")
        # LS10: a question of the one is not answered at the other.
        with peer.open(peer.message("tools/call", {"name": "test_sampling", "arguments": {"prompt": "?"}})) as stream:
            question = stream.next().json()
            with HTTPPeer(second, "2025-06-18", session=peer.session) as other:
                fields = other.fields({})
                body = b'{"jsonrpc":"2.0","id":"%b","result":{}}' % question["id"].encode()
                response = second.request("POST", "/mcp", fields, body)
                assert (response.status, response.json()["error"]["code"]) == (400, -32600)
        # LS12: nor is a stream of the one resumed there.
        with peer.open(peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": 1})) as stream:
            last = stream.next().id
        with HTTPPeer(second, "2025-06-18", session=peer.session) as other, other.resume(last) as stream:
            assert stream.next().json()["error"]["code"] == -32603
    with HTTPPeer(first) as one, HTTPPeer(second) as two:
        state = one.ask("tools/call", {"name": "test_input_required_result_request_state"}).result["requestState"]
        answered = {"inputResponses": {"confirm": {"action": "accept", "content": {"ok": True}}}, "requestState": state}
        assert two.ask("tools/call", {"name": "test_input_required_result_request_state", **answered}).text == "state-ok"


def test_ky4_a_ring_is_turned(make_fixtures):
    old, new = new_ring("old"), new_ring("new")
    server = make_fixtures("--state-keys", old, name="a").start()
    sealed = sessions(server)["2025-11-25"]
    assert sealed.startswith("ms1.old.")
    both = make_fixtures("--state-keys", f"{new},{old}", name="b").start()
    assert ping(both, sealed).status == 200
    fresh = sessions(both)["2025-11-25"]
    assert fresh.startswith("ms1.new.")
    later = make_fixtures("--state-keys", new, name="c").start()
    assert ping(later, fresh).status == 200
    assert check_gone(ping(later, sealed))


@pytest.mark.parametrize("ring", ["", "a", "a:", "a:AAAA", "a:!!", f"é:{KEY}", f"a b:{KEY}", f"{'x' * 17}:{KEY}", f"a:{KEY},a:{KEY}"])
def test_ky2_a_ring_that_is_none_stops_the_start(make_fixtures, ring):
    server = make_fixtures("--state-keys", ring)
    with pytest.raises(AssertionError, match="mcp-fixtures ended with"):
        server.start()
    assert server.process.returncode not in (0, None) and server.process.returncode > 0
    text = server.errors.read_text()
    assert text and "Fatal" not in text
    server.process = None


def test_ls3_every_byte_of_a_session_counts(fixtures):
    texts = set()
    for revision, session in sessions(fixtures).items():
        assert session.startswith("ms1.") and len(session) <= 256
        assert set(session) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), "LS1"
        with fixtures.connect() as connection:
            for index in range(len(session)):
                for other in "AB-":
                    if session[index] != other:
                        flipped = session[:index] + other + session[index + 1 :]
                        fields = [("Content-Type", "application/json"), ("Mcp-Session-Id", flipped)]
                        texts.add(check_gone(connection.request("POST", "/mcp", fields, PING)))
        longer = (session + "A", session + ".", session * 2, "ms1.a." + "A" * 600)
        for wrong in ("", "x", "ms1", "ms1..", session[:-1], session.upper(), *longer):
            texts.add(check_gone(ping(fixtures, wrong)))
        assert ping(fixtures, f" \t{session} ").status == 200
        assert ping(fixtures, session).status == 200
        assert ping(fixtures, session, ("mcp-session-id", session)).status == 400, "LS3"
        assert revision
    assert len(texts) == 1, "no hint of what was wrong"


def test_seals_of_one_kind_are_none_of_another(make_fixtures):
    """KY3."""
    server = make_fixtures("--page-size", "2").start()
    with HTTPPeer(server) as peer:
        cursor = peer.request("tools/list")["nextCursor"]
        state = peer.ask("tools/call", {"name": "test_input_required_result_request_state"}).result["requestState"]
        session = sessions(server)["2025-11-25"]
        kinds = {"ms1": session, "rs1": state, "cu1": cursor}
        for kind, seal in kinds.items():
            assert seal.startswith(kind + ".")
            for other in kinds:
                forged = other + seal[3:]
                if forged != session:
                    check_gone(ping(server, forged))
                if forged != cursor:
                    assert peer.ask("tools/list", {"cursor": forged}).error["code"] == -32602
                if forged != state:
                    call = {"name": "test_input_required_result_request_state", "requestState": forged}
                    assert peer.ask("tools/call", call).error["code"] == -32602


def test_w63_f8_an_ended_session_stays_ended(fixtures):
    for path in ("/mcp", "/sse"):
        for revision in SESSIONS:
            with HTTPPeer(fixtures, revision) as peer, HTTPPeer(fixtures, revision) as other, peer.resume(None) as stream:
                fields = [("Mcp-Session-Id", peer.session)]
                response = fixtures.request("DELETE", path, fields)
                assert (response.status, response.body) == (204, b"")
                # LS8: its streams are closed.
                while stream.next() is not None:
                    pass
                check_gone(ping(fixtures, peer.session))
                assert fixtures.request("DELETE", path, fields).status == 404
                assert fixtures.request("GET", "/mcp", [*fields, ("Accept", "text/event-stream")]).status == 404
                assert ping(fixtures, other.session).status == 200


def test_ls8_ending_a_session_ends_its_work(fixtures):
    with HTTPPeer(fixtures) as watcher, HTTPPeer(fixtures, "2025-11-25") as peer:

        def counters() -> dict:
            return json.loads(watcher.call("test_counters").text)

        before = counters()
        connection = fixtures.connect()
        connection.send(peer.bytes_of(peer.message("tools/call", {"name": "test_wait", "arguments": {"ms": 60_000}})))
        while counters()["started"] == before["started"]:
            pass
        asking = peer.open(peer.message("tools/call", {"name": "test_sampling", "arguments": {"prompt": "?"}}))
        while asking.next().data == [""]:
            pass
        assert fixtures.request("DELETE", "/mcp", [("Mcp-Session-Id", peer.session)]).status == 204
        while counters()["cancelled"] == before["cancelled"]:
            pass
        connection.close()
        asking.close()


def test_w64_f8_with_a_configured_key_ending_is_refused(make_fixtures):
    server = make_fixtures("--state-keys", new_ring()).start()
    session = sessions(server)["2025-06-18"]
    for path in ("/mcp", "/sse"):
        response = server.request("DELETE", path, [("Mcp-Session-Id", session)])
        assert (response.status, response.header("Allow")) == (405, "GET, POST")
        assert server.request("DELETE", path, [("Mcp-Session-Id", "x")]).status == 404, "W62"
        assert server.request("DELETE", path).status == 400, "W61"
    assert ping(server, session).status == 200


def test_s17_only_a_successful_initialize_makes_a_session(fixtures):
    for body in (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize"}',
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":5,"capabilities":{}}}',
        b'{"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}',
        b'[{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}}}]',
        PING,
    ):
        response = fixtures.request("POST", "/mcp", [("Content-Type", "application/json")], body)
        assert response.header("Mcp-Session-Id") is None, body
    made = {session for _ in range(20) for session in sessions(fixtures).values()}
    assert len(made) == 60


def test_many_sessions_at_once_do_not_meet(fixtures):
    """Log levels and subscriptions are each session's own (LS9)."""
    peers = [HTTPPeer(fixtures, "2025-06-18") for _ in range(20)]
    for number, peer in enumerate(peers):
        assert peer.request("logging/setLevel", {"level": "info" if number % 2 else "error"}) == {}
    for number, peer in enumerate(peers):
        assert len(peer.call("test_logging_tool").notifications) == number % 2
        peer.close()


def test_the_first_request_of_a_connection_may_come_in_pieces(fixtures):
    with HTTPPeer(fixtures, "2025-11-25") as peer, fixtures.connect() as connection:
        data = request_bytes(fixtures.port, "POST", "/mcp", peer.fields({}), PING)
        for index in range(0, len(data), 7):
            connection.send(data[index : index + 7])
        assert connection.response().status == 200

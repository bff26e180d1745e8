"""What a hundred thousand sessions and ten thousand unanswered questions cost: nothing that stays."""

import os
import time

from support.mcp import encode
from support.peer import HTTPPeer
from support.wire import request_bytes

SESSIONS = int(os.environ.get("SESSIONS", "100000"))
QUESTIONS = 10_000
MIB = 1 << 20


def pipelined(fixtures, request: bytes, count: int, at_once: int = 100) -> int:
    """Sends the same request many times, a row at a time; returns how many answers were 200."""
    good = 0
    with fixtures.connect(60) as connection:
        for _ in range(count // at_once):
            connection.send(request * at_once)
            answers = b""
            while (seen := answers.count(b"HTTP/1.1 ")) < at_once or not answers.endswith(b"}"):
                data = connection.socket.recv(1 << 18)
                assert data, f"closed after {seen} answers"
                answers += data
            good += answers.count(b"HTTP/1.1 200 ")
    return good


def test_a_hundred_thousand_sessions_cost_no_memory(make_fixtures, tell):
    server = make_fixtures().start()
    params = {"protocolVersion": "2025-11-25", "capabilities": {"sampling": {}}, "clientInfo": {"name": "acceptance", "version": "1"}}
    body = encode({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
    request = request_bytes(server.port, "POST", "/mcp", [("Content-Type", "application/json"), ("Accept", "application/json")], body)
    pipelined(server, request, 5000)
    before = server.resident()
    begun = time.monotonic()
    assert pipelined(server, request, SESSIONS) == SESSIONS
    seconds = time.monotonic() - begun
    grown = server.resident() - before
    tell(f"{SESSIONS} sessions at {SESSIONS / seconds:.0f}/s cost {grown / MIB:.1f} MiB")
    assert grown < 16 * MIB


def test_ten_thousand_questions_that_nobody_answers_modern(make_fixtures, tell):
    """M7: nothing waits for the retry."""
    server = make_fixtures().start()
    with HTTPPeer(server) as peer:
        message = peer.message("tools/call", {"name": "test_input_required_result_request_state"})
        request = peer.bytes_of(message)
    pipelined(server, request, 2000)
    before = server.resident()
    assert pipelined(server, request, QUESTIONS) == QUESTIONS
    grown = server.resident() - before
    tell(f"{QUESTIONS} questions of the newest revision cost {grown / MIB:.1f} MiB")
    assert grown < 8 * MIB


def test_ten_thousand_questions_that_nobody_answers_in_sessions(make_fixtures, tell):
    """The client is gone after each question; the sessions are ended, and with them what waits. The second time costs nothing more."""
    server = make_fixtures().start()
    figures = []
    for _ in range(2):
        for _ in range(10):
            with HTTPPeer(server, "2025-06-18") as peer:
                for _ in range(QUESTIONS // 20):
                    connection = server.connect()
                    connection.send(peer.bytes_of(peer.message("tools/call", {"name": "test_sampling", "arguments": {"prompt": "?"}})))
                    connection._until(b"sampling/createMessage")
                    connection.close()
                assert server.request("DELETE", "/mcp", [("Mcp-Session-Id", peer.session)]).status == 204
        figures.append(server.resident())
    tell(f"resident after {QUESTIONS // 2} unanswered questions, and again: {[figure // MIB for figure in figures]} MiB")
    assert figures[1] - figures[0] < 8 * MIB
    assert figures[1] < 300 * MIB

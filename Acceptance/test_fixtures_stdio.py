"""Lines to and from `mcp-fixtures --stdio`: rows W90 to W100."""

import json
import os
import signal
import time

import pytest

from support.fixtures import start_stdio
from support.mcp import PREFIX, encode
from support.peer import StdioPeer, capabilities
from support.schema import LEGACY, MODERN, REVISIONS, check_answer


@pytest.fixture
def open_stdio(tmp_path):
    """Makes clients of processes of their own; each process must end with 0."""
    peers = []

    def make(revision: str = MODERN, **more) -> StdioPeer:
        peers.append(StdioPeer(start_stdio(tmp_path / f"stdio{len(peers)}"), revision, **more))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()


@pytest.fixture
def raw(open_stdio):
    """A client that has not said anything yet."""
    return open_stdio("2025-11-25", initialize=False)


def said(peer, line: bytes, revision: str | None = None, method: str = "ping") -> dict:
    peer.write(line + b"\n")
    message = json.loads(peer.line())
    if revision:
        check_answer(revision, method, message)
    return message


PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


def initialize(version: str) -> bytes:
    params = {"protocolVersion": version, "capabilities": capabilities("2025-11-25"), "clientInfo": {"name": "a", "version": "1"}}
    return encode({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params})


def modern(method: str, version: str = MODERN, id=9, **params) -> bytes:
    meta = {PREFIX + "protocolVersion": version, PREFIX + "clientCapabilities": {}}
    return encode({"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": meta, **params}})


def test_w90_empty_lines(raw):
    raw.write(b"\n\n\r\n  \n")
    assert said(raw, PING, "2025-11-25") == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert said(raw, PING + b"\r", "2025-11-25") == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_w91_a_line_that_is_too_long(raw):
    limit = 1 << 20
    message = said(raw, b'{"jsonrpc":"2.0","id":1,"method":"' + b"x" * (2 * limit) + b'"}')
    assert message["error"]["code"] == -32600 and message.get("id") is None
    padded = PING[:-1] + b" " * (limit - len(PING)) + b"}"
    assert len(padded) == limit
    assert said(raw, padded) == {"jsonrpc": "2.0", "id": 1, "result": {}}
    message = said(raw, padded[:-1] + b" }")
    assert message["error"]["code"] == -32600
    assert said(raw, PING)["result"] == {}


NO_JSON = [
    b"{",
    b"nul",
    b"\x00",
    b'{"a":1,}',
    b'{"a":"\xff"}',
    b"[" * 101 + b"]" * 101,
    b"\xef\xbb\xbf{}",
    b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}',
]
NO_MESSAGES = [
    b"5",
    b"null",
    b"[]",
    b'{"id":1,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":{},"method":"ping"}',
    b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    b'{"jsonrpc":"2.0","id":1,"method":5}',
    b'{"jsonrpc":"2.0","id":1}',
]


@pytest.mark.parametrize("line, code", [*((line, -32700) for line in NO_JSON), *((line, -32600) for line in NO_MESSAGES)])
def test_w92_i8_lines_that_are_no_messages(open_stdio, line, code):
    for revision in LEGACY:
        peer = open_stdio(revision)
        message = said(peer, line)
        assert message["error"]["code"] == code, message
        if revision < "2025-11-25":
            # B6: where no id could be read, null.
            assert "id" in message, message
        else:
            assert message.get("id", 0) is not None, message
        assert peer.request("ping") == {}


def test_w92_batches(open_stdio):
    two = [{"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"jsonrpc": "2.0", "id": 2, "method": "x"}]
    batch = encode([*two, {"jsonrpc": "2.0", "method": "x"}])
    for revision in LEGACY:
        peer = open_stdio(revision)
        answer = said(peer, batch)
        if revision <= "2025-03-26":
            assert [one.get("result", one.get("error", {}).get("code")) for one in answer] == [{}, -32601]
        else:
            assert answer["error"]["code"] == -32600
    before = open_stdio("2025-11-25", initialize=False)
    assert isinstance(said(before, batch), list)


def test_w93_modern_requests(raw):
    assert said(raw, modern("tools/list"), MODERN, "tools/list")["result"]["tools"]
    for line, code in [
        (modern("nothing"), -32601),
        (modern("initialize"), -32601),
        (modern("tools/call", name="nothing"), -32602),
        (modern("tools/list", cursor="x"), -32602),
        (modern("tools/call", name="test_missing_capability"), -32021),
        (modern("tools/list", "2099-01-01"), -32022),
        (modern("tools/list", "2025-11-25"), -32022),
        (encode({"jsonrpc": "2.0", "id": 9, "method": "server/discover"}), -32602),
        (encode({"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": {"_meta": {PREFIX + "protocolVersion": MODERN}}}), -32602),
    ]:
        message = said(raw, line, MODERN)
        assert (message["error"]["code"], message["id"]) == (code, 9), message
    assert said(raw, modern("tools/list", "x"))["error"]["data"]["supported"] == REVISIONS[::-1]
    assert said(raw, modern("tools/list", "2024-11-05"))["error"]["data"]["supported"] == [MODERN]


def test_w95_w96_w98_one_session(raw):
    assert said(raw, initialize("2025-06-18"), "2025-06-18", "initialize")["result"]["protocolVersion"] == "2025-06-18"
    assert said(raw, initialize("2025-11-25"), "2025-06-18")["error"]["code"] == -32600
    call = encode({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "test_structured"}})
    assert "structuredContent" in said(raw, call, "2025-06-18", "tools/call")["result"]


def test_w97_before_initialize(raw):
    call = encode({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "test_structured"}})
    result = said(raw, call, "2025-03-26", "tools/call")["result"]
    assert "structuredContent" not in result
    call = encode({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "test_sampling", "arguments": {"prompt": "?"}}})
    assert said(raw, call, "2025-03-26", "tools/call")["result"]["isError"]
    # W34: whatever is asked for, and after all that the handshake still works.
    assert said(raw, initialize("2099-01-01"), "2025-11-25", "initialize")["result"]["protocolVersion"] == "2025-11-25"


def test_i7_an_unknown_modern_version_and_then_the_handshake(raw):
    assert said(raw, modern("server/discover", "2099-01-01"))["error"]["code"] == -32022
    assert said(raw, initialize("2025-11-25"), "2025-11-25", "initialize")["result"]["protocolVersion"] == "2025-11-25"
    assert said(raw, PING, "2025-11-25")["result"] == {}


def test_er4_i7_the_eras_by_turns_on_one_pipe(raw):
    said(raw, initialize("2025-11-25"), "2025-11-25", "initialize")
    for _ in range(20):
        assert "resultType" in said(raw, modern("tools/list"), MODERN, "tools/list")["result"]
        listed = encode({"jsonrpc": "2.0", "id": 5, "method": "tools/list"})
        assert "resultType" not in said(raw, listed, "2025-11-25", "tools/list")["result"]
    # I3: a modern call is never asked by a request, even beside a session that could be.
    capable = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {"sampling": {}}}
    call = {"name": "test_sampling", "arguments": {"prompt": "?"}, "_meta": capable}
    answer = said(raw, encode({"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": call}), MODERN, "tools/call")
    assert answer["result"]["resultType"] == "input_required"


def test_w99_answers_that_nobody_waits_for(open_stdio):
    for revision in (MODERN, "2025-11-25"):
        peer = open_stdio(revision)
        for message in ({"id": 1, "result": {}}, {"id": "x", "error": {"code": 1, "message": "x"}}):
            peer.send({"jsonrpc": "2.0", **message})
        assert peer.call("test_simple_text").text


def test_b7_notifications_are_never_answered(raw):
    for message in (
        {"method": "nothing"},
        {"method": "tools/list"},
        {"method": "tools/call", "params": {"name": "test_simple_text"}},
        {"method": "notifications/cancelled"},
        {"method": "notifications/cancelled", "params": {"requestId": {}}},
        {"method": "notifications/progress", "params": {"progressToken": 1}},
        {"method": "initialize", "params": {}},
    ):
        raw.send({"jsonrpc": "2.0", **message})
    assert said(raw, PING) == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_i11_requests_run_side_by_side(open_stdio):
    peer = open_stdio()
    begun = time.monotonic()
    slow = peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 1000}})
    assert peer.call("test_simple_text").text
    assert time.monotonic() - begun < 0.9
    assert slow not in peer.answers
    many = [peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 100}}) for _ in range(200)]
    assert [peer.finish(id).text for id in many] == ["Waited 100 ms"] * 200
    assert peer.finish(slow).text == "Waited 1000 ms"


def test_i1_great_answers_are_lines_of_their_own(open_stdio):
    peer = open_stdio()
    ids = [peer.start("tools/call", {"name": "test_big", "arguments": {"bytes": 400_000 + number}}) for number in range(10)]
    assert [len(peer.finish(id).text) for id in ids] == [400_000 + number for number in range(10)]


def test_w100_i6_the_end_of_input(tmp_path):
    process = start_stdio(tmp_path / "idle")
    peer = StdioPeer(process, "2025-11-25")
    begun = time.monotonic()
    peer.close()
    assert time.monotonic() - begun < 0.5
    # What was read is still answered.
    process = start_stdio(tmp_path / "busy")
    peer = StdioPeer(process)
    peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 500}})
    listen = peer.listen({"toolsListChanged": True})
    process.stdin.close()
    lines = []
    while (line := peer.line()) is not None:
        lines.append(json.loads(line))
    assert any(line.get("result", {}).get("content") == [{"type": "text", "text": "Waited 500 ms"}] for line in lines), lines
    assert listen.acknowledged
    assert process.wait(timeout=1) == 0
    process.stdout.close()


def test_i6_work_that_takes_too_long_is_given_up(tmp_path):
    process = start_stdio(tmp_path / "slow")
    peer = StdioPeer(process)
    peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 120_000}})
    begun = time.monotonic()
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    assert 3 < time.monotonic() - begun < 8
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_i6_signals(tmp_path, number):
    process = start_stdio(tmp_path / "signal")
    peer = StdioPeer(process, "2025-11-25")
    os.kill(process.pid, number)
    assert process.wait(timeout=8) == 0
    peer.process.stdin.close()
    process.stdout.close()


def test_i6_a_broken_output(tmp_path):
    process = start_stdio(tmp_path / "broken")
    peer = StdioPeer(process, "2025-11-25")
    process.stdout.close()
    try:
        for _ in range(100):
            peer.write(PING + b"\n")
            time.sleep(0.01)
    except BrokenPipeError:
        pass
    process.wait(timeout=8)
    process.stdin.close()


def test_i4_nothing_after_a_cancellation(open_stdio):
    peer = open_stdio()
    ids = [peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 200}}) for _ in range(20)]
    for id in ids[::2]:
        peer.notify("notifications/cancelled", {"requestId": id, "_meta": peer.meta()})
    for id in ids[1::2]:
        assert peer.finish(id).text == "Waited 200 ms"
    assert peer.is_quiet()
    assert not set(ids[::2]) & set(peer.answers)

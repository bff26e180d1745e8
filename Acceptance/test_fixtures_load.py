"""Many at once, slow, idle, greedy, gone: `mcp-fixtures` stays small and answers."""

import contextlib
import json
import resource
import socket
import time

import pytest

from support.events import EventStream
from support.mcp import PREFIX, encode
from support.peer import HTTPPeer
from support.schema import MODERN, check_answer, check_notification
from support.wire import Closed, request_bytes

STREAMS = 1000
MIB = 1 << 20


@pytest.fixture(autouse=True, scope="module")
def enough_files():
    """The test itself holds a thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def listens(fixtures, count: int) -> list[EventStream]:
    streams = []
    for number in range(count):
        meta = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": {}}
        wanted = {"notifications": {"toolsListChanged": True, "resourceSubscriptions": ["test://watched-resource"]}}
        message = {"jsonrpc": "2.0", "id": number, "method": "subscriptions/listen", "params": {**wanted, "_meta": meta}}
        fields = [("Content-Type", "application/json"), ("MCP-Protocol-Version", MODERN), ("Mcp-Method", "subscriptions/listen")]
        request = request_bytes(fixtures.port, "POST", "/mcp", [*fields, ("Accept", "text/event-stream")], encode(message))
        streams.append(EventStream(fixtures.port, connection=fixtures.connect(60), request=request))
        assert streams[-1].status == 200
        assert streams[-1].next().json()["method"] == "notifications/subscriptions/acknowledged"
    return streams


def others(fixtures, stack, count: int) -> list[EventStream]:
    """Half of them streams of sessions, half of them of the first transport."""
    streams = []
    peers = [stack.enter_context(HTTPPeer(fixtures, "2025-06-18")) for _ in range(count // 8 + 1)]
    for number in range(count // 2):
        streams.append(EventStream(fixtures.port, "/mcp", peers[number // 4].fields()[1:], timeout=60))
        streams.append(EventStream(fixtures.port, "/sse", timeout=60))
        assert streams[-1].next().name == "endpoint"
    assert all(stream.status == 200 for stream in streams)
    return streams


def test_a_thousand_listens_all_hear_of_a_change(fixtures, tell):
    before = fixtures.resident()
    streams = listens(fixtures, STREAMS)
    grown = fixtures.resident() - before
    with HTTPPeer(fixtures) as peer:
        for tool, method in [
            ("test_touch_resource", "notifications/resources/updated"),
            ("test_trigger_tool_change", "notifications/tools/list_changed"),
            ("test_trigger_tool_change", "notifications/tools/list_changed"),
        ]:
            begun = time.monotonic()
            peer.call(tool)
            for number, stream in enumerate(streams):
                message = stream.next().json()
                assert message["method"] == method
                assert message["params"]["_meta"][PREFIX + "subscriptionId"] == number
                if number % 100 == 0:
                    check_notification(MODERN, message)
            seconds = time.monotonic() - begun
    tell(f"{STREAMS} listens cost {grown / STREAMS / 1024:.1f} KiB each and all hear of a change within {seconds * 1000:.0f} ms")
    for stream in streams:
        stream.close()
    assert grown / STREAMS < 64 * 1024
    assert seconds < 5


def test_memory_stays_where_it_is_with_a_thousand_idle_streams(make_fixtures, tell):
    server = make_fixtures().start()
    figures = []
    for _ in range(4):
        with contextlib.ExitStack() as stack:
            streams = listens(server, STREAMS // 2) + others(server, stack, STREAMS // 2)
            with HTTPPeer(server) as peer:
                for _ in range(100):
                    peer.call("test_simple_text")
            figures.append(server.resident())
            for stream in streams:
                stream.close()
    tell(f"resident with {STREAMS} streams, four times anew: {[figure // MIB for figure in figures]} MiB")
    assert figures[-1] - figures[0] < 12 * MIB


def test_a_thousand_streams_of_progress_at_once(fixtures, tell):
    """Each call streams three events, all at the same time."""
    with HTTPPeer(fixtures) as peer:
        begun = time.monotonic()
        connections = []
        for number in range(STREAMS):
            message = peer.message("tools/call", {"name": "test_tool_with_progress"}, {"progressToken": number})
            connection = fixtures.connect(60)
            connection.send(peer.bytes_of(message))
            connections.append((number, message["id"], connection))
        for number, id, connection in connections:
            response = connection.response()
            assert response.header("Content-Type") == "text/event-stream"
            events = [json.loads(line[5:]) for line in response.body.split(b"\n") if line.startswith(b"data:")]
            assert [event["params"]["progressToken"] for event in events[:3]] == [number] * 3
            assert events[3]["id"] == id
            if number % 100 == 0:
                check_answer(MODERN, "tools/call", events[3])
            connection.close()
        tell(f"{STREAMS} calls with progress at once took {time.monotonic() - begun:.1f} s")


# MARK: slow and greedy clients


def slow(fixtures, data: bytes) -> socket.socket:
    """A client that sends this and takes as little as it can."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(20)
    client.connect(("127.0.0.1", fixtures.port))
    client.sendall(data)
    return client


def test_clients_that_take_nothing_do_not_hold_up_others(fixtures, tell):
    before = fixtures.resident()
    with HTTPPeer(fixtures) as peer, contextlib.ExitStack() as stack:
        message = peer.message("tools/call", {"name": "test_big", "arguments": {"bytes": MIB}})
        request = peer.bytes_of(message)
        clients = [stack.enter_context(slow(fixtures, request)) for _ in range(20)]
        begun = time.monotonic()
        for _ in range(100):
            assert peer.call("test_simple_text").text
        seconds = time.monotonic() - begun
        tell(f"100 calls beside 20 clients that take nothing: {seconds:.2f} s, {(fixtures.resident() - before) // MIB} MiB more")
        assert seconds < 5
        # One of them takes its answer after all, byte for byte.
        text = b""
        while text.count(b"x") < MIB:
            data = clients[0].recv(65536)
            assert data
            text += data
    assert fixtures.is_alive()


def test_e7_a_stream_that_is_not_read_is_closed(fixtures):
    """256 messages or 1 MiB unsent, then it is closed; the process does not keep more."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", fixtures.port))
        client.sendall(request_bytes(fixtures.port, "GET", "/sse", [("Accept", "text/event-stream")]))
        head = b""
        while b"session_id=" not in head or not head.endswith(b"\n\r\n"):
            head += client.recv(512)
        endpoint = "/messages/?session_id=" + head.split(b"session_id=")[1].split(b"\n")[0].decode().strip()
        before = fixtures.resident()
        statuses = set()
        with fixtures.connect() as posts:
            for number in range(400):
                params = {"name": "test_big", "arguments": {"bytes": 200_000}}
                call = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
                response = posts.request("POST", endpoint, [("Content-Type", "application/json")], encode(call))
                statuses.add(response.status)
                if response.status == 404:
                    break
                time.sleep(0.005)
        assert statuses == {202, 404}
        assert fixtures.resident() - before < 64 * MIB


@pytest.mark.parametrize("revision", ["2025-06-18", MODERN])
def test_truncated_bodies(fixtures, revision):
    """A body that ends too early is no message: the server waits for the rest, and what the client sent does nothing."""
    with HTTPPeer(fixtures, revision) as peer:
        before = json.loads(peer.call("test_counters").text)
        message = peer.message("tools/call", {"name": "test_wait", "arguments": {"ms": 1}})
        data = peer.bytes_of(message)
        for cut in (1, 10, len(data) // 2, len(data) - 1):
            with fixtures.connect() as connection:
                connection.send(data[:cut])
                connection.end()
                try:
                    assert connection.response().status == 400
                except Closed:
                    pass
        assert json.loads(peer.call("test_counters").text) == before


def test_giant_bodies(fixtures):
    before = fixtures.resident()
    with HTTPPeer(fixtures) as peer:
        fields = peer.fields(peer.message("tools/list"))
        for size in (MIB + 1, 100 * MIB, 10**15):
            with fixtures.connect() as connection:
                connection.send(request_bytes(fixtures.port, "POST", "/mcp", [*fields, ("Content-Length", f"{size}")]))
                assert connection.response().status == 413
        # Without a length, piece by piece: refused while it is read.
        with fixtures.connect() as connection:
            connection.send(request_bytes(fixtures.port, "POST", "/mcp", [*fields, ("Transfer-Encoding", "chunked")]))
            sent = 0
            try:
                for _ in range(64):
                    connection.send(b"10000\r\n" + b" " * 65536 + b"\r\n")
                    sent += 65536
            except (BrokenPipeError, ConnectionResetError):
                pass
            try:
                assert connection.response().status == 413
            except (Closed, ConnectionResetError):
                pass
        assert peer.call("test_simple_text").text
    assert fixtures.resident() - before < 32 * MIB


def test_many_connections_that_say_nothing(fixtures):
    with contextlib.ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(fixtures.connect())
        with HTTPPeer(fixtures) as peer:
            assert peer.call("test_simple_text").text

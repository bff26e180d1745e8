"""One connection, whatever it sends and however little it takes, costs little memory."""

import socket
from pathlib import Path


def resident(server) -> int:
    """Bytes of memory that the server has."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def test_requests_that_always_begin_early_leave_nothing_behind(server):
    # The first byte of each request comes with the one before, so that the server's buffer is never empty.
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Padding: " + b"x" * 15_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request[:1])

        def exchange(count: int):
            for _ in range(count):
                client.sendall(request[1:] + request[:1])
                answer = b""
                while not answer.endswith(b"\r\n\r\nok"):
                    answer += client.recv(65_536)

        exchange(100)
        before = resident(server)
        exchange(3000)
    assert resident(server) - before < 8 << 20


def test_a_client_that_takes_no_answers_is_not_read_any_further(server, tell):
    request = b"GET /health HTTP/1.1\r\nHost: a\r\nX-Padding: " + b"x" * 100 + b"\r\n\r\n"
    before = resident(server)
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(2)
        try:
            while sent < 256 << 20:
                sent += client.send(request * 1000)
        except TimeoutError:
            pass
        except OSError:
            # The server has closed the connection, which is as good.
            pass
        grown = resident(server) - before
    tell(f"a client that takes nothing could send {sent >> 20} MiB and cost {grown >> 20} MiB")
    assert sent < 64 << 20
    assert grown < 16 << 20
    assert server.request("GET", "/healthz").status == 200


def test_strangers_who_begin_many_large_bodies_are_held_to_a_sum(server):
    # P-14: 40 bodies of 8 MB lack their end; nobody has said yet who sends them.
    head = b"POST /v1/sync/notes/push HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n"
    before = resident(server)
    clients, statuses = [], []
    for _ in range(40):
        client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        clients.append(client)
        try:
            client.sendall(head + bytes(8_000_000))
        except OSError:
            # Closed behind its refusal.
            continue
    grown = resident(server) - before
    assert server.request("GET", "/healthz").status == 200
    assert server.request("POST", "/v1/notes", {"title": "small"}).status == 201
    for client in clients:
        client.setblocking(False)
        try:
            statuses.append(client.recv(12))
        except OSError:
            continue
        finally:
            client.close()
    assert grown < 256 << 20
    assert statuses.count(b"HTTP/1.1 503") >= 10, statuses

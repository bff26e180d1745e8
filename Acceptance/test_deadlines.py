"""Slow clients: each has its time and no more, and none of them holds up another."""

import threading
import time
from pathlib import Path

from support.kinds import check_error
from support.polling import until
from support.wire import Closed, Connection


class Slow(threading.Thread):
    """Sends the start of a request, then a byte every half second, until the server has had enough."""

    def __init__(self, server, start: bytes, drip: bytes):
        super().__init__()
        self.connection = Connection(server.port, timeout=40)
        self.first, self.drip = start, drip
        self.response = None
        self.seconds = 0.0
        self.begun = time.monotonic()
        self.connection.send(start)
        self.start()

    def run(self):
        sender = threading.Thread(target=self.send)
        sender.start()
        try:
            self.response = self.connection.response()
        except (Closed, OSError):
            pass
        self.seconds = time.monotonic() - self.begun
        self.connection.close()
        sender.join()

    def send(self):
        while self.drip and self.seconds == 0:
            try:
                self.connection.send(self.drip)
            except OSError:
                return
            # A pause of the client that is played here; nothing is waited for.
            threading.Event().wait(0.5)


def test_heads_and_bodies_have_their_time(server):
    head = f"POST /v1/notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\n".encode()
    silent_head = Slow(server, head, b"")
    slow_head = Slow(server, head + b"X-Slow: ", b"x")
    silent_body = Slow(server, head + b"Content-Length: 1000\r\n\r\n{", b"")
    slow_body = Slow(server, head + b"Content-Length: 1000000\r\n\r\n{", b" ")
    slow_chunks = Slow(server, head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")
    idle = server.connect()
    assert idle.request("GET", "/healthz").status == 200

    waiting = [silent_head, slow_head, silent_body, slow_body, slow_chunks]
    worst = 0.0
    while any(slow.is_alive() for slow in waiting):
        begun = time.monotonic()
        assert server.request("GET", "/v1/notes").status == 200
        worst = max(worst, time.monotonic() - begun)
        assert begun - waiting[0].begun < 30, "a slow client was not cut off"
        threading.Event().wait(0.05)
    for slow in waiting:
        slow.join()

    for slow in (silent_head, slow_head):
        assert 9 < slow.seconds < 13, slow.seconds
    for slow in (silent_body, slow_body, slow_chunks):
        assert slow.seconds < 18, slow.seconds
    for slow in waiting:
        check_error(slow.response, 408, "request_timeout")
    # A kept connection without a request has longer, and the others never noticed.
    assert idle.request("GET", "/healthz").status == 200
    idle.close()
    assert worst < 0.5


def test_descriptors_come_back(server):
    def open_files() -> int:
        return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))

    before = open_files()
    connections = [server.connect() for _ in range(200)]
    for connection in connections[::2]:
        assert connection.request("GET", "/v1/notes", [server.authorization]).status == 200
    assert open_files() >= before + 200
    for connection in connections:
        connection.close()
    until(lambda: open_files() <= before + 5, 10, "as few open files as before")

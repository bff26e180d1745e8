"""HTTP/1.1 over a plain socket: what is sent is exactly what the test says, and what comes back is kept as bytes."""

import json
import socket
from dataclasses import dataclass


class Closed(Exception):
    """The server closed the connection before a whole answer."""


@dataclass
class Response:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        values = self.values(name)
        return values[0] if values else None

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self):
        return json.loads(self.body.decode("utf-8"))


class Connection:
    """One connection; requests follow one another on it."""

    def __init__(self, port: int, timeout: float = 20):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data: bytes):
        self.socket.sendall(data)

    def end(self):
        """Says that nothing more is sent."""
        self.socket.shutdown(socket.SHUT_WR)

    def request(self, method: str, target: str, headers=(), body: bytes | None = None) -> Response:
        self.send(request_bytes(self.port, method, target, headers, body))
        return self.response()

    def response(self) -> Response:
        while True:
            head = self._until(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ", 2)[1])
            headers = []
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers.append((name, value.strip(" \t")))
            if status != 100:
                break
        response = Response(status, headers, b"")
        if status in (204, 304):
            return response
        if (response.header("Transfer-Encoding") or "").lower() == "chunked":
            response.body = self._chunks()
        elif (length := response.header("Content-Length")) is not None:
            response.body = self._exactly(int(length))
        else:
            response.body = self._rest()
        return response

    def is_closed_by_server(self) -> bool:
        """Waits for the server to close; false if it says something instead."""
        return self.buffer == b"" and self.socket.recv(1) == b""

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise Closed(self.buffer)
        self.buffer += data

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(mark, 1)
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        body, self.buffer = self.buffer[:count], self.buffer[count:]
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            size = int(self._until(b"\r\n").split(b";")[0], 16)
            if size == 0:
                self._until(b"\r\n")
                return body
            body += self._exactly(size)
            self._until(b"\r\n")

    def _rest(self) -> bytes:
        while True:
            try:
                self._more()
            except Closed:
                body, self.buffer = self.buffer, b""
                return body


def request_bytes(port: int, method: str, target: str, headers=(), body: bytes | None = None) -> bytes:
    """A well-formed request; `Host` and `Content-Length` are added where the test names none."""
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: 127.0.0.1:{port}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def exchange(port: int, data: bytes, timeout: float = 20) -> Response:
    """Sends bytes on a connection of their own and reads one answer."""
    with Connection(port, timeout) as connection:
        connection.send(data)
        return connection.response()

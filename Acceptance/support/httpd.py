"""HTTP/1.1 servers of the tests' own: a thread a connection, keep-alive, and whatever answer a test wants to give, also none."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass
class Asked:
    """A request, as it came."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | None
    # The number of its connection, from 1.
    connection: int

    def header(self, name: str) -> str | None:
        """The first of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass
class Answer:
    """What is sent back: a whole answer, or `pieces` of bytes that are sent as they come, after which the connection ends."""

    status: int
    body: bytes = b""
    kind: str | None = "application/json"
    headers: Iterable[tuple[str, str]] = ()
    pieces: Iterable[bytes] | None = None
    # How many bytes of it are sent before the connection breaks; None: all.
    cut: int | None = None

    def head(self) -> bytes:
        fields = [*self.headers]
        names = {name.lower() for name, _ in fields}
        if self.kind is not None and "content-type" not in names:
            fields.append(("Content-Type", self.kind))
        if not names & {"content-length", "transfer-encoding"} and self.status != 204:
            fields.append(("Content-Length", str(len(self.body))))
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in fields)]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


class Drop(Exception):
    """Raised instead of an answer: the connection is reset."""


@dataclass
class HTTPD:
    """Answers on a free port of the loopback, or on the one that it is given."""

    answer: Callable[[Asked], Answer]
    port: int = 0
    connections: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket | None = None

    def start(self) -> "HTTPD":
        """On the port that it had before, if it ran before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(256)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._threads = [threading.Thread(target=self._accept, args=(listener,), daemon=True)]
        self._threads[0].start()
        return self

    def close(self):
        """Nothing listens any more, and every connection is reset."""
        if self._listener is None:
            return
        listener, self._listener = self._listener, None
        # Wakes the thread that accepts, which a mere close does not.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.reset()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive(), "a connection's thread did not end"

    def reset(self):
        """Ends all connections, as a router does that forgets them."""
        with self._lock:
            for connection in self._open:
                _reset(connection)

    def _accept(self, listener: socket.socket):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                if self._listener is not listener:
                    connection.close()
                    return
                self.connections += 1
                self._open.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int):
        try:
            reader = connection.makefile("rb")
            while (asked := read_request(reader, number)) is not None:
                answer = self.answer(asked)
                data = answer.head() + answer.body
                if answer.cut is not None:
                    connection.sendall(data[: answer.cut])
                    return
                connection.sendall(data)
                if answer.pieces is not None:
                    for piece in answer.pieces:
                        connection.sendall(piece)
                    return
        except Drop:
            _reset(connection)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def read_request(reader, number: int) -> Asked | None:
    """The next request of a connection; None at its end."""
    line = reader.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = []
    while (line := reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name, value.strip()))
    asked = Asked(method, target, headers, None, number)
    if (asked.header("Transfer-Encoding") or "").lower() == "chunked":
        asked.body = b""
        while size := int(reader.readline().split(b";")[0], 16):
            asked.body += reader.read(size)
            reader.readline()
        reader.readline()
    elif (length := asked.header("Content-Length")) is not None:
        asked.body = reader.read(int(length))
        if len(asked.body) < int(length):
            return None
    return asked


def _reset(connection: socket.socket):
    """Ends a connection at once, for its own thread too."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)


class Listening:
    """A server of the tests' that answers over an `HTTPD`: whoever derives from it says how, in `answer`."""

    def __init__(self):
        self.httpd = HTTPD(self.answer)

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    @property
    def port(self) -> int:
        return self.httpd.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.httpd.start()
        return self

    def close(self):
        self.httpd.close()

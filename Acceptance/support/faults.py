"""A proxy that stands before an API, counts what goes through, and fails as it is told."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from .httpd import Answer, Asked, Drop, Listening
from .wire import Closed, Connection, Response, request_bytes

ROUTE_KINDS = ("notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories")


@dataclass
class Passed:
    """A request that was made, and what came of it: the answer's status, or 0 where there was none."""

    asked: Asked
    status: int
    forwarded: bool

    @property
    def line(self) -> str:
        return f"{self.asked.method} {self.asked.target}"


@dataclass
class Fault:
    """What happens to requests: to the next `times` of those that `when` chooses, or to all until `recover`."""

    do: Callable[["FaultyProxy", Asked], Answer]
    when: Callable[[Asked], bool]
    times: int | None


class FaultyProxy(Listening):
    """HTTP to `target`, anything with a port. Without faults it changes nothing, and keeps a connection for each that it is given."""

    def __init__(self, target):
        self.target = target
        self.passed: list[Passed] = []
        self.lock = threading.Lock()
        self.faults: list[Fault] = []
        # What is added to the answers' `Date`, in seconds.
        self.ahead = 0.0
        self.released = threading.Event()
        self.local = threading.local()
        super().__init__()

    @property
    def connections(self) -> int:
        """How many connections were made to it."""
        return self.httpd.connections

    def close(self):
        self.released.set()
        super().close()

    # What a test sees.

    @property
    def lines(self) -> list[str]:
        """Method and target of every request so far."""
        with self.lock:
            return [passed.line for passed in self.passed]

    def forget(self):
        with self.lock:
            self.passed.clear()

    # What a test does.

    def fail(self, how: Callable[["FaultyProxy", Asked], Answer], times: int | None = None, when: Callable[[Asked], bool] = lambda asked: True):
        """From now on requests fail so; a later fault comes after those before it."""
        with self.lock:
            self.faults.append(Fault(how, when, times))

    def recover(self):
        """All is well again; whoever was held is let go without an answer."""
        with self.lock:
            self.faults.clear()
        self.released.set()
        self.released = threading.Event()

    def die(self):
        """Nobody listens at this address."""
        self.httpd.close()

    def live(self):
        """On the same port as before."""
        self.httpd.start()

    # One request.

    def answer(self, asked: Asked) -> Answer:
        passed = Passed(asked, 0, False)
        with self.lock:
            self.passed.append(passed)
            fault = next((fault for fault in self.faults if fault.when(asked)), None)
            if fault and fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
        self.local.passed = passed
        answer = fault.do(self, asked) if fault else self.forward(asked)
        passed.status = answer.status
        return answer

    def forward(self, asked: Asked) -> Answer:
        """Over this thread's own connection, so that what was warm stays warm."""
        passed: Passed = self.local.passed
        headers = [(name, value) for name, value in asked.headers if name.lower() not in ("connection", "content-length", "transfer-encoding")]
        passed.forwarded = True
        try:
            response = self._exchange(asked, headers)
        except (Closed, OSError):
            raise Drop from None
        passed.status = response.status
        fields = [(name, value) for name, value in response.headers if name.lower() not in ("connection", "transfer-encoding", "content-length")]
        if self.ahead:
            fields = [(name, formatdate(time.time() + self.ahead, usegmt=True) if name.lower() == "date" else value) for name, value in fields]
        return Answer(response.status, response.body, None, fields)

    def _exchange(self, asked: Asked, headers) -> Response:
        kept: tuple[int, Connection] | None = getattr(self.local, "kept", None)
        if kept and kept[0] == self.target.port and not _is_closed(kept[1]):
            connection = kept[1]
        else:
            connection = Connection(self.target.port, 60)
        self.local.kept = None
        connection.send(request_bytes(self.target.port, asked.method, asked.target, headers, asked.body))
        response = connection.response()
        if (response.header("Connection") or "").lower() != "close":
            self.local.kept = (self.target.port, connection)
        else:
            connection.close()
        return response


def _is_closed(connection: Connection) -> bool:
    """Whether the other side has ended a connection that is idle."""
    connection.socket.setblocking(False)
    try:
        return connection.socket.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.socket.settimeout(60)


# Ways to fail.


def status(code: int, body: bytes = b"", kind: str = "application/json", **headers: str):
    """An answer that the API never gave."""
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return lambda proxy, asked: Answer(code, body, kind, fields)


def drop_before(proxy: FaultyProxy, asked: Asked) -> Answer:
    """The connection ends before the API heard of the request."""
    raise Drop


def drop_after(proxy: FaultyProxy, asked: Asked) -> Answer:
    """The API has done what was asked, and its answer is lost."""
    proxy.forward(asked)
    raise Drop


def cut(proxy: FaultyProxy, asked: Asked) -> Answer:
    """The API has done what was asked, and its answer ends in the middle."""
    answer = proxy.forward(asked)
    answer.cut = len(answer.head()) + len(answer.body) // 2
    return answer


def hold(proxy: FaultyProxy, asked: Asked) -> Answer:
    """Nothing comes, until the test lets go."""
    proxy.released.wait(120)
    raise Drop


def slow(seconds: float):
    """The answer comes late, and the test that ends needn't wait for it."""

    def do(proxy: FaultyProxy, asked: Asked) -> Answer:
        proxy.released.wait(seconds)
        return proxy.forward(asked)

    return do


def count_routes(lines: list[str]) -> Counter[str]:
    """Requests by route: `PUT /v1/notes/{uid}`."""
    counts: Counter[str] = Counter()
    for line in lines:
        method, target = line.split(" ", 1)
        parts = target.partition("?")[0].split("/")
        if len(parts) > 3 and parts[2] in ROUTE_KINDS:
            parts[3] = "{uid}"
        counts[f"{method} {'/'.join(parts)}"] += 1
    return counts

"""An event stream over a plain socket."""

import json
from dataclasses import dataclass, field

from .wire import Closed, Connection, request_bytes


@dataclass
class Event:
    name: str = ""
    id: str | None = None
    data: list[str] = field(default_factory=list)

    def json(self):
        return json.loads("\n".join(self.data))


class EventStream:
    """An answer that is an event stream: its events come one by one, its comments are counted.

    By itself it is a `GET` on a connection of its own. With `connection` and `request` the bytes go over that connection, which is left
    open at the stream's clean end. An answer of another kind is read whole into `body`.
    """

    def __init__(self, port: int, target: str = "/", headers=(), timeout: float = 20, connection: Connection | None = None, request=None):
        self.connection = connection or Connection(port, timeout)
        self.connection.send(request or request_bytes(port, "GET", target, [("Accept", "text/event-stream"), *headers]))
        self.text = b""
        self.comments = 0
        self.retry: int | None = None
        self.last_id: str | None = None
        self.ended = False
        self.status, self.headers, self.body = 100, {}, b""
        while self.status == 100:
            head = self.connection._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            self.status = int(head[0].split(" ", 2)[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        if not self.is_stream:
            self._read_body()

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").split(";")[0] == "text/event-stream"

    def _read_body(self):
        self.ended = True
        if self.status in (204, 304):
            return
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            self.body = self.connection._chunks()
        elif "content-length" in self.headers:
            self.body = self.connection._exactly(int(self.headers["content-length"]))
        else:
            self.body = self.connection._rest()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def next(self) -> Event | None:
        """The next event; None at the stream's clean end. A stream that is cut off raises `Closed`."""
        event = Event()
        while (line := self._line()) is not None:
            if not line:
                if event.name or event.data:
                    return event
                event = Event()
            elif line.startswith(":"):
                self.comments += 1
            else:
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "event":
                    event.name = value
                elif name == "id":
                    event.id = self.last_id = value
                elif name == "data":
                    event.data.append(value)
                elif name == "retry":
                    self.retry = int(value)
                else:
                    raise AssertionError(f"an unknown field of an event: {line}")
        return None

    def until(self, name: str) -> list[Event]:
        """All events up to and with the first of this name."""
        events = []
        while not events or events[-1].name != name:
            event = self.next()
            assert event is not None, f"the stream ended before an event {name}"
            events.append(event)
        return events

    def rest(self) -> list[Event]:
        """All events up to the stream's clean end."""
        events = []
        while (event := self.next()) is not None:
            events.append(event)
        return events

    def _line(self) -> str | None:
        while b"\n" not in self.text:
            if self.ended:
                return None
            self._chunk()
        line, self.text = self.text.split(b"\n", 1)
        return line.decode("utf-8").removesuffix("\r")

    def _chunk(self):
        size = int(self.connection._until(b"\r\n"), 16)
        if size == 0:
            self.connection._until(b"\r\n")
            self.ended = True
            return
        self.text += self.connection._exactly(size)
        self.connection._until(b"\r\n")


__all__ = ["Closed", "Event", "EventStream"]

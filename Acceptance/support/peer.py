"""One client of the protocol in every revision over every transport, raw: it sees each message, and checks each by the official schema."""

import itertools
import json
import os
import select
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from .events import Closed, EventStream
from .mcp import ACCEPT, JSON_BODY, PREFIX, Refused, encode
from .schema import MODERN, TASKS, check_answer, check_message
from .wire import Connection, request_bytes

# What the client's user has to say: property of a form → value.
CONTENT = {
    "username": "ada",
    "email": "ada@example.com",
    "name": "Ada",
    "ok": True,
    "confirm": True,
    "confirmed": True,
    "color": "blue",
    "context": "spring",
    "untitledSingle": "option1",
    "titledSingle": "value2",
    "legacyEnum": "opt3",
    "untitledMulti": ["option1", "option3"],
    "titledMulti": ["value1"],
}
ROOTS = [{"uri": "file:///one", "name": "one"}, {"uri": "file:///two"}]
SAMPLED = "Paris, I think"

# H13: where the status of a refused modern request comes from.
STATUSES = {-32700: 400, -32600: 400, -32602: 400, -32020: 400, -32021: 400, -32022: 400, -32601: 404}


def capabilities(revision: str) -> dict:
    """All that a client of this revision can declare."""
    declared: dict = {"roots": {}, "sampling": {}}
    if revision >= "2025-06-18":
        declared["elicitation"] = {}
    if revision >= "2025-11-25":
        declared["elicitation"] = {"form": {}, "url": {}}
        declared["sampling"] = {"tools": {}}
    return declared


def reply(question: dict) -> dict:
    """An obliging client's answer to any question."""
    match question["method"]:
        case "roots/list":
            return {"roots": ROOTS}
        case "sampling/createMessage":
            return {"role": "assistant", "content": {"type": "text", "text": SAMPLED}, "model": "none"}
        case "elicitation/create" if question["params"].get("mode") == "url":
            return {"action": "accept"}
        case "elicitation/create":
            properties = question["params"]["requestedSchema"]["properties"]
            return {"action": "accept", "content": {name: CONTENT[name] for name in properties if name in CONTENT}}
        case other:
            raise AssertionError(f"an unknown question: {other}")


class Unwilling(Exception):
    """Raised by a client's `reply` to answer a question with an error."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.error = {"code": code, "message": message}


@dataclass
class Exchange:
    """A request and all that came of it."""

    method: str
    message: dict
    notifications: list[dict] = field(default_factory=list)
    questions: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_stream: bool = False
    reconnections: int = 0

    @property
    def error(self) -> dict:
        assert "error" in self.message, self.message
        return self.message["error"]

    @property
    def result(self) -> dict:
        if "error" in self.message:
            raise Refused(self.message["error"], self.status)
        return self.message["result"]

    @property
    def is_error(self) -> bool:
        return self.result.get("isError", False)

    @property
    def text(self) -> str:
        assert [block["type"] for block in self.result["content"]] == ["text"], self.result
        return self.result["content"][0]["text"]


class Watch:
    """Where notifications come that belong to no request."""

    def __init__(self, receive: Callable[[], dict], acknowledged: dict | None = None, stop: Callable[[], None] = lambda: None):
        self.next = receive
        self.acknowledged = acknowledged
        self.stop = stop


class Peer:
    """What the clients of all transports have in common. A subclass says how one message is sent and how its answer comes."""

    def __init__(self, revision: str, declared: dict | None = None, reply: Callable[[dict], dict] = reply):
        self.revision = revision
        self.declared = capabilities(revision) if declared is None else declared
        self.reply = reply
        self.numbers = itertools.count(1)
        self.methods: dict[str | int, str] = {}
        self.server: dict = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        raise NotImplementedError

    def exchange(self, message: dict, headers=()) -> Exchange:
        raise NotImplementedError

    def tell(self, message: dict):
        """Sends what has no answer: a notification, or the answer to a question."""
        raise NotImplementedError

    @property
    def is_modern(self) -> bool:
        return self.revision == MODERN

    def new_id(self) -> str | int:
        """Integers and strings by turns."""
        number = next(self.numbers)
        return number if number % 2 else f"request {number}"

    def meta(self, more: dict | None = None) -> dict:
        own = {}
        if self.is_modern:
            own = {
                PREFIX + "protocolVersion": self.revision,
                PREFIX + "clientCapabilities": self.declared,
                PREFIX + "clientInfo": {"name": "acceptance", "version": "1"},
            }
        return {**own, **(more or {})}

    def message(self, method: str, params: dict | None = None, meta: dict | None = None) -> dict:
        params = dict(params or {})
        if own := self.meta(meta):
            params["_meta"] = own
        message = {"jsonrpc": "2.0", "id": self.new_id(), "method": method}
        if params:
            message["params"] = params
        self.methods[message["id"]] = method
        return message

    def ask(self, method: str, params: dict | None = None, meta: dict | None = None, headers=()) -> Exchange:
        """One request and its answer; questions of a legacy server in between are answered."""
        return self.exchange(self.message(method, params, meta), headers)

    def request(self, method: str, params: dict | None = None, meta: dict | None = None) -> dict:
        return self.ask(method, params, meta).result

    def drive(self, method: str, params: dict, meta: dict | None = None, headers=()) -> Exchange:
        """As `ask`, and `input_required` is answered until the result is there."""
        keys, states, questions, notifications = [], [], [], []
        more: dict = {}
        for _ in range(10):
            exchange = self.ask(method, {**params, **more}, meta, headers)
            questions += exchange.questions
            notifications += exchange.notifications
            result = exchange.message.get("result", {})
            if result.get("resultType") != "input_required":
                exchange.keys, exchange.states, exchange.questions, exchange.notifications = keys, states, questions, notifications
                return exchange
            asked = result.get("inputRequests", {})
            keys += asked
            questions += asked.values()
            more = {"inputResponses": {key: self.reply(question) for key, question in asked.items()}}
            if "requestState" in result:
                states.append(result["requestState"])
                more["requestState"] = result["requestState"]
        raise AssertionError("ten rounds of questions")

    def call(self, tool: str, arguments: dict | None = None, meta: dict | None = None, headers=()) -> Exchange:
        """Calls a tool to its end."""
        params = {"name": tool} if arguments is None else {"name": tool, "arguments": arguments}
        return self.drive("tools/call", params, meta, headers)

    def notify(self, method: str, params: dict | None = None):
        self.tell({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    def initialize(self) -> Exchange:
        params = {"protocolVersion": self.revision, "capabilities": self.declared, "clientInfo": {"name": "acceptance", "version": "1"}}
        exchange = self.ask("initialize", params)
        self.server = exchange.result
        assert self.server["protocolVersion"] == self.revision
        return exchange

    def discover(self) -> dict:
        """What the server says of itself, in either era."""
        if self.is_modern:
            self.server = self.request("server/discover")
        return self.server

    def tools(self) -> dict[str, dict]:
        return {tool["name"]: tool for tool in self.request("tools/list")["tools"]}

    @contextmanager
    def watch(self, tools=False, prompts=False, resources=False, uris=(), tasks=()):
        """The notifications of these kinds: a listen for modern clients, subscriptions and the stream of the session for others."""
        if self.is_modern:
            chosen = {"toolsListChanged": tools, "promptsListChanged": prompts, "resourcesListChanged": resources}
            wanted: dict = {name: True for name, value in chosen.items() if value}
            if uris:
                wanted["resourceSubscriptions"] = list(uris)
            if tasks:
                wanted["taskIds"] = list(tasks)
            watch = self.listen(wanted)
        else:
            watch = self.events()
            for uri in uris:
                assert self.request("resources/subscribe", {"uri": uri}) == {}
        try:
            yield watch
        finally:
            if not self.is_modern:
                for uri in uris:
                    assert self.request("resources/unsubscribe", {"uri": uri}) == {}
            watch.stop()

    def listen(self, wanted: dict) -> Watch:
        raise NotImplementedError

    def events(self) -> Watch:
        raise NotImplementedError

    def _is_acknowledgement(self, message: dict, id) -> dict:
        assert message["method"] == "notifications/subscriptions/acknowledged", f"SB4: {message}"
        self._is_of_listen(message, id)
        return message["params"]["notifications"]

    def _is_of_listen(self, message: dict, id):
        given = message["params"]["_meta"][PREFIX + "subscriptionId"]
        assert given == id and type(given) is type(id), f"SB3: {message}"

    def _answered(self, question: dict) -> dict:
        """The message that answers a question of a legacy server."""
        try:
            return {"jsonrpc": "2.0", "id": question["id"], "result": self.reply(question)}
        except Unwilling as unwilling:
            return {"jsonrpc": "2.0", "id": question["id"], "error": unwilling.error}

    def _sort(self, message: dict, exchange: Exchange, id) -> bool:
        """Puts a message where it belongs; true if it is the answer."""
        if "method" not in message:
            assert message.get("id") == id and type(message.get("id")) is type(id), (message, id)
            exchange.message = message
            return True
        if "id" in message:
            exchange.questions.append(message)
            self.tell(self._answered(message))
        else:
            exchange.notifications.append(message)
        return False


NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
NAMED_TASKS = {"tasks/get": "taskId", "tasks/update": "taskId", "tasks/cancel": "taskId"}


class HTTPPeer(Peer):
    """Streamable HTTP, with a session or modern."""

    def __init__(self, server, revision: str = MODERN, declared: dict | None = None, reply=reply, session: str | None = None, path="/mcp"):
        super().__init__(revision, declared, reply)
        self.at = server
        self.path = path
        self.session = session
        self._connection: Connection | None = None
        self._side: Connection | None = None
        if not self.is_modern and session is None:
            self.initialize()

    def close(self):
        self.drop()
        if self._side:
            self._side.close()

    def drop(self):
        """Gives up the connection, as a client does that has lost it."""
        if self._connection:
            self._connection.close()
            self._connection = None

    @property
    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self.at.connect()
        return self._connection

    def initialize(self) -> Exchange:
        exchange = super().initialize()
        self.session = exchange.headers["mcp-session-id"]
        assert all(33 <= ord(character) <= 126 for character in self.session), "S6"
        self.notify("notifications/initialized")
        return exchange

    def fields(self, message: dict | None = None) -> list[tuple[str, str]]:
        fields = [*self.at.access, ACCEPT]
        if message is not None:
            fields.append(JSON_BODY)
        if self.is_modern:
            fields.append(("MCP-Protocol-Version", self.revision))
            method = (message or {}).get("method")
            if method:
                fields.append(("Mcp-Method", method))
            if member := NAMED.get(method) or NAMED_TASKS.get(method):
                if isinstance(name := message["params"].get(member), str):
                    fields.append(("Mcp-Name", name))
        elif self.session:
            fields.append(("Mcp-Session-Id", self.session))
            if self.revision >= "2025-06-18":
                fields.append(("MCP-Protocol-Version", self.revision))
        return fields

    def bytes_of(self, message: dict, headers=()) -> bytes:
        return request_bytes(self.at.port, "POST", self.path, [*self.fields(message), *headers], encode(message))

    def open(self, message: dict, headers=(), connection: Connection | None = None) -> EventStream:
        """Sends a request and reads the head of its answer."""
        return EventStream(self.at.port, connection=connection or self.at.connect(), request=self.bytes_of(message, headers))

    def exchange(self, message: dict, headers=()) -> Exchange:
        stream = self.open(message, headers, self.connection)
        exchange = Exchange(message["method"], {}, status=stream.status, headers=stream.headers, is_stream=stream.is_stream)
        if self.is_modern:
            assert "mcp-session-id" not in stream.headers, "H11"
        if not stream.is_stream:
            assert stream.headers.get("content-type") == "application/json", (stream.status, stream.headers, stream.body)
            assert stream.headers.get("cache-control") == "no-store", f"H6: {stream.headers}"
            exchange.message = json.loads(stream.body)
            check_answer(self.revision, message["method"], exchange.message)
            if self.is_modern:
                code = exchange.message.get("error", {}).get("code")
                assert stream.status == STATUSES.get(code, 200), f"H13: {stream.status} for {exchange.message}"
            if stream.status not in (400, 404):
                assert exchange.message["id"] == message["id"], exchange.message
            return exchange
        assert stream.status == 200
        self.check_head(stream)
        while not self._read(stream, exchange, message["id"]):
            # The server gave up the connection on purpose; only this revision has the primed ids that a client needs to come back.
            assert self.revision == "2025-11-25", f"the stream of {message['method']} ended without an answer"
            assert stream.last_id, "a stream without ids ended without an answer"
            exchange.reconnections += 1
            self.drop()
            time.sleep((stream.retry or 0) / 1000)
            stream = self.resume(stream.last_id)
            assert stream.status == 200, (stream.status, stream.body)
        return exchange

    def check_head(self, stream: EventStream):
        assert stream.headers.get("x-accel-buffering") == "no", f"H6: {stream.headers}"
        assert {part.strip() for part in stream.headers["cache-control"].split(",")} == {"no-cache", "no-store"}, f"H6: {stream.headers}"

    def resume(self, last_id: str | None) -> EventStream:
        """GET of the session's own stream, or of the one that the event was on."""
        more = [("Last-Event-ID", last_id)] if last_id else []
        fields = [field for field in self.fields() if field != ACCEPT]
        return EventStream(self.at.port, self.path, [*fields, *more])

    def _read(self, stream: EventStream, exchange: Exchange, id) -> bool:
        """Reads a request's stream to its end; false if it ended before the answer."""
        is_first = True
        try:
            while (event := stream.next()) is not None:
                assert event.name in ("", "message"), event
                if self.is_modern:
                    assert event.id is None, f"H11: {event}"
                else:
                    # Without a session there is nothing to come back to, so no ids and no priming.
                    assert bool(event.id) == bool(self.session), f"S12: {event}"
                if event.data == [""]:
                    assert is_first and self.revision == "2025-11-25", f"S13: {event}"
                    is_first = False
                    continue
                if is_first and not exchange.reconnections:
                    assert self.revision != "2025-11-25" or not self.session, f"S13: a stream that is not primed: {event}"
                is_first = False
                message = event.json()
                check_message(self.revision, message, self.methods.get(message.get("id")))
                if self._sort(message, exchange, id):
                    assert stream.next() is None, "H5, S4: something after the answer"
                    return True
        except Closed:
            pass
        self._connection = None
        return False

    def tell(self, message: dict):
        if self._side is None:
            self._side = self.at.connect()
        response = self._side.request("POST", self.path, self.fields(message), encode(message))
        assert (response.status, response.body) == (202, b""), response

    def listen(self, wanted: dict) -> Watch:
        message = self.message("subscriptions/listen", {"notifications": wanted})
        stream = self.open(message)
        assert stream.is_stream and stream.status == 200, (stream.status, stream.body)
        self.check_head(stream)

        def receive() -> dict:
            event = stream.next()
            assert event is not None, "the listen ended"
            assert event.id is None, "H11"
            received = event.json()
            check_message(self.revision, received, self.methods.get(received.get("id")))
            if "method" in received:
                self._is_of_listen(received, message["id"])
            return received

        acknowledged = self._is_acknowledgement(receive(), message["id"])
        watch = Watch(receive, acknowledged, stream.close)
        watch.stream = stream
        return watch

    def events(self) -> Watch:
        stream = self.resume(None)
        assert stream.is_stream and stream.status == 200, (stream.status, stream.body)
        self.check_head(stream)

        def receive() -> dict:
            while True:
                event = stream.next()
                assert event is not None, "the stream of the session ended"
                assert event.id, f"S12: {event}"
                if event.data != [""]:
                    break
                assert self.revision == "2025-11-25", f"S13: {event}"
            received = event.json()
            assert "method" in received and "id" not in received, f"S10: {received}"
            check_message(self.revision, received, None)
            return received

        watch = Watch(receive, stop=stream.close)
        watch.stream = stream
        return watch


class _Pipe(Peer):
    """A transport on which all messages come on one way, in any order."""

    def __init__(self, revision: str, declared, reply):
        super().__init__(revision, declared, reply)
        self.waiting: list[dict] = []
        self.answers: dict = {}

    def send(self, message: dict):
        raise NotImplementedError

    def receive(self) -> dict:
        raise NotImplementedError

    def tell(self, message: dict):
        self.send(message)

    def start(self, method: str, params: dict | None = None, meta: dict | None = None) -> str | int:
        """Sends a request whose answer is waited for later, by `finish`."""
        message = self.message(method, params, meta)
        self.send(message)
        return message["id"]

    def finish(self, id) -> Exchange:
        """Waits for the answer to this request; what does not belong to it is kept for those who wait for it."""
        exchange = Exchange(self.methods[id], self.answers.pop(id, {}))
        while not exchange.message:
            message = self._checked()
            if "method" not in message and message.get("id") != id:
                self.answers[message["id"]] = message
            elif "id" not in message and message["method"] not in ("notifications/progress", "notifications/message"):
                self.waiting.append(message)
            else:
                self._sort(message, exchange, id)
        return exchange

    def exchange(self, message: dict, headers=()) -> Exchange:
        self.send(message)
        return self.finish(message["id"])

    def _checked(self) -> dict:
        message = self.receive()
        check_message(self.revision, message, self.methods.get(message.get("id")))
        return message

    def _notification(self, belongs: Callable[[dict], bool]) -> dict:
        while True:
            for index, message in enumerate(self.waiting):
                if belongs(message):
                    return self.waiting.pop(index)
            message = self._checked()
            if "method" not in message:
                self.answers[message["id"]] = message
            elif "id" in message:
                self.tell(self._answered(message))
            else:
                self.waiting.append(message)

    def events(self) -> Watch:
        self.waiting.clear()
        return Watch(lambda: self._notification(lambda _: True))

    def listen(self, wanted: dict) -> Watch:
        id = self.start("subscriptions/listen", {"notifications": wanted})

        def receive() -> dict:
            message = self._notification(lambda message: message["params"].get("_meta", {}).get(PREFIX + "subscriptionId") == id)
            self._is_of_listen(message, id)
            return message

        acknowledged = self._is_acknowledgement(receive(), id)
        watch = Watch(receive, acknowledged, lambda: self.notify("notifications/cancelled", {"requestId": id, "_meta": self.meta()}))
        watch.id = id
        return watch


class SSEPeer(_Pipe):
    """HTTP+SSE of 2024-11-05; later revisions may be spoken over it too."""

    def __init__(self, server, revision: str = "2024-11-05", declared: dict | None = None, reply=reply, initialize: bool = True, path: str = "/sse"):
        super().__init__(revision, declared, reply)
        self.at = server
        self.stream = EventStream(server.port, path, server.access)
        assert self.stream.status == 200, (self.stream.status, self.stream.body)
        endpoint = self.stream.next()
        assert endpoint.name == "endpoint" and endpoint.id is None, endpoint
        self.endpoint = "".join(endpoint.data)
        assert self.endpoint.startswith("/messages/?session_id="), "E2"
        self.posts = server.connect()
        if initialize:
            self.initialize()
            self.notify("notifications/initialized")

    def close(self):
        self.stream.close()
        self.posts.close()

    def send(self, message):
        response = self.posts.request("POST", self.endpoint, [*self.at.access, JSON_BODY], encode(message))
        assert (response.status, response.body) == (202, b"Accepted"), response

    def receive(self) -> dict:
        event = self.stream.next()
        assert event is not None, "the stream ended"
        assert event.name == "message" and event.id is None and len(event.data) == 1, f"E3: {event}"
        return event.json()


class StdioPeer(_Pipe):
    """Lines to and from a process."""

    def __init__(self, process, revision: str = MODERN, declared: dict | None = None, reply=reply, initialize: bool = True):
        super().__init__(revision, declared, reply)
        self.process = process
        self.buffer = b""
        if not self.is_modern and initialize:
            self.initialize()
            self.notify("notifications/initialized")

    def close(self):
        """Ends the input; the process must end with 0."""
        self.process.stdin.close()
        try:
            assert self.process.wait(timeout=6) == 0, "I6"
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()

    def write(self, data: bytes):
        while data:
            data = data[self.process.stdin.write(data) :]

    def send(self, message: dict):
        self.write(encode(message) + b"\n")

    def line(self, seconds: float = 20) -> bytes | None:
        """The next line; None where none comes in time, or the output has ended."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line

    def receive(self) -> dict:
        line = self.line()
        assert line is not None, "no line came"
        return json.loads(line)

    def is_quiet(self, seconds: float = 0.3) -> bool:
        return self.line(seconds) is None


def with_tasks(declared: dict) -> dict:
    """The capabilities of a client that also knows the tasks extension."""
    return {**declared, "extensions": {TASKS: {}}}


# Every transport with every revision that is spoken over it.
CLIENTS = [
    ("sse", "2024-11-05"),
    ("sse", "2025-11-25"),
    *(("http", revision) for revision in ("2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")),
    *(("stdio", revision) for revision in ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")),
]


def clients(chosen: Callable[[str, str], bool]):
    """A mark for tests that are given `connect`: only the transports and revisions that are chosen."""
    return pytest.mark.parametrize("connect", [client for client in CLIENTS if chosen(*client)], indirect=True, ids="-".join)


# Who has a session, who can show its user a form, who may not leave an answer by leaving its connection.
LEGACY_CLIENTS = clients(lambda transport, revision: revision != MODERN)
WITH_FORMS = clients(lambda transport, revision: revision >= "2025-06-18")
PIPES = clients(lambda transport, revision: transport != "http")

"""Sends mutated messages and header sets, many at a time on each connection, and checks every answer.

Arguments: port, seed, number of requests, "fixtures" or "product", and header lines for each request. Tells what came of it as JSON.
"""

import collections
import copy
import json
import random
import re
import socket
import sys
import time

MODERN = "2026-07-28"
LEGACY = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
PREFIX = "io.modelcontextprotocol/"
AT_ONCE = 64

PIECES = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b"\x00", b"\xff", b"\xc3", "é".encode(),
    "🦆".encode(), b"1e999", b"-0", b"0.1", b"9223372036854775808", b"-9223372036854775809", b"18446744073709551616", b"NaN", b"null",
    b"true", b"false", b"[" * 120, b'{"a":' * 120, b" ", b"\t", b'"id":5,', b'"_meta":{},', b'"jsonrpc":"2.0",', b"A" * 500, b"'", b"//",
    b"\xef\xbb\xbf",
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 1, 1.5, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, "", "x", "é", "\u0000", "🦆" * 20, "2.0",
    "tools/call", [], {}, [[]], {"": ""}, ["x"] * 5, {"action": "accept"}, {"x": {"x": {"x": {}}}}, MODERN, "2025-03-26", "cu1.a.AAAA",
    "rs1.a.AAAA", "greet",
]  # fmt: skip
HEADER_VALUES = [
    "", " ", "x", "é", MODERN, "2025-11-25", "2025-03-26", "2024-11-05", "2099-01-01", "tools/list", "tools/call", "greet",
    "application/json", "text/event-stream", "*/*", "text/html", "application/json;q=0", "null", "http://localhost",
    "http://evil.example", "gzip", "identity", "=?base64?Z3JlZXQ=?=", "=?base64?Z3JlZXQ?=", "=?base64??=", "=?base64?", "ms1.a.AAAA", "1",
    "-1", ",", ";", '"', "%00", "a" * 300,
]  # fmt: skip
HEADERS = [
    "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Accept", "Content-Type", "Mcp-Param-Region", "Last-Event-ID",
    "Origin", "traceparent", "X-Unknown", "mcp-method", "MCP-NAME", "Content-Encoding",
]  # fmt: skip

CALLS = {
    "fixtures": [
        ("test_simple_text", {}),
        ("greet", {"name": "Ada"}),
        ("test_structured", {}),
        ("test_big", {"bytes": 10}),
        ("test_x_mcp_header", {"region": "eu"}),
        ("test_error_handling", {}),
        ("test_ui", {}),
        ("json_schema_2020_12_tool", {"email": "a", "contactMethod": "email", "address": {"street": "b"}}),
        ("test_sampling", {"prompt": "?"}),
        ("test_elicitation", {"message": "?"}),
        ("test_input_required_result_elicitation", {}),
        ("test_input_required_result_request_state", {}),
        ("test_input_required_result_multiple_inputs", {}),
        ("test_counters", {}),
    ],
    "product": [("health_check", {}), ("list_notes", {"limit": 1}), ("get_note", {"uid": "00000000-0000-4000-8000-000000000000"})],
}

# Which status an error has in the newest revision; what is not here is 200.
STATUSES = {-32700: 400, -32600: 400, -32602: 400, -32020: 400, -32021: 400, -32022: 400, -32601: 404}
CODES = {*STATUSES, -32603, -32002}
# Statuses of the gate, whose bodies have the form of the API.
GATE = {400, 403, 406, 413, 414, 415, 421, 431}

HEAD = re.compile(rb"HTTP/1\.1 (\d{3}) ")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


class Maker:
    """Makes requests: good messages of every era, with something changed in most of them."""

    def __init__(self, generator: random.Random, port: int, kind: str, fixed: list[tuple[str, str]], sessions: dict[str, str]):
        self.random = generator
        self.port = port
        self.calls = CALLS[kind]
        self.fixed = fixed
        self.sessions = sessions

    def message(self) -> tuple[dict | list, list[tuple[str, str]]]:
        """A good message and the headers that belong to it."""
        choose = self.random.choice
        headers = [("Accept", "application/json"), ("Content-Type", "application/json")]
        era = self.random.random()
        name, arguments = choose(self.calls)
        prompt, answer = "test_prompt_with_arguments", {"action": "accept", "content": {"name": "A"}}
        requests: list[tuple[str, dict]] = [
            ("tools/call", {"name": name, "arguments": arguments}),
            ("tools/call", {"name": name, "arguments": arguments}),
            ("tools/call", {"name": name, "arguments": arguments, "inputResponses": {"user_name": answer}}),
            ("tools/call", {"name": name, "arguments": arguments, "requestState": "rs1.a.AAAA"}),
            ("tools/list", {}),
            ("tools/list", {"cursor": "cu1.a.AAAA"}),
            ("resources/list", {}),
            ("resources/templates/list", {}),
            ("resources/read", {"uri": "test://static-text"}),
            ("resources/read", {"uri": "test://template/1/data"}),
            ("prompts/list", {}),
            ("prompts/get", {"name": prompt, "arguments": {"arg1": "a", "arg2": "b"}}),
            ("completion/complete", {"ref": {"type": "ref/prompt", "name": prompt}, "argument": {"name": "arg1", "value": "p"}}),
            ("nothing", {}),
        ]
        if era < 0.5:
            requests += [
                ("server/discover", {}),
                ("tasks/get", {"taskId": "x"}),
                ("tasks/update", {"taskId": "x", "inputResponses": {}}),
                ("tasks/cancel", {"taskId": "x"}),
                # To a client that takes JSON alone this is refused, so it never becomes a stream without end.
                ("subscriptions/listen", {"notifications": {"toolsListChanged": True, "resourceSubscriptions": ["test://a"]}}),
            ]
        else:
            requests += [
                ("ping", {}),
                ("logging/setLevel", {"level": "error"}),
                ("resources/subscribe", {"uri": "test://a"}),
                ("resources/unsubscribe", {"uri": "test://a"}),
                ("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}),
                ("notifications/initialized", {}),
                ("notifications/cancelled", {"requestId": 5}),
            ]
        method, params = choose(requests)
        message: dict = {"jsonrpc": "2.0", "id": choose([1, "a", 0, 2**60]), "method": method, "params": dict(params)}
        if method.startswith("notifications/"):
            del message["id"]
        if era < 0.5:
            declared = choose([{}, {"sampling": {}, "elicitation": {}, "roots": {}}, {"extensions": {PREFIX + "tasks": {}}}])
            message["params"]["_meta"] = {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": declared}
            headers += [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)]
            if name := params.get("name") or params.get("uri") or params.get("taskId"):
                headers.append(("Mcp-Name", name))
            if "region" in params.get("arguments", {}):
                headers.append(("Mcp-Param-Region", params["arguments"]["region"]))
            return message, headers
        revision = choose(LEGACY)
        if era < 0.9 and method != "initialize":
            headers.append(("Mcp-Session-Id", self.sessions[revision]))
        if self.random.random() < 0.7:
            headers.append(("MCP-Protocol-Version", revision))
        if self.random.random() < 0.05:
            return [message] * choose([0, 1, 2, 101]), headers
        if self.random.random() < 0.03:
            return {"jsonrpc": "2.0", "id": choose(["x", 5]), "result": {}}, headers
        return message, headers

    def make(self) -> tuple[bytes, bytes, list[tuple[str, str]]]:
        """A request's bytes, its body, its headers."""
        message, headers = self.message()
        message = copy.deepcopy(message)
        dice = self.random.random()
        if dice < 0.45:
            self.change(message)
        body = json.dumps(message, ensure_ascii=self.random.random() < 0.5, separators=(",", ":")).encode()
        if 0.35 < dice < 0.8:
            for _ in range(self.random.choice([1, 1, 2, 4])):
                body = self.mutated(body)
        if dice > 0.7:
            headers = self.headers(headers)
            if b"subscriptions/listen" in body and not any(name.lower() == "accept" for name, _ in headers):
                headers.append(("Accept", "application/json"))
        path = "/sse" if self.random.random() < 0.1 else "/mcp"
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (*self.fixed, *headers)]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body, body, headers

    def change(self, value, depth: int = 0):
        """Puts something else at one place of a message."""
        if isinstance(value, list):
            if value:
                self.change(value[0], depth)
            return
        key = self.random.choice([*value, "extra"])
        inner = value.get(key)
        if isinstance(inner, dict) and inner and self.random.random() < 0.75:
            self.change(inner, depth + 1)
        elif key in value and self.random.random() < 0.3:
            del value[key]
        else:
            value[key] = self.random.choice(VALUES)

    def mutated(self, data: bytes) -> bytes:
        start = self.random.randrange(len(data) + 1)
        end = min(len(data), start + self.random.choice([0, 0, 1, 2, 20]))
        match self.random.randrange(6):
            case 0 | 1:
                return data[:start] + self.random.choice(PIECES) + data[end:]
            case 2:
                return data[:start] + self.random.randbytes(self.random.randrange(1, 5)) + data[end:]
            case 3:
                return data[:start] + data[end:]
            case 4:
                return data[:start] + data[start : start + 40] + data[start:]
            case _:
                return data[:start]

    def headers(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        headers = list(headers)
        for _ in range(self.random.choice([1, 1, 2])):
            index = self.random.randrange(len(headers)) if headers else 0
            match self.random.randrange(6):
                case 0 if headers:
                    del headers[index]
                case 1 if headers:
                    headers.append(headers[index])
                case 2 if headers:
                    headers[index] = (headers[index][0], self.random.choice(HEADER_VALUES))
                case 3 if headers:
                    name, value = headers[index]
                    at = self.random.randrange(len(value) + 1)
                    headers[index] = (name, value[:at] + self.random.choice("xA0 \t,;=?/é\x7f\x01") + value[at + 1 :])
                case 4:
                    self.random.shuffle(headers)
                case _:
                    headers.append((self.random.choice(HEADERS), self.random.choice(HEADER_VALUES)))
        # A stream that never ends would hold up what comes after it on the connection.
        return [(name, value if name.lower() != "accept" or not is_stream(value) else "application/json") for name, value in headers]


def is_stream(accept: str) -> bool:
    return "event-stream" in accept or "*" in accept or not accept.strip(" \t")


class Oracle:
    """Says of every answer whether it is one that may come."""

    def __init__(self):
        self.counts: collections.Counter = collections.Counter()
        self.faults: list[str] = []

    def fault(self, why: str, request: bytes, answer: bytes):
        if len(self.faults) < 20:
            self.faults.append(f"{why}\n  {request!r}\n  {answer!r}"[:3000])

    def era(self, body, headers: list[tuple[str, str]]) -> str:
        """ER1, for a body that could be read."""
        if isinstance(body, list):
            return "legacy"
        params = body.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        if isinstance(meta, dict) and {PREFIX + "protocolVersion", PREFIX + "clientCapabilities", PREFIX + "clientInfo"} & set(meta):
            return "modern"
        if body.get("method") == "initialize":
            return "legacy"
        versions = [value.strip(" \t") for name, value in headers if name.lower() == "mcp-protocol-version"]
        if versions and (len(versions) > 1 or versions[0] not in LEGACY):
            return "modern" if len(versions) == 1 else "unclear"
        return "modern" if body.get("method") in ("server/discover", "subscriptions/listen", "tasks/update") else "legacy"

    def check(self, request: bytes, body: bytes, headers, status: int, kind: bytes, answer: bytes):
        try:
            self.judge(body, headers, status, kind, answer)
        except (AssertionError, ValueError, KeyError, TypeError) as error:
            self.fault(f"{status}: {type(error).__name__} {error}", request, answer[:600])

    def judge(self, body: bytes, headers, status: int, kind: bytes, answer: bytes):
        if status == 202:
            assert not answer, "a 202 with a body"
            self.counts["202"] += 1
            return
        if kind == b"stream":
            data = [line[5:].strip() for line in answer.split(b"\n") if line.startswith(b"data:")]
            answer = [line for line in data if line][-1]
        message = json.loads(answer)
        if isinstance(message, dict) and "correlation_id" in message:
            assert status in GATE and isinstance(message["error"], str) and isinstance(message["code"], str), "no error of the gate"
            self.counts[f"{status} {message['code']}"] += 1
            return
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            asked = None
        if isinstance(message, list):
            assert status == 200 and isinstance(asked, list) and message, "an array that nobody asked for"
            for one in message:
                self.one(one, 200, None, "legacy")
            return
        self.one(message, status, asked, self.era(asked, headers) if isinstance(asked, (dict, list)) else "unclear")

    def one(self, message: dict, status: int, asked, era: str):
        assert message["jsonrpc"] == "2.0" and ("result" in message) != ("error" in message), "no answer of JSON-RPC"
        assert set(message) <= {"jsonrpc", "id", "result", "error"}, "members"
        id = asked.get("id") if isinstance(asked, dict) else None
        if type(id) in (str, int) and message.get("id") is not None:
            assert message["id"] == id and type(message["id"]) is type(id), "another id"
        if "result" in message:
            assert status == 200 and isinstance(message["result"], dict), "a result"
            assert message["id"] is not None
            assert era == "unclear" or ("resultType" in message["result"]) == (era == "modern"), f"a result of the other era than {era}"
            self.counts["200 result"] += 1
            return
        error = message["error"]
        code = error["code"]
        assert type(code) is int and isinstance(error["message"], str) and error["message"], "an error"
        assert set(error) <= {"code", "message", "data"}, "members of an error"
        assert code in CODES, "an unknown code"
        assert code != -32603, "a fault of ours"
        self.counts[f"{status} {code}"] += 1
        if status == 406:
            assert code == -32600 and isinstance(asked, dict) and asked.get("method") == "subscriptions/listen", "H3"
        elif era == "modern":
            assert status == STATUSES.get(code, 200) and code != -32002, "a wrong status for a modern request"
        elif era == "legacy":
            # The elements of a batch have the status of the whole.
            refused = {400, 404} if isinstance(asked, dict) else {200, 400, 404}
            allowed = {-32700: {400}, -32600: refused, -32601: {200}, -32602: {200}, -32002: {200}}
            # A request of a session under a modern version header lacks its envelope (W40), so the rows of modern requests answer it.
            assert status in allowed.get(code, set()), "a wrong status for a legacy request"
        else:
            assert status in (200, 400, 404), "a wrong status"


class Pipe:
    """One connection; requests are sent in a row, their answers come in the same order."""

    def __init__(self, port: int):
        self.port = port
        self.socket: socket.socket | None = None
        self.buffer = b""

    def open(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data: bytes):
        if self.socket is None:
            self.open()
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            # What the server has said before it closed is still there to be read.
            pass

    def more(self) -> bool:
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return bool(data)

    def answer(self) -> tuple[int, bytes, bytes] | None:
        """Status, kind and body of the next answer; None where the connection was closed before it."""
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            if not self.more():
                return None
        head = self.buffer[: end + 2]
        status = int(HEAD.match(head)[1])
        start = end + 4
        if length := LENGTH.search(head):
            stop = start + int(length[1])
            while len(self.buffer) < stop:
                if not self.more():
                    return None
            body, self.buffer = self.buffer[start:stop], self.buffer[stop:]
            return status, b"json", body
        if CHUNKED.search(head):
            while (stop := self.buffer.find(b"\r\n0\r\n\r\n", end)) < 0:
                if not self.more():
                    return None
            body, self.buffer = self.buffer[start:stop], self.buffer[stop + 7 :]
            return status, b"stream", body
        self.buffer = self.buffer[start:]
        return status, b"", b""

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def session(port: int, fixed, revision: str) -> str:
    params = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "mutate", "version": "1"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).encode()
    lines = ["POST /mcp HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in fixed] + [f"Content-Length: {len(body)}", "Connection: close"]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = b""
        while data := client.recv(65536):
            answer += data
    return re.search(rb"mcp-session-id: *(\S+)", answer, re.IGNORECASE)[1].decode()


def main(port: int, seed: int, count: int, kind: str, fixed: list[tuple[str, str]]) -> dict:
    generator = random.Random(seed)
    maker = Maker(generator, port, kind, fixed, {revision: session(port, fixed, revision) for revision in LEGACY})
    oracle, pipe = Oracle(), Pipe(port)
    begun, done, closed = time.monotonic(), 0, 0
    waiting: collections.deque = collections.deque()
    alone = 0
    while done < count:
        while len(waiting) < min(AT_ONCE, count - done):
            waiting.append(maker.make())
        pipe.send(waiting[0][0] if alone else b"".join(request for request, _, _ in waiting))
        answered = 0
        while waiting:
            try:
                answer = pipe.answer()
            except TimeoutError:
                oracle.fault("no answer in 30 s", waiting.popleft()[0], pipe.buffer)
                answered += 1
                answer = None
            if answer is None:
                # Closed after a request that could not be read as HTTP: the rest is sent again on a new connection.
                assert answered or not pipe.buffer, f"half an answer: {pipe.buffer[:500]!r}"
                break
            request, body, headers = waiting.popleft()
            answered += 1
            oracle.check(request, body, headers, *answer)
            if alone:
                break
        if alone and answered:
            alone = 0
        elif waiting:
            closed += 1
            pipe.close()
            if not answered:
                # A close while more is on its way may undo the answer before it (TCP resets): once more, with nothing behind it.
                alone += 1
                if alone > 2:
                    oracle.fault("closed without an answer", waiting.popleft()[0], b"")
                    answered, alone = 1, 0
        done += answered
    pipe.close()
    seconds = time.monotonic() - begun
    return {"requests": done, "seconds": seconds, "connections": closed + 1, "counts": dict(oracle.counts), "faults": oracle.faults}


if __name__ == "__main__":
    own = [tuple(line.split(": ", 1)) for line in sys.argv[5:]]
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], own)))

"""Many connections that call every tool in turn, as fast as the answers come, from one thread and without a library in between.

The time of a call is from before its request is written until the answer is seen to be there: what this client itself
needs to read other answers of the same moment is counted against the server, never for it.
"""

import json
import select
import socket
import time
from collections import defaultdict

from .kinds import ACTIONS, TOOL_KINDS
from .mcp import encode, envelope
from .schema import MODERN
from .toolcases import LEAST
from .wire import request_bytes

VERBS = ["create", "get", "list", "update", "patch", "process", "archive", "delete"]
# Each tool once, so that every item is made, read, changed and deleted.
TURN = [(verb, noun) for noun in TOOL_KINDS for verb in VERBS] + [("health_check", "")]


class Caller:
    """One connection, which walks through the tools again and again."""

    def __init__(self, server, revision: str, first: int):
        self.server, self.revision = server, revision
        self.place = first
        self.uid = ""
        self.version = 0
        self.begun = 0.0
        self.buffer = bytearray()
        self.length: int | None = None
        self.tool = ""
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fields = [server.authorization, ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream")]
        if revision == MODERN:
            self.fields += [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call")]
        else:
            self.initialize()
        self.parents = {noun: self.make(noun) for noun in ("note", "chat")}
        # Who begins in the middle of a kind needs an item.
        verb, noun = TURN[self.place]
        if verb not in ("create", "health_check"):
            self.uid, self.version = self.make(noun), 1

    def initialize(self):
        params = {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": {"name": "load", "version": "1"}}
        body = encode({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
        self.socket.sendall(request_bytes(self.server.port, "POST", "/mcp", self.fields, body))
        head, _ = self.wait()
        session = next(line.split(b":", 1)[1].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"mcp-session-id:"))
        self.fields += [("Mcp-Session-Id", session.decode()), ("MCP-Protocol-Version", self.revision)]
        body = encode({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.socket.sendall(request_bytes(self.server.port, "POST", "/mcp", self.fields, body))
        self.wait()

    def make(self, noun: str) -> str:
        """Creates an item and waits for it."""
        self.socket.sendall(self.request(f"create_{noun}", self.least(noun)))
        _, body = self.wait()
        return json.loads(json.loads(body)["result"]["content"][0]["text"])["uid"]

    def wait(self) -> tuple[bytes, bytes]:
        while (answer := self.answer()) is None:
            self.buffer += self.socket.recv(1 << 18)
        return answer

    def request(self, tool: str, arguments: dict) -> bytes:
        self.tool = tool
        params = {"name": tool, "arguments": arguments}
        fields = self.fields
        if self.revision == MODERN:
            params["_meta"] = envelope()
            fields = [*fields, ("Mcp-Name", tool)]
        body = encode({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        return request_bytes(self.server.port, "POST", "/mcp", fields, body)

    def least(self, noun: str) -> dict:
        match noun:
            case "note":
                return {"title": "Shopping", "content": "Milk and honey. " * 12, "tags": ["a", "b"]}
            case "comment":
                return {"content": "Looks good", "parent_type": "note", "parent_uid": self.parents["note"]}
            case "chat_message":
                return {"content": "Hello", "chat_uid": self.parents["chat"], "sender": "Ada"}
            case _:
                return {"title": "On Friday", "description": "All of it"}

    def next(self) -> bytes:
        """The request of the next tool."""
        verb, noun = TURN[self.place]
        self.place = (self.place + 1) % len(TURN)
        match verb:
            case "create":
                return self.request(f"create_{noun}", self.least(noun))
            case "list":
                return self.request(f"list_{noun}s", {})
            case "update":
                return self.request(f"update_{noun}", {"uid": self.uid, **LEAST[noun], "if_match": self.version})
            case "patch":
                return self.request(f"patch_{noun}", {"uid": self.uid, "updates": {"colour": "red"}})
            case "process":
                return self.request(f"process_{noun}", {"uid": self.uid, "action": next(iter(ACTIONS[TOOL_KINDS[noun]]))})
            case "health_check":
                return self.request("health_check", {})
            case _:
                return self.request(f"{verb}_{noun}", {"uid": self.uid})

    def send(self):
        request = self.next()
        self.begun = time.perf_counter()
        self.socket.send(request)

    def receive(self) -> tuple[bytes, bytes] | None:
        """What has come; an answer once it is whole."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise AssertionError("the server closed a connection")
        self.buffer += data
        return self.answer()

    def answer(self) -> tuple[bytes, bytes] | None:
        if self.length is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.head = bytes(self.buffer[:end])
            del self.buffer[: end + 4]
            mark = self.head.lower().find(b"content-length:")
            self.length = int(self.head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        if len(self.buffer) < self.length:
            return None
        body = bytes(self.buffer[: self.length])
        del self.buffer[: self.length]
        self.length = None
        return self.head, body

    def fault(self, head: bytes, body: bytes) -> str | None:
        """What is wrong with an answer; reads from it what the next call needs."""
        if not head.startswith(b"HTTP/1.1 200") or b'"isError":true' in body or b'"error":{' in body:
            return f"{self.tool}: {head[:30]!r} {body[:400]!r}"
        if self.tool.startswith(("list", "health")):
            return None if b'"structuredContent":{' in body else f"{self.tool}: {body[:200]!r}"
        value = json.loads(body)["result"]["structuredContent"]
        expected = 1 if self.tool.startswith("create") else self.version + (not self.tool.startswith("get"))
        if value["version"] != expected or (value["uid"] != self.uid and expected > 1):
            return f"{self.tool}: version {value['version']} instead of {expected}"
        self.uid, self.version = value["uid"], value["version"]
        return None


class Load:
    """What came of a run."""

    def __init__(self):
        self.times: dict[str, list[float]] = defaultdict(list)
        self.faults: list[str] = []
        self.memory: list[tuple[float, int]] = []
        self.seconds = 0.0

    @property
    def all_times(self) -> list[float]:
        return [seconds for times in self.times.values() for seconds in times]

    def run(self, callers: list[Caller], seconds: float, memory) -> "Load":
        """Calls until the time is over; `memory()` is asked twenty times on the way."""
        watched = select.epoll()
        by_file = {caller.socket.fileno(): caller for caller in callers}
        for file, caller in by_file.items():
            watched.register(file, select.EPOLLIN)
            caller.send()
        begun = time.perf_counter()
        end, look = begun + seconds, begun
        waiting = len(callers)
        while waiting:
            ready = watched.poll(20)
            now = time.perf_counter()
            assert ready, "no answer for 20 s"
            if now >= look:
                self.memory.append((now - begun, memory()))
                look += seconds / 20
            for file, _ in ready:
                caller = by_file[file]
                answer = caller.receive()
                if answer is None:
                    continue
                self.times[caller.tool].append(now - caller.begun)
                if fault := caller.fault(*answer):
                    self.faults.append(fault)
                    # Whatever it was, this caller's item can't be known any more.
                    waiting -= 1
                elif now < end:
                    caller.send()
                else:
                    waiting -= 1
        self.seconds = time.perf_counter() - begun
        watched.close()
        return self


def percentile(values: list[float], percent: float) -> float:
    """Milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000

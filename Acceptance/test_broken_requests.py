"""Random and broken requests by the thousand: the same process lives on, and none of them is answered as a fault of ours."""

import asyncio
import json
import os
import random
import re
import uuid

from support.kinds import PATHS
from support.mcp import envelope

COUNT = int(os.environ.get("REQUESTS", "10000"))
AT_ONCE = 100
STATUS = re.compile(rb"(?:^|\r\n|})HTTP/1\.1 (\d{3}) ")

PIECES = [
    b"\x00",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b":",
    b"\xff\xfe",
    b"%00",
    b"%2e%2e/",
    b"../",
    b"//",
    b"?",
    b"&",
    b"=",
    b"#",
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"1e999",
    b"-0",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"NaN",
    b"null",
    b"true",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Host: evil\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"X-TB-Timestamp: -9223372036854775808\r\n",
    b'If-Match: "9223372036854775808"\r\n',
    b"X-Sync-Epoch: 9223372036854775808\r\n",
    b"X-Sync-Session: x\r\n",
    b"Range: bytes=0-\r\n",
    b"Upgrade: h2c\r\n",
    "é".encode(),
    "\u202e".encode(),
    b"A" * 300,
    b"[" * 200,
    b"'; DROP TABLE item; --",
]
VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**63,
    -(2**63) - 1,
    10**40,
    1.5,
    1e308,
    "",
    "x",
    "é",
    "\u0000",
    "🦆" * 50,
    "../tasks",
    "%00",
    [],
    {},
    [[]],
    {"": ""},
    ["x"] * 50,
    {"uid": "x"},
    {"sync": {"version": 2**63}},
]
TOOLS = [
    f"{verb}_{noun}{'s' if verb == 'list' else ''}"
    for verb in ("list", "get", "create", "update", "patch", "delete", "archive", "process")
    for noun in ("note", "task", "comment", "chat", "chat_message")
] + ["health_check", "nothing"]
NAMES = [
    "uid",
    "title",
    "content",
    "limit",
    "cursor",
    "include_deleted",
    "if_match",
    "tags",
    "additional_fields",
    "updates",
    "action",
    "metadata",
    "parent_type",
    "parent_uid",
    "chat_uid",
    "priority",
    "nothing",
]
METHODS = [
    "tools/list",
    "tools/call",
    "server/discover",
    "initialize",
    "ping",
    "resources/list",
    "prompts/get",
    "notifications/initialized",
    "tasks/get",
    "x",
    "",
]


class Maker:
    def __init__(self, generator: random.Random, server, uids: list[str]):
        self.random = generator
        self.server = server
        self.uids = uids

    def make(self) -> bytes:
        data = self.random.choice([self.rest, self.rest, self.tool, self.tool, self.protocol, self.other])()
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 3])):
            data = self.mutated(data)
        if self.random.random() < 0.03:
            data = self.random.randbytes(self.random.randrange(1, 2000))
        return data

    def value(self, depth: int = 0):
        if depth < 3 and self.random.random() < 0.2:
            return {self.random.choice(NAMES): self.value(depth + 1) for _ in range(self.random.randrange(4))}
        if self.random.random() < 0.3:
            return self.random.choice(self.uids)
        return self.random.choice(VALUES)

    def fields(self) -> list[str]:
        fields = [f"Host: 127.0.0.1:{self.server.port}"]
        if self.random.random() < 0.93:
            fields.append(f"Authorization: Bearer {self.server.token}")
        for name in (
            "If-Match",
            "X-Sync-Epoch",
            "X-Sync-Session",
            "X-TB-Tenant-ID",
            "X-TB-Timestamp",
            "X-Correlation-ID",
            "Content-Encoding",
            "Accept",
            "Origin",
        ):
            if self.random.random() < 0.025:
                value = self.random.choice(["1", "*", "x", "-1", "", "9" * 30, 'W/"1"', str(uuid.UUID(int=5)), "null"])
                fields.append(f"{name}: {value}")
        return fields

    def assemble(self, method: str, target: str, fields: list[str], body: bytes) -> bytes:
        if body or method in ("POST", "PUT", "PATCH"):
            fields = [*fields, f"Content-Length: {len(body)}"]
        return f"{method} {target} HTTP/1.1\r\n".encode() + "\r\n".join(fields).encode() + b"\r\n\r\n" + body

    def rest(self) -> bytes:
        path = self.random.choice(PATHS)
        target = f"/v1/{path}"
        method = self.random.choice(["GET", "POST", "PUT", "PATCH", "DELETE", "GET", "POST", "HEAD", "OPTIONS"])
        if method not in ("GET", "POST") or self.random.random() < 0.5:
            target += "/" + self.random.choice(
                [*self.uids, "x", "", "%00", "../notes", "urn:uuid:" + self.uids[0], "{" + self.uids[0] + "}"]
            )
            target += self.random.choice(["", "", "/archive", "/restore", "/process", "/nothing"])
        if self.random.random() < 0.4:
            query = [
                f"{self.random.choice(['limit', 'cursor', 'order', 'includeDeleted', 'x'])}={self.random.choice(['1', '0', '-1', '9' * 30, 'desc', 'true', '%', '%ff', 'AQE', 'Zm9v', ''])}"
                for _ in range(self.random.randrange(4))
            ]
            target += "?" + "&".join(query)
        fields = self.fields()
        if self.random.random() < 0.2:
            fields.append("Content-Type: application/merge-patch+json")
        body = {
            self.random.choice(
                [
                    "uid",
                    "title",
                    "content",
                    "tags",
                    "sync",
                    "updatedTs",
                    "parentType",
                    "parentUid",
                    "chatUid",
                    "taskListUid",
                    "action",
                    "metadata",
                ]
            ): self.value()
            for _ in range(self.random.randrange(5))
        }
        return self.assemble(method, target, fields, b"" if method in ("GET", "DELETE", "HEAD") else json.dumps(body).encode())

    def tool(self) -> bytes:
        name = self.random.choice(TOOLS)
        arguments = {self.random.choice(NAMES): self.value() for _ in range(self.random.randrange(5))}
        if self.random.random() < 0.6:
            # Arguments that may be right, so that some calls get to the store.
            match name.split("_")[0]:
                case "create":
                    arguments = {"title": "T", "content": "C"} | ({"additional_fields": arguments} if self.random.random() < 0.5 else {})
                case "list":
                    arguments = {"limit": self.random.choice([1, 5, 1000, "2", 2.0])}
                case _:
                    arguments = {
                        "uid": self.random.choice(self.uids),
                        **self.random.choice([{}, {"updates": arguments}, {"title": "T", "content": "", "if_match": 1}]),
                    }
        params = {"name": name, "arguments": arguments}
        return self.message("tools/call", params, name)

    def protocol(self) -> bytes:
        params = {
            self.random.choice(
                ["name", "arguments", "cursor", "protocolVersion", "capabilities", "clientInfo", "_meta", "uri"]
            ): self.value()
            for _ in range(self.random.randrange(4))
        }
        return self.message(self.random.choice(METHODS), params, None)

    def message(self, method: str, params: dict, name: str | None) -> bytes:
        fields = [*self.fields(), "Content-Type: application/json"]
        if self.random.random() < 0.6:
            params.setdefault("_meta", envelope(self.random.choice(["2026-07-28"] * 5 + ["2025-11-25", "x"])))
            fields += ["MCP-Protocol-Version: 2026-07-28", f"Mcp-Method: {method}"]
            if name:
                fields.append(f"Mcp-Name: {name}")
        elif self.random.random() < 0.3:
            fields.append("Mcp-Session-Id: ms1.x.AAAA")
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if self.random.random() < 0.9:
            message["id"] = self.random.choice([1, "a", 0, -1, 2**70, None, 1.5, [], "é"])
        if self.random.random() < 0.05:
            message = [message] * self.random.choice([0, 1, 3, 101])
        return self.assemble("POST", self.random.choice(["/mcp", "/mcp", "/sse"]), fields, json.dumps(message).encode())

    def other(self) -> bytes:
        target = self.random.choice(
            [
                "/",
                "/healthz",
                "/health",
                "/readyz",
                "/mcp",
                "/sse",
                "/messages/",
                "/v1",
                "/v1/sync/info",
                "*",
                "http://x/",
                "/\u00e9",
                "/" + "x" * 9000,
            ]
        )
        return self.assemble(
            self.random.choice(["GET", "DELETE", "POST", "OPTIONS", "BREW", "CONNECT", "G" * 100]), target, self.fields(), b""
        )

    def mutated(self, data: bytes) -> bytes:
        start = self.random.randrange(len(data) + 1)
        end = min(len(data), start + self.random.choice([0, 0, 1, 2, 20]))
        match self.random.randrange(5):
            case 0:
                return data[:start] + self.random.choice(PIECES) + data[end:]
            case 1:
                return data[:start] + self.random.randbytes(self.random.randrange(1, 5)) + data[end:]
            case 2:
                return data[:start] + data[end:]
            case 3:
                return data[:start] + data[start : start + 40] + data[start:]
            case _:
                return data[:start]


async def send(port: int, data: bytes) -> bytes:
    """All that the server says to these bytes; half of a request is followed by the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(data)
        await writer.drain()
        try:
            answer = await asyncio.wait_for(reader.read(1 << 16), 0.25)
        except TimeoutError:
            pass
        if writer.can_write_eof():
            writer.write_eof()
        while more := await asyncio.wait_for(reader.read(1 << 16), 20):
            answer += more
    except (ConnectionError, OSError):
        pass
    finally:
        writer.close()
    return answer


async def storm(server, maker: Maker, counts: dict[int, int], faults: list):
    left = iter(range(COUNT))

    async def worker():
        for _ in left:
            data = maker.make()
            answer = await send(server.port, data)
            for status in STATUS.findall(answer):
                status = int(status)
                counts[status] = counts.get(status, 0) + 1
                if status >= 500:
                    faults.append((status, data, answer[:500]))

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def test_ten_thousand_requests_leave_the_same_process_running(server, generator, tell):
    uids = [server.request("POST", f"/v1/{path}", {"title": "T"}).json()["uid"] for path in ("notes", "tasks", "chats", "task_lists")]
    pid = server.pid
    counts: dict[int, int] = {}
    faults: list = []
    asyncio.run(storm(server, Maker(generator, server, uids), counts, faults))
    tell(f"{COUNT} requests, answers by status: {dict(sorted(counts.items()))}")
    assert not faults, faults[:3]
    assert server.is_alive() and server.pid == pid
    assert {200, 201, 400, 404} <= set(counts), "the requests were not what they were meant to be"
    assert sum(counts.values()) > COUNT / 2
    assert server.request("GET", "/readyz", token=False).status == 200
    loud = [line for line in server.lines() if line.get("level") == "error"]
    assert not loud, loud[:3]

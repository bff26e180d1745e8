"""A plain MCP client over the wire, in both eras. It checks every answer against the official schema of its revision."""

import itertools
import json
from dataclasses import dataclass

from .program import Server
from .schema import MODERN, check_answer, check_notification, check_value
from .wire import Connection, Response

ACCEPT = ("Accept", "application/json, text/event-stream")
JSON_BODY = ("Content-Type", "application/json")
PREFIX = "io.modelcontextprotocol/"


class Refused(Exception):
    """A JSON-RPC error."""

    def __init__(self, error: dict, status: int):
        super().__init__(error)
        self.code = error["code"]
        self.error = error
        self.status = status


@dataclass
class ToolAnswer:
    """The result of `tools/call`, and the bytes of the message it came in."""

    result: dict
    body: bytes

    @property
    def is_error(self) -> bool:
        return self.result.get("isError", False)

    @property
    def text(self) -> str:
        assert [block["type"] for block in self.result["content"]] == ["text"], self.result
        return self.result["content"][0]["text"]

    @property
    def value(self):
        """What a tool returned, read from its text."""
        assert not self.is_error, self.text
        return json.loads(self.text)

    @property
    def refusal(self) -> dict:
        """The second line of a refused operation. After it there may be what to do next."""
        assert self.is_error, self.text
        assert "structuredContent" not in self.result
        line, details, *more = self.text.split("\n")
        assert line
        assert not more or more[0].startswith("Next: "), self.text
        return json.loads(details)


def envelope(revision: str = MODERN) -> dict:
    return {
        PREFIX + "protocolVersion": revision,
        PREFIX + "clientCapabilities": {},
        PREFIX + "clientInfo": {"name": "acceptance", "version": "1"},
    }


def encode(message) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class Client:
    """One client of one revision on one connection."""

    def __init__(self, server: Server, revision: str = MODERN, session: str | None = None, path: str = "/mcp"):
        self.server = server
        self.path = path
        self.revision = revision
        self.session = session
        self.ids = itertools.count(1)
        self.connection: Connection = server.connect()
        self.schemas: dict[str, dict] = {}
        if revision != MODERN and session is None:
            self.initialize()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    @property
    def is_modern(self) -> bool:
        return self.revision == MODERN

    def initialize(self):
        response, message = self.post(
            "initialize",
            {"protocolVersion": self.revision, "capabilities": {}, "clientInfo": {"name": "acceptance", "version": "1"}},
        )
        assert response.status == 200, response
        assert message["result"]["protocolVersion"] == self.revision
        self.session = response.header("Mcp-Session-Id")
        assert self.session
        answer = self.connection.request("POST", self.path, self.fields(), encode({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        assert (answer.status, answer.body) == (202, b"")

    def fields(self, method: str | None = None, name: str | None = None) -> list[tuple[str, str]]:
        fields = [self.server.authorization, JSON_BODY, ACCEPT]
        if self.is_modern:
            fields.append(("MCP-Protocol-Version", self.revision))
            if method:
                fields.append(("Mcp-Method", method))
            if name:
                fields.append(("Mcp-Name", name))
        elif self.session:
            fields.append(("Mcp-Session-Id", self.session))
            if self.revision >= "2025-06-18":
                fields.append(("MCP-Protocol-Version", self.revision))
        return fields

    def message(self, method: str, params: dict | None) -> dict:
        params = dict(params or {})
        if self.is_modern:
            params["_meta"] = envelope(self.revision)
        message = {"jsonrpc": "2.0", "id": next(self.ids), "method": method}
        if params:
            message["params"] = params
        return message

    def post(self, method: str, params: dict | None = None) -> tuple[Response, dict]:
        """Sends one request; returns the response and the message in it, checked."""
        message = self.message(method, params)
        response = self.connection.request(
            "POST", self.path, self.fields(method, (params or {}).get("name") if method == "tools/call" else None), encode(message)
        )
        assert response.header("Content-Type") == "application/json", (response.status, response.headers, response.body)
        answer = response.json()
        check_answer(self.revision, method, answer)
        assert answer["id"] == message["id"]
        if self.is_modern:
            assert response.header("Mcp-Session-Id") is None
        return response, answer

    def request(self, method: str, params: dict | None = None) -> dict:
        response, answer = self.post(method, params)
        if "error" in answer:
            raise Refused(answer["error"], response.status)
        assert response.status == 200
        return answer["result"]

    def tools(self) -> list[dict]:
        tools = self.request("tools/list")["tools"]
        self.schemas = {tool["name"]: tool.get("outputSchema") for tool in tools}
        return tools

    def call(self, tool: str, **arguments) -> ToolAnswer:
        """Calls a tool and checks what every result must be: structured output by its schema, and the same value as text."""
        if not self.schemas:
            self.tools()
        params = {"name": tool, "arguments": arguments}
        response, answer = self.post("tools/call", params)
        if "error" in answer:
            raise Refused(answer["error"], response.status)
        result = ToolAnswer(answer["result"], response.body)
        if self.revision < "2025-06-18":
            assert "structuredContent" not in result.result
        elif not result.is_error:
            check_value(self.schemas[tool], result.result["structuredContent"])
            assert result.result["structuredContent"] == result.value
            assert result.text.encode() in response.body, "the text is not what the structured content is, byte for byte"
        return result


class Stdio:
    """A client that starts `toolbridge stdio` and talks in lines."""

    def __init__(self, process, revision: str = MODERN):
        self.process = process
        self.revision = revision
        self.ids = itertools.count(1)

    def line(self, message) -> dict:
        """The answer; the server may say before it that something has changed."""
        self.process.stdin.write(encode(message) + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if not answer.get("method", "").startswith("notifications/"):
                return answer
            check_notification(self.revision, answer)

    def request(self, method: str, params: dict | None = None) -> dict:
        params = dict(params or {})
        if self.revision == MODERN:
            params["_meta"] = envelope()
        message = {"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params}
        answer = self.line(message)
        check_answer(self.revision, method, answer)
        assert answer["id"] == message["id"]
        if "error" in answer:
            raise Refused(answer["error"], 0)
        return answer["result"]

    def call(self, tool: str, **arguments) -> ToolAnswer:
        return ToolAnswer(self.request("tools/call", {"name": tool, "arguments": arguments}), b"")

"""Assistants: the official SDK in a process of its own, which does what a test says and tells what came of it."""

import json
import subprocess
import sys

import jsonschema

from .mcp import Refused, ToolAnswer
from .places import DRIVERS, PROGRAM, sdk
from .program import Server, environment
from .schema import MODERN

LEGACY = "2025-11-25"

# Transport, release line, mode that the SDK is told, revision that must come out.
ASSISTANTS = [
    (transport, *client)
    for transport in ("http", "stdio")
    for client in (("1", None, LEGACY), ("2", "legacy", LEGACY), ("2", MODERN, MODERN))
]


class Judged(Exception):
    """The SDK itself found fault with an answer."""


class Assistant:
    """One SDK on one database, with a connection for each choice of tools."""

    def __init__(self, server: Server, transport: str, line: str, mode: str | None, revision: str):
        self.server, self.transport, self.revision = server, transport, revision
        self.client = (transport, line, mode, revision)
        self.connections: dict[str, Connection] = {}
        self.errors = open(server.folder / f"assistant-{transport}-{line}-{mode}.log", "w+b")
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVERS / f"assistant_{line}.py"), transport, *([mode] if mode else [])],
            env=environment(server.folder, PYTHONPATH=str(sdk(line)), PYTHONDONTWRITEBYTECODE="1"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=15)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.errors.close()

    def order(self, **order) -> dict:
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            raise AssertionError(f"the driver ended: {self.errors.read()[-3000:].decode()}")
        told = json.loads(line)
        if raised := told.get("raised"):
            if raised["code"] is None:
                raise Judged(f"{raised['type']}: {raised['message']}")
            raise Refused(raised, 0)
        return told

    def connect(self, toolsets: str = "", asked: bool = False, read_only: bool = False) -> "Connection":
        """The connection with these tools, which is made where there is none; `asked` says whether its user can be asked."""
        name = f"{toolsets or 'default'} {asked} {read_only}"
        if name not in self.connections:
            self.connections[name] = Connection(self, name, self.target(toolsets, read_only), asked)
        return self.connections[name]

    def target(self, toolsets: str, read_only: bool) -> list[str]:
        if self.transport == "http":
            choices = [*([f"toolsets={toolsets}"] if toolsets else []), *(["readonly=1"] if read_only else [])]
            return [f"{self.server.url}/mcp{'?' + '&'.join(choices) if choices else ''}", self.server.token]
        more = [*(["--toolsets", toolsets] if toolsets else []), *(["--read-only"] if read_only else [])]
        return [str(PROGRAM), "stdio", "--database", f"sqlite:{self.server.database}", *more]


class Connection:
    """One connection of an assistant. It has the calls of `support.mcp.Client`."""

    def __init__(self, assistant: Assistant, name: str, target: list[str], asked: bool):
        self.assistant, self.name = assistant, name
        told = assistant.order(do="open", on=name, target=target, asked=asked)
        assert told["revision"] == assistant.revision
        self.revision = told["revision"]
        self.questions: list[dict] = []
        self.declared = {tool["name"]: tool for tool in assistant.order(do="tools", on=name)["tools"]}
        self.validators = {}
        for name, tool in self.declared.items():
            jsonschema.Draft202012Validator.check_schema(tool["outputSchema"])
            self.validators[name] = jsonschema.Draft202012Validator(tool["outputSchema"])

    def tools(self) -> list[dict]:
        return list(self.declared.values())

    def calls(self, *calls: tuple[str, dict], answer: dict | None = None) -> list[ToolAnswer]:
        """Calls tools one after the other; `answer` is what the user says to every question."""
        told = self.assistant.order(do="calls", on=self.name, calls=calls, answer=answer)
        self.questions = told["questions"]
        return [self.checked(call[0], result) for call, result in zip(calls, told["results"], strict=True)]

    def call(self, tool: str, **arguments) -> ToolAnswer:
        return self.calls((tool, arguments))[0]

    def checked(self, tool: str, result: dict) -> ToolAnswer:
        """What every result must be: structured output by its schema, and the same value as text; a refusal is text alone."""
        answer = ToolAnswer(result, b"")
        if answer.is_error:
            assert "structuredContent" not in result, (tool, result)
        else:
            self.validators[tool].validate(result["structuredContent"])
            assert result["structuredContent"] == answer.value, tool
        return answer

"""Tours of `mcp-fixtures` by real clients: which there are, how one is started, and what it must see."""

import json
import subprocess
import sys

from .fixtures import PNG, PROMPTS, TOOLS
from .places import DRIVERS, FIXTURES, sdk
from .program import environment

MODERN, LEGACY = "2026-07-28", "2025-11-25"

# What a client of both eras may be told, and the revision that must come out.
MODES = [("auto", MODERN), (MODERN, MODERN), ("legacy", LEGACY)]


def name(tour: tuple) -> str:
    return "-".join(filter(None, tour[:3]))


def check_tour(tmp_path, request, client: str, transport: str, mode: str | None, revision: str):
    """Starts a client's driver, and fails unless it saw everything as it is."""
    check(tour(tmp_path, request, client, transport, mode), revision)


def tour(tmp_path, request, client: str, transport: str, mode: str | None) -> dict:
    if transport == "stdio":
        target = [str(FIXTURES), "--stdio"]
    else:
        target = [request.getfixturevalue("fixtures").url + ("/mcp" if transport == "http" else "/sse")]
    done = subprocess.run(
        [sys.executable, str(DRIVERS / f"tour_{client}.py"), transport, *([mode] if mode else []), *target],
        env=environment(tmp_path, PYTHONPATH=str(sdk(client)), PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def check(told: dict, revision: str):
    assert told.pop("revision") == revision
    assert [name for name in told.pop("tools") if name != "test_dynamic_tool"] == TOOLS
    assert [name for name in told.pop("prompts") if name != "test_dynamic_prompt"] == PROMPTS
    told.pop("dynamic", None)
    assert told == {
        "simple": "This is a simple text response for testing.",
        "mixed": "Multiple content types test: | image | resource",
        "audio": "audio",
        "error": [True, "This tool intentionally returns an error for testing"],
        "structured": {"text": "hello", "number": 1.5, "flag": True, "list": [1, 2, 3], "none": None},
        "greet": "Hello, é 🦆!",
        "schema": 'Arguments: {"email":"a@example.com"}',
        "header": "region=Zürich =",
        "big": 500_000,
        "reconnection": "Reconnection test completed",
        "progressed": "Progress test completed",
        "progress": [[0, 100], [50, 100], [100, 100]],
        "logs": [["info", "fixtures", f"Tool {text}"] for text in ("execution started", "processing data", "execution completed")],
        "sampling": "LLM response: sampled",
        "elicitation": 'User response: action=accept, content={"username":"ada","email":"ada@example.com"}',
        "roots": "Roots: file:///one",
        "rounds": "Ada likes blue",
        "state": "state-ok",
        "three": "sampled, Ada! Roots: file:///one",
        "url": "Visited: accept",
        "delete": "Deleted a.txt",
        "resources": ["test://static-text", "test://static-binary", "test://watched-resource"],
        "templates": ["test://template/{id}/data"],
        "read": "This is the content of the static text resource.",
        "binary": PNG,
        "filled": '{"id":"7","templateTest":true,"data":"Data for ID: 7"}',
        "unknown": -32602 if revision == MODERN else -32002,
        "prompt": [{"role": "user", "content": {"type": "text", "text": "Prompt with arguments: arg1='a', arg2='b'"}}],
        "picture": ["image", "text"],
        "asked prompt": [{"role": "user", "content": {"type": "text", "text": "Use this context: spring"}}],
        "completed": ["paris", "park", "party"],
        "changes": ["notifications/resources/updated", "notifications/tools/list_changed"],
        "cancelled": [1, 1],
        "questions": ["elicitation", "roots", "sampling"],
    }

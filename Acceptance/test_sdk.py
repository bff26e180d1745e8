"""The official Python SDK as client: newest and first release line, over HTTP, HTTP+SSE and stdio, in every era that it knows."""

import json
import shutil
import subprocess
import sys

import pytest

from support.places import DRIVERS, PROGRAM, sdk
from support.program import Server, environment

# Release line, mode that the SDK is told, revision that must come out.
CLIENTS = [("2", "auto", "2026-07-28"), ("2", "2026-07-28", "2026-07-28"), ("2", "legacy", "2025-11-25"), ("1", None, "2025-11-25")]


def drive(tmp_path, line: str, mode: str | None, transport: str, *rest: str) -> dict:
    arguments = [transport, *([mode] if mode else []), *rest]
    done = subprocess.run(
        [sys.executable, str(DRIVERS / f"sdk_{line}.py"), *arguments],
        env=environment(tmp_path, PYTHONPATH=str(sdk(line)), PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def check(told: dict, revision: str):
    assert told["revision"] == revision
    assert len(told["tools"]) == 41 and told["tools"][:2] == ["list_notes", "get_note"]
    assert told["empty"]["value"] == {"items": [], "nextCursor": None}
    created = told["create"]["value"]
    assert told["create"]["structured"]
    assert (created["version"], created["payload"]["content"], created["payload"]["tags"]) == (1, "é 🦆\n", ["a"])
    assert told["get"]["value"] == created
    updated = told["update"]["value"]
    assert updated["version"] == 2 and "tags" not in updated["payload"]
    assert told["stale"] == {
        "error": "version mismatch: expected 1, actual 2",
        "details": {"code": "version_mismatch", "status": 412, "uid": created["uid"], "expected": 1, "actual": 2},
    }
    patched = told["patch"]["value"]
    assert (patched["version"], patched["payload"]["colour"], patched["payload"]["title"]) == (3, "red", "Replaced")
    assert (told["archive"]["value"]["version"], told["archive"]["value"]["payload"]["status"]) == (4, "archived")
    assert (told["pin"]["value"]["version"], told["pin"]["value"]["payload"]["pinned"]) == (5, True)
    first, second = told["page 1"]["value"], told["page 2"]["value"]
    assert [item["payload"]["title"] for item in first["items"] + second["items"]] == ["4", "3", "2", "1", "0", "Replaced"]
    assert first["nextCursor"] and second["nextCursor"] is None
    assert told["delete"]["value"]["deletedAt"] and told["gone"]["details"]["code"] == "deleted"
    assert told["tombstone"]["value"] == told["delete"]["value"]


def curl(server: Server, target: str, *more: str) -> bytes:
    assert shutil.which("curl"), "curl is not installed"
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--max-time", "20", "--oauth2-bearer", server.token, *more, server.url + target],
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("line, mode, revision", CLIENTS)
def test_over_http_then_curl_then_a_restart(server, tmp_path, line, mode, revision):
    told = drive(tmp_path, line, mode, "http", f"{server.url}/mcp", server.token)
    check(told, revision)
    last = told["pin"]["value"]
    before = curl(server, f"/v1/notes/{last['uid']}")
    expected = {key: value for key, value in last.items() if key != "deletedAt"}
    assert json.loads(before) == expected
    changed = json.loads(
        curl(server, f"/v1/notes/{last['uid']}", "--request", "PATCH", "--header", 'If-Match: "5"', "--data", '{"by":"curl"}')
    )
    assert changed["version"] == 6
    before = curl(server, f"/v1/notes/{last['uid']}")
    server.restart()
    assert curl(server, f"/v1/notes/{last['uid']}") == before


@pytest.mark.parametrize("line, mode, revision", [client for client in CLIENTS if client[2] == "2025-11-25"])
def test_over_the_first_transport(server, tmp_path, line, mode, revision):
    told = drive(tmp_path, line, mode, "sse", f"{server.url}/sse", server.token)
    check(told, revision)


@pytest.mark.parametrize("line, mode, revision", CLIENTS)
def test_over_stdio_then_http(make_server, tmp_path, line, mode, revision):
    server = make_server()
    told = drive(tmp_path, line, mode, "stdio", str(PROGRAM), "stdio", "--database", f"sqlite:{server.database}")
    check(told, revision)
    server.start()
    stored = json.loads(curl(server, f"/v1/notes/{told['pin']['value']['uid']}"))
    assert stored["payload"] == told["pin"]["value"]["payload"]

"""Clients that know no more than the address: the official SDKs with their own OAuth clients, from the first 401 to a tool call."""

import json
import subprocess
import sys

import pytest

from support.identity import bearer
from support.places import DRIVERS, sdk
from support.program import environment

# Transport, release line, and mode that the SDK is told.
CLIENTS = [
    *(("http", "2", "auto"), ("http", "2", "2026-07-28"), ("http", "2", "legacy"), ("http", "1", None)),
    *(("sse", "2", "legacy"), ("sse", "1", None)),
]


def resource(server, transport: str) -> str:
    return f"{server.public}/sse" if transport == "sse" else server.resource


def journey(folder, server, transport: str, line: str, mode: str | None) -> dict:
    arguments = [transport, *([mode] if mode else []), resource(server, transport)]
    done = subprocess.run(
        [sys.executable, str(DRIVERS / f"oauth_{line}.py"), *arguments],
        env=environment(folder, PYTHONPATH=str(sdk(line)), PYTHONDONTWRITEBYTECODE="1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("transport, line, mode", CLIENTS)
def test_from_a_401_to_a_tool_call_with_refresh_and_step_up(tmp_path, identity_provider, make_identity_server, transport, line, mode):
    server = make_identity_server(reachable=True, TOOLBRIDGE_REQUIRED_SCOPES="items:read")
    told = journey(tmp_path, server, transport, line, mode)
    # Discovery: the challenge's scopes were asked for, and the resource byte for byte.
    assert told["tools"] == 41
    assert told["first"] | {"scope": ""} == {"scope": "", "resource": resource(server, transport), "visits": 1}
    # Where the provider has refresh tokens to give, clients ask for them by themselves.
    assert set(told["first"]["scope"].split()) - {"offline_access"} == {"items:read"}
    assert not told["read"]["failed"]
    # Refresh: another token, and nobody was asked.
    assert not told["after refresh"]["failed"] and told["refreshed"] and told["visits after refresh"] == 1
    # Step-up: a second consent, to what was granted before and what the challenge named.
    assert not told["write"]["failed"] and json.loads(told["write"]["text"])["payload"]["title"] == "Stepped up"
    assert told["last"]["visits"] == 2
    assert {"items:read"} < set(told["last"]["asked"].split()) and told["last"]["scope"] == told["last"]["asked"]
    counts = identity_provider.counts
    assert (counts["register"], counts["authorize"], counts["token"]) == (1, 2, 3)
    # What it wrote is the user's, whatever token asks.
    notes = server.request("GET", "/v1/notes").json()["items"]
    assert [note["payload"]["title"] for note in notes] == ["Stepped up"]
    assert server.request("GET", "/v1/notes", headers=[bearer(server.token_for("bob"))], token=False).json()["items"] == []


@pytest.mark.parametrize("transport, line, mode", CLIENTS)
def test_scopes_that_were_not_demanded_are_not_missed(tmp_path, identity_provider, make_identity_server, transport, line, mode):
    server = make_identity_server(reachable=True)
    told = journey(tmp_path, server, transport, line, mode)
    assert not told["write"]["failed"] and told["last"]["visits"] == 1
    assert identity_provider.counts["authorize"] == 1

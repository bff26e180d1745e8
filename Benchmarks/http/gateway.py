#!/usr/bin/env python3
"""Measures the MCP server in front of an API, both on this machine's processors, beside the API's own rate for the same item, in one run.

The API takes tokens of a shared secret and demands signed tenants; the gateway signs by version 2. Rounds of wrk alternate between the
targets; the figures are medians.
"""

import argparse
import base64
import hashlib
import hmac
import json
import secrets
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench import MODERN, NOTE_BYTES, Program, Target, Verdicts, envelope

TENANT = "acme"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(secret: str, number: int = 0) -> str:
    now = int(time.time())
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": "bench", "iat": now, "exp": now + 3600, "jti": str(number)}]
    text = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    return text + "." + base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="toolbridge")
    parser.add_argument("--gateway", type=Path, required=True, help="toolbridge-mcp")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one round of one target")
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 s and 10 starts")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure misses its target")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.starts = 3, 1, 10

    shared, signing = secrets.token_urlsafe(32), "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    unlimited = {name: "off" for name in ("RATE_LIMIT_DATA", "RATE_LIMIT_AUTH", "RATE_LIMIT_ADDRESS")}
    with tempfile.TemporaryDirectory(prefix="toolbridge-bench-") as name:
        folder = Path(name)
        # Its plain routes are asked as the gateway asks them but for the signature, which wrk can't make anew each time: so a second API
        # on the same terms without one.
        terms = {"JWT_ALLOW_HS256": "true", "JWT_HS256_SECRET": shared, **unlimited}
        plain = Program(options.program, folder / "plain", **terms)
        api = Program(options.program, folder / "api", **terms, TENANT_HEADER_KEYS=signing)
        for one in (plain, api):
            one.folder.mkdir()
            one.start()
        gateway = Program(
            options.gateway,
            folder / "gateway",
            ["mcp", "--host", "127.0.0.1", "--port", "0"],
            TOOLBRIDGE_API_BASE_URL=api.url,
            TOOLBRIDGE_TENANT_ID=TENANT,
            TOOLBRIDGE_TENANT_HEADER_KEYS=signing,
            **unlimited,
        )
        gateway.folder.mkdir()
        first = gateway.start()
        gateway.stop()
        starts = []
        for _ in range(options.starts):
            starts.append(gateway.start())
            gateway.stop()
        gateway.start()
        time.sleep(1)
        idle = gateway.memory("VmRSS")

        bearer = {"Authorization": f"Bearer {token(shared)}", "Content-Type": "application/json"}
        modern = {**bearer, "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
        note = {"title": "Shopping", "content": "x" * NOTE_BYTES}

        def call(tool: str, arguments: dict) -> bytes:
            params = {"name": tool, "arguments": arguments, "_meta": envelope()}
            return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, separators=(",", ":")).encode()

        def posted(url: str, headers: dict, body: bytes) -> dict:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as response:
                return json.load(response)

        own = posted(plain.url + "/v1/notes", bearer, json.dumps(note).encode())["uid"]
        made = posted(gateway.url + "/mcp", {**modern, "Mcp-Name": "create_note"}, call("create_note", note))
        uid = made["result"]["structuredContent"]["uid"]
        path, body = f"{plain.url}/v1/notes/{own}", call("get_note", {"uid": uid})
        both = [gateway.process.pid, api.process.pid]
        measured = []
        for connections in (50, 10, 500):
            measured += [
                Target(f"GET /v1/notes/{{uid}}, {connections}", path, [plain.process.pid], bearer, connections=connections),
                Target(
                    f"get_note through both, {connections}", gateway.url + "/mcp", both, {**modern, "Mcp-Name": "get_note"}, body,
                    connections=connections, tokens=[token(shared, number) for number in range(10)],
                ),
            ]
        for target in measured:
            answer = target.ask()
            assert b'"isError":true' not in answer and b'"error"' not in answer, answer
        memory = []
        for _ in range(options.rounds):
            for target in measured:
                target.measure(folder, options.seconds)
            memory.append(gateway.memory("VmRSS"))
        for one in (gateway, api, plain):
            one.stop()

    print(f"\n{'median of ' + str(options.rounds) + ' rounds, connections':34}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'CPU µs':>9}")
    for target in measured:
        print(
            f"{target.name:34}{target.median('rate'):9.0f}{target.median('p50'):9.2f}{target.median('p95'):9.2f}{target.median('p99'):9.2f}"
            f"{target.median('cost'):9.1f}"
        )
    print(f"\ngateway: memory {idle:.1f} MB idle, after each round {', '.join(f'{value:.1f}' for value in memory)} MB")
    print(f"start to first answer: first run {first:.1f} ms, then median {statistics.median(starts):.1f} ms, worst {max(starts):.1f} ms\n")
    verdicts = Verdicts()
    busy, few, many = measured[0:2], measured[2:4], measured[4:6]
    verdicts.tell("50 connections, beside the API's own rate", busy[1].median("rate") / busy[0].median("rate"), 0.33, True)
    verdicts.tell("10 connections, added at the median", few[1].median("p50") - few[0].median("p50"), 0.7, False, " ms")
    verdicts.tell("500 connections, p95", many[1].median("p95"), 200, False, " ms")
    verdicts.tell("memory idle", idle, 25, False, " MB")
    verdicts.tell("start to first answer, median", statistics.median(starts), 20, False, " ms")
    return 1 if options.check and verdicts.missed else 0


if __name__ == "__main__":
    sys.exit(main())

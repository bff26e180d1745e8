#!/usr/bin/env python3
"""Measures what the MCP library costs: lists and calls of a tool that does nothing, beside /health of the same server, in one run.

The server is `mcp-fixtures`: no authorization, no database. Rounds of wrk alternate between the targets; the figures are medians.
"""

import argparse
import json
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import MODERN, Target, Verdicts, envelope

LEGACY = "2025-11-25"
TOOL = "test_simple_text"


def targets(url: str, process: int) -> list[Target]:
    endpoint = url + "/mcp"
    content = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}

    def message(method: str, params: dict) -> bytes:
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, separators=(",", ":")).encode()

    def modern(method: str, params: dict, **headers: str) -> tuple[dict, bytes]:
        fields = {**content, "MCP-Protocol-Version": MODERN, "Mcp-Method": method, **headers}
        return fields, message(method, {**params, "_meta": envelope()})

    initialize = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    session = subprocess.run(
        ["curl", "--silent", "--fail", "--dump-header", "-", "--output", "/dev/null", endpoint]
        + [part for name, value in content.items() for part in ("--header", f"{name}: {value}")]
        + ["--data-binary", message("initialize", initialize)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    number = next(line.split(": ", 1)[1] for line in session.splitlines() if line.lower().startswith("mcp-session-id: "))
    legacy = {**content, "MCP-Protocol-Version": LEGACY, "Mcp-Session-Id": number}
    call = {"name": TOOL, "arguments": {}}
    return [
        Target("/health", url + "/health", [process]),
        Target(f"tools/call, {MODERN}", endpoint, [process], *modern("tools/call", call, **{"Mcp-Name": TOOL})),
        Target(f"tools/call, {LEGACY}", endpoint, [process], legacy, message("tools/call", call)),
        Target(f"tools/list, {MODERN}", endpoint, [process], *modern("tools/list", {})),
        Target(f"tools/list, {LEGACY}", endpoint, [process], legacy, message("tools/list", {})),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True, help="mcp-fixtures")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one round of one target")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure misses its target")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 3, 1

    server = subprocess.Popen([options.program, "--port", "0"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        url = server.stderr.readline().split()[1].removesuffix("/mcp")
        measured = targets(url, server.pid)
        sizes = {}
        for target in measured:
            answer = target.ask()
            assert b'"isError":true' not in answer and b'"error"' not in answer, answer
            sizes[target.name] = len(answer)
        with tempfile.TemporaryDirectory(prefix="toolbridge-bench-") as folder:
            for _ in range(options.rounds):
                for target in measured:
                    target.measure(Path(folder), options.seconds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)

    health = measured[0].median("rate")
    print(f"\n{'median of ' + str(options.rounds) + ' rounds':26}{'bytes':>8}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'×health':>9}{'worst':>8}")
    verdicts = Verdicts()
    for target in measured:
        ratios = [one.rate / base.rate for one, base in zip(target.rounds, measured[0].rounds)]
        print(
            f"{target.name:26}{sizes[target.name]:8}{target.median('rate'):9.0f}{target.median('p50'):9.2f}{target.median('p99'):9.2f}"
            f"{target.median('cost'):9.1f}{statistics.median(ratios):9.2f}{min(ratios):8.2f}"
        )
    print()
    for target in measured[1:]:
        verdicts.tell(f"{target.name} beside /health", target.median("rate") / health, 0.7, True)
    return 1 if options.check and verdicts.missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Fifty connections call each of the 41 tools in turn, on SQLite. `SECONDS=60` measures and judges the times; without it the run is short."""

import os
from pathlib import Path

from support.kinds import TOOL_KINDS
from support.load import TURN, Caller, Load, percentile
from support.mcp import Client
from support.schema import MODERN
from support.toolcases import Maker

CONNECTIONS = 50
MEGABYTE = 1 << 20


def test_each_tool_in_turn_from_fifty_connections(server, tell):
    seconds = float(os.environ.get("SECONDS") or 3)
    with Client(server) as client:
        maker = Maker(client)
        # So that a list has something to say.
        for noun in TOOL_KINDS:
            for _ in range(60):
                maker.item(noun)
    callers = [Caller(server, [MODERN, "2025-11-25"][number % 2], number * len(TURN) // CONNECTIONS) for number in range(CONNECTIONS)]

    def memory() -> int:
        return int(Path(f"/proc/{server.pid}/status").read_text().split("VmRSS:")[1].split()[0]) * 1024

    # What is allocated once is there before anything is measured.
    Load().run(callers, min(seconds / 10, 3), memory)
    before = os.times()
    load = Load().run(callers, seconds, memory)
    after = os.times()
    for caller in callers:
        caller.socket.close()

    times = load.all_times
    tell(
        f"{len(times)} calls in {load.seconds:.1f} s, {len(times) / load.seconds:.0f}/s, "
        f"p50 {percentile(times, 50):.1f} ms, p95 {percentile(times, 95):.1f} ms, p99 {percentile(times, 99):.1f} ms, "
        f"longest {max(times) * 1000:.0f} ms, {len(load.faults)} errors; this client took {(after.user + after.system - before.user - before.system) / load.seconds:.0%} of a core"
    )
    tell(
        "memory: " + ", ".join(f"{size / MEGABYTE:.1f} MiB after {at:.0f} s" for at, size in load.memory[:: max(1, len(load.memory) // 6)])
    )
    if seconds >= 10:
        for tool, its in sorted(load.times.items(), key=lambda pair: -percentile(pair[1], 95)):
            tell(
                f"  {tool}: {len(its)} calls, p50 {percentile(its, 50):.1f}, p95 {percentile(its, 95):.1f}, p99 {percentile(its, 99):.1f} ms"
            )
    assert not load.faults, load.faults[:5]
    assert set(load.times) == {f"{verb}_{noun}{'s' if verb == 'list' else ''}" if noun else verb for verb, noun in TURN}
    assert len(load.times) == 41
    quarter = len(load.memory) // 4
    first, last = (max(size for _, size in part) for part in (load.memory[quarter : 2 * quarter], load.memory[-quarter:]))
    if seconds >= 30:
        assert percentile(times, 95) <= 20
        assert last - first < max(8 * MEGABYTE, first // 10), "memory grows"
    assert server.request("GET", "/readyz").status == 200

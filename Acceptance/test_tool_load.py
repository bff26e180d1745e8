"""Fifty connections call each of the 41 tools in turn, on SQLite. `SECONDS=60` measures and judges the times; without it the run is short."""

import os
from pathlib import Path

from support.kinds import TOOL_KINDS
from support.load import TURN, Caller, Load, percentile
from support.mcp import Client
from support.schema import MODERN
from support.toolcases import Maker

CONNECTIONS = 50
MIB = 1 << 20
# Below this the figures say nothing.
LONG = 30


def processor_time(process: int) -> float:
    """Seconds that the threads of a process have run."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures(times: list[float]) -> str:
    named = [f"p{percent} {percentile(times, percent):.1f}" for percent in (50, 95, 99)]
    return f"{', '.join(named)}, longest {max(times) * 1000:.0f} ms"


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
    before = [processor_time(process) for process in (server.pid, os.getpid())]
    load = Load().run(callers, seconds, memory)
    ours, own = (processor_time(process) - begun for process, begun in zip((server.pid, os.getpid()), before, strict=True))
    for caller in callers:
        caller.socket.close()

    times = load.all_times
    tell(
        f"{len(times)} calls in {load.seconds:.1f} s, {len(times) / load.seconds:.0f}/s: {figures(times)}; {len(load.faults)} errors\n"
        f"processor: {ours / len(times) * 1e6:.0f} µs a call, {ours / load.seconds:.0%} of one for the server, {own / load.seconds:.0%} for this client\n"
        f"memory: {', '.join(f'{size / MIB:.1f} MiB at {at:.0f} s' for at, size in [*load.memory[:: max(1, len(load.memory) // 6)], load.memory[-1]])}"
        + "".join(f"\n  {tool:22}{len(its):7}  {figures(its)}" for tool, its in sorted(load.times.items()) if seconds >= LONG)
    )
    assert not load.faults, load.faults[:5]
    assert set(load.times) == {f"{verb}_{noun}{'s' if verb == 'list' else ''}" if noun else verb for verb, noun in TURN}
    assert len(load.times) == 41
    quarter = len(load.memory) // 4
    first, last = (max(size for _, size in part) for part in (load.memory[quarter : 2 * quarter], load.memory[-quarter:]))
    if seconds >= LONG:
        assert percentile(times, 95) <= 20
        assert last - first < max(8 * MIB, first // 10), "memory grows"
    assert server.request("GET", "/readyz").status == 200

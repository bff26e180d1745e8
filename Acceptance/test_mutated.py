"""Mutated messages and header sets by the million: the same process at the end, and every answer is one that may come."""

import json
import os
import subprocess
import sys

from support.places import DRIVERS
from support.program import environment

# 1,000,000 in a full run.
COUNT = int(os.environ.get("MUTATIONS", "50000"))
PROCESSES = 2


def mutate(tmp_path, server, kind: str, count: int, seed: int) -> tuple[dict[str, int], float]:
    """Drives a server with mutated requests; returns the answers by status and code, and the requests per second."""
    lines = [f"{name}: {value}" for name, value in server.access]
    drivers = [
        subprocess.Popen(
            [sys.executable, str(DRIVERS / "mutate.py"), f"{server.port}", f"{seed + number}", f"{count // PROCESSES}", kind, *lines],
            env=environment(tmp_path, PYTHONDONTWRITEBYTECODE="1"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    counts: dict[str, int] = {}
    faults: list[str] = []
    rate = 0.0
    for driver in drivers:
        out, err = driver.communicate(timeout=1200)
        assert driver.returncode == 0, err.decode()[-3000:]
        told = json.loads(out)
        faults += told["faults"]
        rate += told["requests"] / told["seconds"]
        for name, number in told["counts"].items():
            counts[name] = counts.get(name, 0) + number
    assert not faults, f"{len(faults)} wrong answers:\n" + "\n".join(faults[:5])
    return dict(sorted(counts.items())), rate


def check(counts: dict[str, int], count: int):
    """The requests were what they were meant to be: many were understood, and of every kind of refusal there are some."""
    assert counts["200 result"] > count / 50
    wanted = {"202", "400 -32700", "400 -32600", "400 -32602", "400 -32020", "404 -32601", "200 -32601", "200 -32602", "404 -32600"}
    assert wanted <= set(counts), wanted - set(counts)


def test_mutated_messages_leave_the_same_process_and_are_answered_rightly(fixtures, generator, tell, tmp_path):
    pid = fixtures.pid
    counts, rate = mutate(tmp_path, fixtures, "fixtures", COUNT, generator.getrandbits(32))
    tell(f"{COUNT} mutated requests at {rate:.0f}/s: {counts}")
    check(counts, COUNT)
    assert fixtures.is_alive() and fixtures.pid == pid
    assert fixtures.errors.read_text().count("\n") < 100, "the log is not flooded by what clients do wrong"


def test_the_product_answers_mutated_messages_rightly_too(shared_server, generator, tell, tmp_path):
    pid = shared_server.pid
    count = min(COUNT, 20_000)
    counts, rate = mutate(tmp_path, shared_server, "product", count, generator.getrandbits(32))
    tell(f"{count} mutated requests to the product at {rate:.0f}/s")
    check(counts, count)
    assert shared_server.is_alive() and shared_server.pid == pid

#!/usr/bin/env python3
"""Measures sync, search and live feeds over HTTP: pushes of 1,000 items, pulls of 100,000, searches among them, idle streams.

Bare figures come from sqlite3 in this process, on the same disk, with the same rows, one transaction for each 1,000 and FULL syncs.
What is compared is whole: our side parses and checks JSON, resolves conflicts, keeps indexes and answers over HTTP; the bare side writes and reads rows.
"""

import argparse
import http.client
import json
import random
import socket
import sqlite3
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from bench import Program, processor_time

ITEMS = 100_000
PUSH = 1000
SEARCHES = 400


def words(dice: random.Random, count: int) -> str:
    """Text whose words are as unevenly common as those of a language (Zipf's law)."""
    return " ".join(f"w{min(int(dice.paretovariate(0.9)), 60_000)}" for _ in range(count))


def payloads(dice: random.Random) -> list[list[bytes]]:
    made = []
    for _ in range(ITEMS // PUSH):
        batch = []
        for _ in range(PUSH):
            item = {
                "uid": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
                "title": words(dice, 6),
                "content": words(dice, 140),
                "status": "open",
                "updatedTs": "2026-03-01T10:00:00.000Z",
                "sync": {"version": 1, "isDeleted": False},
            }
            batch.append(json.dumps(item).encode())
        made.append(batch)
    return made


def bare(batches: list[list[bytes]], folder: Path) -> tuple[float, float]:
    """Items a second that sqlite3 writes and reads: the same rows, one index for the feed."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(
        "CREATE TABLE item (tenant TEXT, subject TEXT, kind TEXT, uid TEXT, version INTEGER, updated INTEGER, sequence INTEGER, payload TEXT,"
        " PRIMARY KEY (tenant, subject, kind, uid))"
    )
    database.execute("CREATE INDEX feed ON item (tenant, subject, kind, sequence)")
    rows = [[("t", "s", "notes", json.loads(item)["uid"], 1, 0, item.decode()) for item in batch] for batch in batches]
    sequence = 0
    begun = time.perf_counter()
    for batch in rows:
        database.execute("BEGIN IMMEDIATE")
        for row in batch:
            sequence += 1
            database.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row[:6], sequence, row[6]))
        database.execute("COMMIT")
    written = ITEMS / (time.perf_counter() - begun)
    begun, position, count = time.perf_counter(), 0, 0
    while True:
        page = database.execute(
            "SELECT sequence, payload FROM item WHERE tenant = ? AND subject = ? AND kind = ? AND sequence > ? ORDER BY sequence LIMIT 1000",
            ("t", "s", "notes", position),
        ).fetchall()
        if not page:
            break
        position, count = page[-1][0], count + len(page)
    assert count == ITEMS
    return written, ITEMS / (time.perf_counter() - begun)


class Client:
    def __init__(self, program: Program):
        self.connection = http.client.HTTPConnection(program.url.removeprefix("http://"))
        self.headers = {"Authorization": f"Bearer {Path(f'{program.database}.token').read_text().strip()}"}
        session = json.loads(self.ask("POST", "/v1/sync/sessions"))
        self.headers |= {"X-Sync-Session": session["id"], "X-Sync-Epoch": str(session["epoch"])}

    def ask(self, method: str, target: str, body: bytes | None = None) -> bytes:
        self.connection.request(method, target, body, self.headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {target}: {answer.status} {data[:300]!r}")
        return data


def push(client: Client, batches: list[list[bytes]]) -> float:
    bodies = [b'{"items":[' + b",".join(batch) + b"]}" for batch in batches]
    begun = time.perf_counter()
    answers = [client.ask("POST", "/v1/sync/notes/push", body) for body in bodies]
    rate = ITEMS / (time.perf_counter() - begun)
    for answer in answers:
        acknowledged = json.loads(answer)
        assert len(acknowledged) == PUSH and not any("error" in one for one in acknowledged)
    return rate


def pull(client: Client, program: Program) -> tuple[float, list[float], float]:
    """Items a second, the milliseconds of each page, and items a second of the server's own processor time."""
    cursor, times, answers = "", [], []
    used = processor_time(program.process.pid)
    begun = time.perf_counter()
    while True:
        before = time.perf_counter()
        answer = client.ask("GET", f"/v1/sync/notes/pull?limit=1000&cursor={cursor}")
        times.append((time.perf_counter() - before) * 1000)
        answers.append(answer)
        # The fields behind the payloads, without parsing these.
        tail = json.loads(b"{" + answer[answer.rindex(b'"nextCursor"') :])
        cursor = tail["checkpoint"]
        if not tail["hasMore"]:
            break
    rate = ITEMS / (time.perf_counter() - begun)
    used = processor_time(program.process.pid) - used
    assert sum(len(json.loads(answer)["upserts"]) for answer in answers) == ITEMS
    return rate, times, ITEMS / max(used, 0.01)


def search(client: Client, dice: random.Random) -> tuple[float, float, list[float], int]:
    """Milliseconds of the first search, seconds until all was searchable, milliseconds of the searches after that, and how many hits they had."""
    begun = time.perf_counter()
    client.ask("GET", "/v1/search?q=w1")
    first = (time.perf_counter() - begun) * 1000
    while not json.loads(client.ask("GET", "/v1/search?q=w1"))["complete"]:
        time.sleep(0.2)
    whole = time.perf_counter() - begun
    times, hits = [], 0
    for _ in range(SEARCHES):
        query = "+".join(f"w{min(int(dice.paretovariate(0.9)), 60_000)}" for _ in range(dice.choice([1, 1, 2, 2, 3])))
        begun = time.perf_counter()
        answer = client.ask("GET", f"/v1/search?q={query}")
        times.append((time.perf_counter() - begun) * 1000)
        hits += len(json.loads(answer)["hits"])
    return first, whole, sorted(times), hits


def resident(program: Program) -> int:
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def streams(program: Program, client: Client, count: int = 1000) -> float:
    """Bytes of memory that an idle stream costs."""
    host, port = program.url.removeprefix("http://").split(":")
    position = json.loads(client.ask("GET", "/v1/sync/changes?limit=1000&kinds=chats"))["checkpoint"]
    request = (
        f"GET /v1/sync/changes?kinds=chats HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\nLast-Event-ID: {position}\r\n"
        f"Authorization: {client.headers['Authorization']}\r\n\r\n"
    ).encode()
    before = resident(program)
    opened = []
    for _ in range(count):
        stream = socket.create_connection((host, int(port)))
        stream.sendall(request)
        opened.append(stream)
    for stream in opened:
        data = b""
        while b"event: ready" not in data:
            data += stream.recv(4096)
    cost = (resident(program) - before) / count
    for stream in opened:
        stream.close()
    return cost


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", type=Path, required=True)
    options = arguments.parse_args()
    dice = random.Random(1)
    batches = payloads(dice)
    size = sum(map(len, batches[0])) / PUSH
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare_push, bare_pull = bare(batches, folder)
        program = Program(options.program, folder)
        program.start()
        try:
            client = Client(program)
            pushed = push(client, batches)
            print(f"push of 1,000 items of {size:.0f} bytes: {pushed:,.0f} items/s = {pushed / bare_push:.2f} x bare sqlite3 ({bare_push:,.0f})")
            rates = [pull(client, program) for _ in range(3)]
            rate = statistics.median(one[0] for one in rates)
            print(f"pull of 100,000: {rate:,.0f} items/s = {rate / bare_pull:.2f} x bare sqlite3 ({bare_pull:,.0f})")
            own = statistics.median(one[2] for one in rates)
            print(f"  by the server's own processor time, without the client that takes the bytes: {own:,.0f} items/s = {own / bare_pull:.2f} x")
            first = statistics.median(sum(one[1][:10]) for one in rates)
            last = statistics.median(sum(one[1][-10:]) for one in rates)
            print(f"the last ten pages of a pull cost {last / first:.2f} x the first ten")
            opening, whole, times, hits = search(client, dice)
            print(
                f"search among 100,000: p50 {times[len(times) // 2]:.1f} ms, p95 {times[len(times) * 95 // 100]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms, "
                f"{hits / SEARCHES:.1f} hits each; the first after the import, incomplete, {opening:,.0f} ms; complete after {whole:,.0f} s"
            )
            print(f"an idle event stream costs {streams(program, client) / 1000:.1f} kB (1,000 streams)")
        finally:
            program.stop()


if __name__ == "__main__":
    main()

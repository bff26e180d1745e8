#!/usr/bin/env python3
"""Measures the program over HTTP beside nginx and beside its own /healthz, in one run on one machine.

wrk drives each target with 50 connections from one thread, in rounds that alternate; the figures are medians over the rounds.
Ratios are what counts: absolute figures belong to the machine. The processor's time for one request hardly depends on what else runs.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 50
MODERN = "2026-07-28"
STATIC_BYTES = 1200
NOTE_BYTES = 1000

REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  print(string.format("REPORT %d %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(95),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass
class Round:
    rate: float
    p50: float
    p95: float
    p99: float
    # Microseconds of processor time a request.
    cost: float


@dataclass
class Target:
    """What wrk asks for again and again."""

    name: str
    url: str
    # The processes that answer.
    processes: list[int]
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    rounds: list[Round] = field(default_factory=list)
    connections: int = CONNECTIONS
    # Tokens that requests carry in turn, where one person alone may not run so many at once.
    tokens: list[str] = field(default_factory=list)

    def script(self) -> str:
        lines = [f'wrk.method = "{"GET" if self.body is None else "POST"}"']
        lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in self.headers.items()]
        if self.body is not None:
            lines.append("wrk.body = [==[" + self.body.decode() + "]==]")
        if self.tokens:
            lines.append("local tokens, turn = {" + ", ".join(json.dumps(f"Bearer {token}") for token in self.tokens) + "}, 0")
            lines.append("request = function() turn = turn % #tokens + 1; wrk.headers['Authorization'] = tokens[turn]; return wrk.format() end")
        return "\n".join(lines) + REPORT

    def ask(self) -> bytes:
        """One answer, so that what is measured is known to be what was meant."""
        request = urllib.request.Request(self.url, self.body, self.headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.read()

    def measure(self, folder: Path, seconds: int) -> None:
        script = folder / "wrk.lua"
        script.write_text(self.script())
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), self.url]
        before = sum(map(processor_time, self.processes))
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        used = sum(map(processor_time, self.processes)) - before
        line = next(line for line in output.splitlines() if line.startswith("REPORT "))
        requests, duration, p50, p95, p99, errors = map(int, line.split()[1:])
        if errors:
            raise SystemExit(f"{self.name}: {errors} of {requests} requests failed")
        self.rounds.append(Round(requests / duration * 1e6, p50 / 1000, p95 / 1000, p99 / 1000, used / requests * 1e6))

    def median(self, figure: str) -> float:
        return statistics.median(getattr(one, figure) for one in self.rounds)


def processor_time(process: int) -> float:
    """Seconds that the threads of a process have run."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Program:
    """`toolbridge serve` on a free port, or what else `arguments` name that says where it listens."""

    def __init__(self, program: Path, folder: Path, arguments: list[str] | None = None, **settings: str):
        self.program = program
        self.folder = folder
        self.database = folder / "data" / "toolbridge.db"
        self.arguments = arguments or ["serve", "--port", "0", "--database", f"sqlite:{self.database}"]
        self.settings = {"TOOLBRIDGE_METRICS_ADDR": "127.0.0.1:0", **settings}

    def start(self) -> float:
        """Returns the milliseconds from the start of the process to its first whole answer."""
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [self.program, *self.arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "TOOLBRIDGE_LOG_FORMAT": "json", **self.settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for line in self.process.stdout:
            message = json.loads(line)["msg"]
            if message.startswith("Listening on http"):
                self.url = message.removeprefix("Listening on ")
                break
        else:
            raise SystemExit("the program did not start")
        with socket.create_connection(("127.0.0.1", int(self.url.rsplit(":", 1)[1]))) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        elapsed = (time.perf_counter() - begun) * 1000
        # The log is not what is measured here: it goes where it would go to waste.
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=subprocess.DEVNULL)
        return elapsed

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=10) == 0
        self.process.stdout.close()
        self.drain.wait()

    @property
    def token(self) -> str:
        return Path(f"{self.database}.token").read_text().strip()

    def memory(self, name: str) -> float:
        """`VmRSS` or `VmHWM` in MB (10⁶ bytes)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024 / 1e6
        raise SystemExit(f"no {name} in /proc")

    def post(self, path: str, body: dict, **headers: str):
        fields = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": "application/json", **headers}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), fields)
        response = urllib.request.urlopen(request, timeout=10)
        return response.headers, json.loads(response.read())


@contextlib.contextmanager
def nginx(folder: Path):
    """One worker that serves one static file on a free port."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir()
    (folder / "static.json").write_text("x" * STATIC_BYTES)
    (folder / "nginx.conf").write_text(
        f"""
        {"user root;" if os.getuid() == 0 else ""}
        worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 1024; }}
        http {{
            access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=10;
            client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
            server {{ listen 127.0.0.1:{port}; root {folder}; default_type application/json; }}
        }}
        """
    )
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")], stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/static.json"
        deadline = time.monotonic() + 10
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5) as response:
                    assert len(response.read()) == STATIC_BYTES
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise SystemExit("nginx did not start: " + (folder / "error.log").read_text()) from None
                time.sleep(0.01)
        yield url, list(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))
    finally:
        process.terminate()
        process.wait()


def sync_rate(folder: Path) -> float:
    """How often a second this disk synchronizes 4 KiB appended to a file."""
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY, 0o600)
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < 1:
        os.write(descriptor, b"x" * 4096)
        os.fdatasync(descriptor)
        count += 1
    os.close(descriptor)
    return count / (time.perf_counter() - begun)


def envelope() -> dict:
    prefix = "io.modelcontextprotocol/"
    return {prefix + "protocolVersion": MODERN, prefix + "clientCapabilities": {}, prefix + "clientInfo": {"name": "bench", "version": "1"}}


def targets(program: Program, static: str, workers: list[int]) -> list[Target]:
    url, ours = program.url, [program.process.pid]
    token = {"Authorization": f"Bearer {program.token}"}
    _, note = program.post("/v1/notes", {"title": "Shopping", "content": "x" * NOTE_BYTES})
    initialize = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    headers, _ = program.post("/mcp", {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": initialize})
    content = {**token, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    modern = {**content, "MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call"}
    legacy = {**content, "MCP-Protocol-Version": "2025-11-25", "Mcp-Session-Id": headers["Mcp-Session-Id"]}

    def call(name: str, arguments: dict, is_modern: bool) -> bytes:
        params = {"name": name, "arguments": arguments, **({"_meta": envelope()} if is_modern else {})}
        return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, separators=(",", ":")).encode()

    get, create = {"uid": note["uid"]}, {"title": "Shopping", "content": "x" * 200}
    return [
        Target("nginx, static 1.2 kB, 1 worker", static, workers),
        Target("/healthz", url + "/healthz", ours),
        Target("tools/call get_note, 2026-07-28", url + "/mcp", ours, {**modern, "Mcp-Name": "get_note"}, call("get_note", get, True)),
        Target("tools/call get_note, 2025-11-25", url + "/mcp", ours, legacy, call("get_note", get, False)),
        Target("GET /v1/notes/{uid}", f"{url}/v1/notes/{note['uid']}", ours, token),
        Target(
            "tools/call create_note, durable", url + "/mcp", ours, {**modern, "Mcp-Name": "create_note"}, call("create_note", create, True)
        ),
    ]


class Verdicts:
    def __init__(self):
        self.missed = False

    def tell(self, what: str, value: float, limit: float, at_least: bool, unit: str = "") -> None:
        good = value >= limit if at_least else value <= limit
        self.missed |= not good
        print(f"{'met   ' if good else 'MISSED'} {what}: {value:.2f}{unit} (target {'≥' if at_least else '≤'} {limit}{unit})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one round of one target")
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 s and 10 starts")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a figure misses its target")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.starts = 3, 1, 10

    with tempfile.TemporaryDirectory(prefix="toolbridge-bench-") as name, nginx(Path(name) / "nginx") as (static, workers):
        folder = Path(name)
        program = Program(options.program, folder / "toolbridge")
        program.folder.mkdir()
        print(f"{os.cpu_count()} processors; fdatasync of 4 KiB appended: {sync_rate(folder):.0f}/s")

        first = program.start()
        program.stop()
        starts = []
        for _ in range(options.starts):
            starts.append(program.start())
            program.stop()
        program.start()
        time.sleep(1)
        idle = program.memory("VmRSS")

        measured = targets(program, static, workers)
        for target in measured:
            answer = target.ask()
            assert b'"isError":true' not in answer and b'"error"' not in answer, answer
        busy = 0.0
        for _ in range(options.rounds):
            for target in measured:
                target.measure(folder, options.seconds)
                if "get_note" in target.name:
                    busy = max(busy, program.memory("VmRSS"))
        peak = program.memory("VmHWM")
        program.stop()

    by_name = {target.name: target for target in measured}
    base, health = by_name["nginx, static 1.2 kB, 1 worker"].median("rate"), by_name["/healthz"].median("rate")
    print(
        f"\n{'median of ' + str(options.rounds) + ' rounds':34}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}{'×healthz':>10}{'×nginx':>9}"
    )
    for target in measured:
        rate = target.median("rate")
        print(
            f"{target.name:34}{rate:9.0f}{target.median('p50'):9.2f}{target.median('p99'):9.2f}{target.median('cost'):9.1f}{rate / health:10.2f}{rate / base:9.2f}"
        )
    print(
        f"\nmemory: {idle:.1f} MB idle, {busy:.1f} MB with {CONNECTIONS} connections of get_note, {peak:.1f} MB at most, creates included"
    )
    print(
        f"start to first answer: first run {first:.1f} ms, then median {statistics.median(starts):.1f} ms, worst {max(starts):.1f} ms of {len(starts)}\n"
    )

    verdicts = Verdicts()
    for era in (MODERN, "2025-11-25"):
        rate = by_name[f"tools/call get_note, {era}"].median("rate")
        verdicts.tell(f"get_note {era} beside /healthz", rate / health, 0.6, True)
        verdicts.tell(f"get_note {era} beside nginx", rate / base, 0.25, True)
    verdicts.tell("memory idle", idle, 40, False, " MB")
    verdicts.tell(f"memory with {CONNECTIONS} connections", busy, 60, False, " MB")
    verdicts.tell("start to first answer, median", statistics.median(starts), 30, False, " ms")
    return 1 if options.check and verdicts.missed else 0


if __name__ == "__main__":
    sys.exit(main())

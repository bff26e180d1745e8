"""Lines of the log: their form, one for each request and each call, and nothing of what callers send."""

import hashlib
import hmac
import json
import os
import signal
import statistics
import subprocess
import time

import pytest
from support import loglines
from support.places import PROGRAM
from support.polling import until
from support.program import environment
from support.wire import Connection

KEY = "a key for the tests of the log"
PLACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FORGED = 'CANARY\n{"msg":"CANARY"}\u2028\u202e\x1b[31m' + "C" * 10_240


def call(server, tool: str, meta: dict | None = None, headers=(), **arguments):
    params = {"name": tool, "arguments": arguments, **({"_meta": meta} if meta else {})}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return server.request("POST", "/mcp", message, headers=[("Content-Type", "application/json"), *headers])


def hidden(text: str) -> str:
    return hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:12]


def test_every_line_has_the_schemas_form_and_one_line_tells_of_one_request(make_server):
    server = make_server(TOOLBRIDGE_LOG_LEVEL="TRACE", TOOLBRIDGE_LOG_KEY=KEY).start()
    call(server, "health_check", headers=[("traceparent", PLACE)])
    call(server, "list_notes", meta={"traceparent": PLACE.replace("0af7", "1111")}, headers=[("traceparent", PLACE)])
    tenant = json.loads(call(server, "health_check").body)["result"]["content"][0]["text"]
    call(server, "get_note", uid="11111111-1111-4111-8111-111111111111")
    call(server, FORGED)
    for target in ["/v1/notes", "/v1/CANARY", "/v1/notes?cursor=CANARY", "/healthz", "/health", "/readyz"]:
        server.request("GET", target, headers=[("X-Correlation-ID", "CANARY\u00e9")])
    # Longer than what a session remembers of it.
    client = {"name": "CANARY\n\u2028\x1b[31m" + " of a long name" * 5, "version": "1"}
    begin = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    begun = server.request("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": begin}, [("Content-Type", "application/json")])
    call(server, "list_tasks", headers=[("Mcp-Session-Id", begun.header("Mcp-Session-Id"))])
    os.kill(server.pid, signal.SIGINT)
    assert server.process.wait(timeout=8) == 0
    server.process = None
    text = server.log.read_bytes()
    assert b"CANARY" not in text and server.token.encode() not in text
    lines = loglines.read(text)
    told = [line for line in lines if line["msg"] == "tool call"]
    assert [line["tool"] for line in told] == ["health_check", "list_notes", "health_check", "get_note", "other", "list_tasks"]
    assert [line["outcome"] for line in told] == ["ok", "ok", "ok", "error", "refused", "ok"]
    assert told[3]["code"] == "not_found" and told[5]["client"] == "other" and "client" not in told[0]
    assert {line["tenant"] for line in told} == {hidden(json.loads(tenant)["tenant_id"])}
    assert [line["trace_id"][:4] for line in told[:2]] == ["0af7", "1111"]
    requests = [line for line in lines if line["msg"] == "request"]
    # Probes that answer 200 have none.
    assert [line["route"] for line in requests].count("/mcp") == 7 and len(requests) == 10
    assert len({line["request_id"] for line in requests}) == 10
    assert all(line["tenant"] == told[0]["tenant"] for line in requests if line["route"] == "/mcp")
    # The line of the last request may come after that of the signal.
    last = [line["msg"] for line in lines if line["component"] == "lifecycle"][-3:]
    assert last == ["Received signal 2, initiating graceful shutdown", "drain finished", "Application shutdown complete"]


def test_sigusr1_switches_to_debug_and_back(make_server):
    server = make_server().start()
    for level in ["debug", "info", "debug"]:
        count = sum("log level is" in line["msg"] for line in server.lines())
        os.kill(server.pid, signal.SIGUSR1)
        until(lambda: sum("log level is" in line["msg"] for line in server.lines()) > count, 5, "the line of the switch")
        assert [line["msg"] for line in server.lines()][-1] == f"log level is {level} from now on"
    assert server.request("GET", "/v1/notes").status == 200


def test_stdio_keeps_its_output_clean_and_tells_of_calls_on_standard_error(tmp_path):
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_notes", "arguments": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": FORGED}},
    ]
    ended = subprocess.run(
        [str(PROGRAM), "stdio", "--database", f"sqlite:{tmp_path / 'a.db'}"],
        env=environment(tmp_path, TOOLBRIDGE_LOG_LEVEL="trace", TOOLBRIDGE_LOG_FORMAT="json"),
        input="".join(json.dumps(message) + "\n" for message in messages).encode(),
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert {json.loads(line)["jsonrpc"] for line in ended.stdout.splitlines()} == {"2.0"}
    lines = loglines.read(ended.stderr)
    told = {(line["tool"], line["outcome"]) for line in lines if line["msg"] == "tool call"}
    assert told == {("list_notes", "ok"), ("other", "refused")}
    assert b"CANARY" not in ended.stderr and lines[-1]["msg"] == "Application shutdown complete"


@pytest.mark.parametrize("level", ["debug", "DEBUG", "Warn"])
def test_levels_are_taken_in_any_letter_case(tmp_path, level):
    ended = subprocess.run(
        [str(PROGRAM), "stdio", "--database", f"sqlite:{tmp_path / 'a.db'}"],
        env=environment(tmp_path, TOOLBRIDGE_LOG_LEVEL=level),
        input=b"",
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 0


def test_a_log_that_nobody_reads_holds_no_request_up(make_server):
    server = make_server().start()

    def tail(port: int, fields: list) -> float:
        times = []
        with Connection(port) as connection:
            for _ in range(1_000):
                begun = time.perf_counter()
                assert connection.request("GET", "/v1/notes", fields, b"").status == 200
                times.append(time.perf_counter() - begun)
        return statistics.quantiles(times, n=100)[98]

    tail(server.port, [server.authorization])
    free = tail(server.port, [server.authorization])
    database = server.folder / "blocked.db"
    process = subprocess.Popen(
        [str(PROGRAM), "serve", "--host", "127.0.0.1", "--port", "0", "--database", f"sqlite:{database}"],
        env=environment(server.folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = None
        while port is None:
            message = json.loads(process.stdout.readline())["msg"]
            if message.startswith("Listening on http://"):
                port = int(message.rsplit(":", 1)[1])
        fields = [("Authorization", "Bearer " + database.with_name("blocked.db.token").read_text().strip())]
        # Nobody reads from here on: the pipe is full after 64 KiB, which is some 200 lines.
        tail(port, fields)
        blocked = tail(port, fields)
        # Twice what another run needs is the noise of a small machine; a writer that waited would need for ever.
        assert blocked < max(free * 3, 0.02), (free, blocked)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()

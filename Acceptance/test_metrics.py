"""The metrics: what Prometheus' tools say of them, that they count what happened, and that nothing a request says becomes a series.

`REQUESTS` says how many random requests there are, `SEED` begins them elsewhere.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.metrics import ANYWHERE, Metrics
from support.polling import until
from support.wire import request_bytes

REQUESTS = int(os.environ.get("REQUESTS", "100000"))
CONTRACT = Path(__file__).parents[2] / "shared" / "contract" / "observability.md"
BODY_BUCKETS = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 8388608]
# What only the other program has.
OF_THE_GATEWAY = {"tb_upstream_requests", "tb_upstream_request_duration_seconds"}


@pytest.fixture
def server(make_server):
    return make_server(**ANYWHERE).start()


@pytest.fixture
def metrics(server):
    return Metrics(server)


def use(server):
    """A little of everything."""
    note = server.request("POST", "/v1/notes", {"title": "a", "content": "b"}).json()
    server.request("GET", f"/v1/notes/{note['uid']}")
    server.request("GET", "/v1/search?q=a")
    server.request("GET", "/v1/notes", token=False)
    server.request("GET", "/nowhere")
    server.request("GET", "/healthz")


def test_promtool_finds_nothing_wrong(server, metrics):
    use(server)
    _, headers, body = metrics.get("/metrics")
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8" and body.endswith(b"\n") and b"\r" not in body
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: it comes with Debian's package prometheus"
    check = subprocess.run([promtool, "check", "metrics"], input=body, capture_output=True, timeout=60, check=False)
    assert (check.returncode, check.stdout, check.stderr) == (0, b"", b"")


@pytest.mark.skipif(not CONTRACT.exists() and os.environ.get("CI") != "true", reason="the contract isn't here")
def test_every_family_of_the_contract_is_there_and_no_other(server, metrics):
    use(server)
    table = CONTRACT.read_text().split("### 2.2 Families")[1].split("### 2.3")[0]
    names = {name.removesuffix("_total") for row in table.splitlines() if row.startswith("| `") for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    families = metrics.scrape().families
    assert set(families) == names - OF_THE_GATEWAY
    assert all(family.documentation and family.type in ("counter", "gauge", "histogram") for family in families.values())
    for family in families.values():
        assert len({(sample.name, *sample.labels) for sample in family.samples if not sample.name.endswith("_bucket")}) <= 3, family


def test_the_page_lists_all_of_them(metrics):
    page = (Path(__file__).parents[1] / "docs" / "metrics.md").read_text()
    rows = [[cell.strip(" `") for cell in line.strip("|").split(" | ")] for line in page.splitlines() if line.startswith("| `")]
    told = {name: (kind, text) for name, kind, _, program, text in rows if program != "mcp"}
    text = metrics.get("/metrics")[2].decode()
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    helps = dict(re.findall(r"^# HELP (\w+) (.*)$", text, re.MULTILINE))
    assert told == {name: (kind, helps[name]) for name, kind in kinds.items()}


def test_a_thousand_requests_count_exactly(server, metrics):
    before, dice = metrics.scrape(), random.Random(7)
    expected, sizes, uids = {}, [], []
    with server.connect() as connection:
        for number in range(1000):
            kind = dice.choice(["create", "create", "get", "list", "missing", "nobody", "delete"])
            headers, body, method = [server.authorization], None, "GET"
            if kind == "create":
                body = b'{"title":"t","content":"%s"}' % (b"x" * dice.randrange(5000))
                route, method, path, code = "/v1/{kind}", "POST", "/v1/notes", 201
                sizes.append(len(body))
            elif kind == "get" and uids:
                route, path, code = "/v1/{kind}/{uid}", f"/v1/notes/{dice.choice(uids)}", 200
            elif kind == "delete" and uids:
                route, method, path, code = "/v1/{kind}/{uid}", "DELETE", f"/v1/notes/{uids.pop()}", 200
            elif kind == "nobody":
                route, path, code, headers = "/v1/{kind}", "/v1/tasks", 401, []
            elif kind == "missing":
                route, path, code = "other", f"/v9/{number}", 404
            else:
                route, path, code = "/v1/{kind}", "/v1/notes?limit=1", 200
            answer = connection.request(method, path, headers, body)
            assert answer.status == code or (method == "DELETE" and answer.status == 204), (kind, answer)
            if kind == "create":
                uids.append(answer.json()["uid"])
            key = (route, method, str(answer.status))
            expected[key] = expected.get(key, 0) + 1
    after = metrics.scrape()

    def gained(name, **labels):
        return after.value(name, **labels) - before.value(name, **labels)

    for (route, method, code), count in expected.items():
        assert gained("tb_http_requests_total", route=route, method=method, code=code) == count, (route, method, code)
    assert after.total("tb_http_requests_total") - before.total("tb_http_requests_total") == 1000
    for route, method in {(route, method) for route, method, _ in expected}:
        count = sum(number for (found, verb, _), number in expected.items() if (found, verb) == (route, method))
        assert gained("tb_http_request_duration_seconds_count", route=route, method=method) == count
        assert gained("tb_http_request_duration_seconds_bucket", route=route, method=method, le="+Inf") == count
        assert gained("tb_http_request_duration_seconds_sum", route=route, method=method) > 0
    assert gained("tb_http_request_body_bytes_count", route="/v1/{kind}") == len(sizes)
    assert gained("tb_http_request_body_bytes_sum", route="/v1/{kind}") == sum(sizes)
    for bound in BODY_BUCKETS:
        shown = gained("tb_http_request_body_bytes_bucket", route="/v1/{kind}", le=f"{bound}")
        assert shown == sum(size <= bound for size in sizes), bound
    assert gained("tb_log_events_total", level="info") == 1000
    refused = sum(count for (_, _, code), count in expected.items() if code == "401")
    assert gained("tb_auth_decisions_total", profile="none", outcome="refused", reason="missing_token") == refused
    writes = sum(count for (_, method, _), count in expected.items() if method in ("POST", "DELETE"))
    assert after.total("tb_sqlite_batch_size_sum") - before.total("tb_sqlite_batch_size_sum") >= writes
    assert gained("tb_sqlite_commits_total") == gained("tb_sqlite_sync_seconds_count") >= writes
    assert after.value("tb_http_requests_in_flight") == 0 and after.value("tb_ready") == 1 and after.value("tb_db_up") == 1


def test_pushes_replays_and_wrong_epochs_count(server, metrics):
    session = server.request("POST", "/v1/sync/sessions", {}).json()
    headers = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
    uid = "7d1f4b1e-0c1b-4e6e-9d7f-1f4f6f3f9a01"
    item = {"uid": uid, "title": "t", "content": "c", "updatedAt": "2999-01-01T00:00:00Z", "sync": {"version": 1, "isDeleted": False}}
    for _ in range(2):
        assert server.request("POST", "/v1/sync/notes/push", {"items": [item, {"uid": "no"}]}, headers).status == 200
    assert server.request("GET", "/v1/sync/notes/pull", headers=headers).status == 200
    assert server.request("GET", "/v1/sync/notes/pull", headers=[headers[0], ("X-Sync-Epoch", "99")]).status == 409
    for _ in range(3):
        assert server.request("POST", "/v1/notes", {"title": "once"}, [("Idempotency-Key", "abc-1")]).status == 201
    scrape = metrics.scrape()
    entity = next(dict(labels)["entity"] for (name, *labels) in scrape.samples if name == "tb_sync_items_total" and "note" in dict(labels)["entity"])
    synced = {outcome: scrape.value("tb_sync_items_total", entity=entity, direction="push", outcome=outcome) for outcome in ("applied", "unchanged", "rejected")}
    assert synced == {"applied": 1, "unchanged": 1, "rejected": 2}
    assert scrape.value("tb_sync_items_total", entity=entity, direction="pull", outcome="applied") == 1
    assert scrape.value("tb_sync_clock_clamped_total") == 2
    assert scrape.value("tb_sync_epoch_mismatch_total") == 1
    assert scrape.value("tb_idempotent_replays_total") == 2


def test_streams_count_while_they_are_open(server, metrics):
    def streams():
        return metrics.scrape().value("tb_sse_streams", kind="changes")

    connection = server.connect()
    connection.send(request_bytes(server.port, "GET", "/v1/sync/changes", [server.authorization, ("Accept", "text/event-stream")], None))
    until(lambda: streams() == 1, 10, "the stream")
    server.request("POST", "/v1/notes", {"title": "seen"})
    until(lambda: metrics.scrape().value("tb_sse_events_total", kind="changes") > 0, 10, "an event")
    connection.close()
    until(lambda: streams() == 0, 10, "the stream's end")
    assert metrics.scrape().total("tb_sse_closed_total", kind="changes") == 1


def test_refusals_count_by_reason(server, metrics):
    with server.connect() as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n")
        assert connection.response().status == 400
    server.request("GET", "/v1/notes", headers=[("X-Tenant-ID", "a"), ("X-Tenant-ID", "b")])
    server.request("POST", "/mcp", {}, [("Origin", "https://evil.example")])
    server.request("GET", "/v1/notes/" + "x" * 9000)
    scrape = metrics.scrape()
    assert {reason: scrape.value("tb_http_rejected_total", reason=reason) for reason in ("limit", "malformed", "duplicate_header", "origin")} == {
        "limit": 1,
        "malformed": 1,
        "duplicate_header": 1,
        "origin": 1,
    }


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW", "PROPFIND"]


def random_request(port: int, dice: random.Random) -> bytes:
    word = "%08x" % dice.getrandbits(32)
    path = dice.choice([f"/{word}", f"/v1/{word}", f"/v1/notes/{word}", f"/v1/{word}/{word}", "/v1/notes", "/mcp", f"/sse?{word}", f"/messages/?{word}", f"/v1/search?q={word}"])
    headers = [
        ("Authorization", f"Bearer {word}"),
        ("X-Tenant-ID", word),
        ("X-Correlation-ID", word),
        ("Mcp-Method", word),
        ("Mcp-Name", word),
        ("User-Agent", word),
    ]
    method = dice.choice([*METHODS, word.upper().translate(str.maketrans("0123456789", "GHIJKLMNOP"))])
    return request_bytes(port, method, path, dice.sample(headers, dice.randrange(len(headers))), b"")


def test_random_requests_make_no_series_of_their_own(make_server, tell):
    server = make_server(RATE_LIMIT_ADDRESS="off", TOOLBRIDGE_LOG_LEVEL="error", **ANYWHERE).start()
    metrics, seed = Metrics(server), int(os.environ.get("SEED", "20261123"))
    dice = random.Random(seed)
    tell(f"SEED={seed}, {REQUESTS} requests")
    counts = {}
    for part, count in (("first", REQUESTS // 2), ("second", REQUESTS - REQUESTS // 2)):
        done = 0
        while done < count:
            with server.connect() as connection:
                batch = [random_request(server.port, dice) for _ in range(min(50, count - done))]
                connection.send(b"".join(batch))
                connection.end()
                while connection.socket.recv(1 << 16):
                    pass
            done += len(batch)
        scrape = metrics.scrape()
        counts[part] = len(scrape.samples)
    shown = {key: {dict(labels)[key] for (_, *labels) in scrape.samples if key in dict(labels)} for key in ("route", "method", "code", "tool", "key")}
    assert counts["second"] <= counts["first"] + 40 <= 2500, counts
    assert shown["method"] - {"tools/list", "tools/call", "resources/list", "resources/read", "prompts/list", "prompts/get"} <= {
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other",
    }
    assert all(not re.search(r"[0-9a-f]{8}", route) for route in shown["route"])
    assert not re.search(r"[0-9a-f]{8}", re.sub(r"_(sum|bucket|count)\{|(?<=[ .])\d+.*", "", scrape.text))
    assert scrape.total("tb_http_requests_total") > REQUESTS // 4
    print(counts)


def test_it_can_be_scraped_all_the_time(server, metrics):
    stop, seen = threading.Event(), []

    def scrape():
        while not stop.is_set():
            seen.append(metrics.scrape().total("tb_http_requests_total"))
            stop.wait(0.1)

    watcher = threading.Thread(target=scrape)
    watcher.start()
    begun = time.monotonic()
    try:
        with server.connect() as connection:
            for number in range(500):
                assert connection.request("GET", "/v1/notes?limit=1", [server.authorization]).status == 200
    finally:
        stop.set()
        watcher.join()
    assert seen == sorted(seen) and time.monotonic() - begun < 30
    assert metrics.scrape().total("tb_http_requests_total") == 500


def test_nothing_else_is_on_that_port_and_metrics_are_on_no_other(server, metrics):
    assert [metrics.get(target)[0] for target in ("/", "/readyz", "/healthz", "/v1/notes", "/mcp", "/metrics/")] == [404] * 6
    assert metrics.get("/metrics", method="POST")[0] == 405
    assert server.request("GET", "/metrics").status == 404
    assert server.request("GET", "/readyz?verbose").json() == {"status": "ready"}
    before = metrics.scrape().total("tb_http_requests_total")
    assert metrics.scrape().total("tb_http_requests_total") == before, "scrapes don't count"


def test_readiness_in_detail_and_while_the_server_stops(make_server):
    server = make_server(TOOLBRIDGE_DRAIN_DELAY_SECONDS="2", **ANYWHERE).start()
    metrics = Metrics(server)
    status, found = metrics.verbose()
    assert status == 200 and found["status"] == "ready" and found["accepting"] is True
    assert found["checks"]["database"]["status"] == "ok" and found["checks"]["database"].keys() >= {"age_ms", "duration_ms"}
    assert found["pool"].keys() == {"in_use", "idle", "waiters"} and found["schema_version"] > 0 and found["key_sets"] == []
    os.kill(server.pid, signal.SIGTERM)
    until(lambda: metrics.verbose()[0] == 503, 2, "not ready")
    assert metrics.verbose()[1]["accepting"] is False and metrics.scrape().value("tb_ready") == 0
    assert server.process.wait(timeout=8) == 0
    server.process = None


def test_a_port_that_is_taken_is_a_warning(make_server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = make_server(TOOLBRIDGE_METRICS_ADDR=f"127.0.0.1:{other.getsockname()[1]}").start()
        assert server.request("GET", "/v1/notes").status == 200
        [line] = until(lambda: [line for line in server.lines() if line["msg"] == "metrics unavailable"], 10, "the warning")
        assert line["level"] == "warning" and "already in use" in line["error"].lower()
        server.terminate()


def test_off_means_no_port(make_server):
    server = make_server(TOOLBRIDGE_METRICS_ADDR="off").start()
    server.request("GET", "/v1/notes")
    assert not [line for line in server.lines() if line["msg"].startswith("metrics")]
    server.terminate()

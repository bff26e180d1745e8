"""The doctor: what a healthy deployment gets, and which check finds which fault (deployment contract, § 8)."""

import base64
import contextlib
import hashlib
import json
import socket
import sqlite3
import ssl
import subprocess
import threading
import time

import pytest

from support.doctor import QUICK, STREAM, examine
from support.faults import FaultyProxy
from support.httpd import Answer
from support.identity import free_port
from support.owners import TENANT_SECRET, TOKEN_SECRET, start_tenants, token
from support.places import GATEWAY
from support.program import run

CONFIGURED = {"CFG-1", "CFG-2", "CFG-3"}


class Edge(FaultyProxy):
    """Tells the server the name that it was asked by as the server's own, as proxies on one machine must."""

    def forward(self, asked):
        asked.headers = [(name, value) for name, value in asked.headers if name.lower() != "host"]
        return super().forward(asked)


@pytest.fixture
def healthy(make_server):
    return make_server(**QUICK).start()


@pytest.fixture
def proxy(healthy):
    """Between the doctor and a healthy server, to fail as a test says."""
    proxy = Edge(healthy).start()
    yield proxy
    proxy.close()


def asks(asked, text: str) -> bool:
    return text.encode() in (asked.body or b"")


def look(tmp_path, server, *arguments, base: str | None = None, token: str | None = None, **settings):
    if base and "--stream-seconds" not in arguments:
        # The tests' proxy passes whole answers on.
        arguments += ("--stream-seconds", "0")
    base = base or server.url
    return examine(tmp_path, "--url", base, "--api-url", base, *arguments, token=token or server.token, **settings)


def test_a_healthy_server_has_nothing_red(tmp_path, healthy):
    seen = look(tmp_path, healthy)
    assert seen.code == 0 and not seen.are("fail")
    assert seen.are("ok") == {"DR-1", "DR-3", "DR-4", "DR-5", "DR-6", "DR-8", "DR-10", "DR-11", "DR-14", "DR-18", "DR-19", "DR-20"}
    # The local profile has no limits, for one person.
    assert seen.are("warn") == {"DR-13"}
    assert seen.are("manual") == {"DR-9"}
    assert "41 tools" in seen.checks["DR-3"]["detail"]
    # Nothing of its own is left: the note that it made is a tombstone.
    listed = healthy.request("GET", "/v1/notes").json()
    assert listed["items"] == []


def test_the_table_is_for_people(tmp_path, healthy):
    path = tmp_path / "token"
    path.write_text(healthy.token)
    done = run(
        "doctor", "--url", healthy.url, "--token-file", str(path), "--stream-seconds", "0", home=tmp_path, timeout=60
    )
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0, lines
    assert lines[0].startswith("ok      DR-1    deployed and healthy: ")
    assert lines[-1].endswith(" manual") and " 0 FAIL," in lines[-1]


def test_nobody_at_the_address(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    seen = examine(tmp_path, "--url", url)
    check = seen.only_failure("DR-1", "TOOLBRIDGE_HOST")
    assert "TCP" in check["detail"] and url in check["detail"]


def test_an_address_that_takes_connections_and_never_answers(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        seen = examine(tmp_path, "--url", url)
    assert "address filter" in seen.only_failure("DR-1", "address filter")["fix"]
    assert "in time" in seen.checks["DR-1"]["detail"]


def test_another_program_at_the_address(tmp_path, proxy):
    proxy.fail(lambda proxy, asked: Answer(404, b"not here"))
    assert "answers 404" in examine(tmp_path, "--url", proxy.url).only_failure("DR-1", "address")["detail"]


def test_a_server_that_is_not_ready(tmp_path, healthy, proxy):
    body = json.dumps({"error": "not ready", "code": "not_ready", "checks": {"database": "failed"}}).encode()
    proxy.fail(lambda proxy, asked: Answer(503, body, "application/json"), when=lambda asked: asked.target == "/readyz")
    look(tmp_path, healthy, base=proxy.url).only_failure("DR-1", "DATABASE_URL")


def test_tools_that_are_missing(tmp_path, make_server):
    server = make_server(TOOLBRIDGE_TOOLSETS="notes", **QUICK).start()
    check = look(tmp_path, server).only_failure("DR-3", "TOOLBRIDGE_TOOLSETS")
    assert "create_task" in check["detail"]


def test_the_older_transport_is_off(tmp_path, make_server):
    server = make_server(TOOLBRIDGE_LEGACY_SSE="off", **QUICK).start()
    seen = look(tmp_path, server)
    assert not seen.are("fail") and "DR-14" in seen.are("skip")


def test_a_proxy_that_lets_the_older_address_not_through(tmp_path, healthy, proxy):
    proxy.fail(lambda proxy, asked: Answer(405, b"{}"), when=lambda asked: asked.path == "/sse" and asks(asked, "tools/call"))
    look(tmp_path, healthy, base=proxy.url).only_failure("DR-10", "TOOLBRIDGE_LEGACY_SSE")


def test_a_token_that_is_not_taken(tmp_path, healthy):
    look(tmp_path, healthy, token="x" * 40).only_failure("DR-5", "JWT_AUDIENCE")


def test_an_api_that_answers_everybody(tmp_path, healthy, proxy):
    def open_door(proxy, asked):
        asked.headers.append(("Authorization", f"Bearer {healthy.token}"))
        return proxy.forward(asked)

    proxy.fail(open_door, when=lambda asked: not asked.header("Authorization"))
    seen = examine(tmp_path, "--api-url", proxy.url, token=healthy.token)
    assert "no token: 200" in seen.only_failure("DR-5", "JWT_ISSUER")["detail"]


def test_an_api_without_sessions(tmp_path, healthy, proxy):
    proxy.fail(lambda proxy, asked: Answer(500, b"{}", "application/json"), when=lambda asked: "/sync/sessions" in asked.target)
    look(tmp_path, healthy, base=proxy.url).only_failure("DR-4", "log")


def test_a_tool_that_fails(tmp_path, healthy, proxy):
    proxy.fail(lambda proxy, asked: Answer(500, b"{}", "application/json"), when=lambda asked: asks(asked, "archive_note"))
    check = look(tmp_path, healthy, base=proxy.url).only_failure("DR-6", "log")
    assert "archive_note" in check["detail"]
    # The note that was made for it is gone all the same.
    assert healthy.request("GET", "/v1/notes").json()["items"] == []


def test_calls_that_take_long(tmp_path, healthy, proxy):
    wait = threading.Event()

    def slow(proxy, asked):
        wait.wait(0.55)
        return proxy.forward(asked)

    proxy.fail(slow, times=8, when=lambda asked: asks(asked, "list_notes") and b'"limit":1' in asked.body and asks(asked, "_meta") and held())
    started = []

    def held():
        started.append(1)
        # The first is DR-6's own.
        return len(started) > 1

    look(tmp_path, healthy, base=proxy.url).only_failure("DR-8", "primary_region")


def test_another_root_page(tmp_path, healthy, proxy):
    proxy.fail(lambda proxy, asked: Answer(200, b"<html>", "text/html"), when=lambda asked: asked.target == "/")
    look(tmp_path, healthy, base=proxy.url).only_failure("DR-11", "--url")


def test_a_clock_that_is_ahead(tmp_path, healthy, proxy):
    proxy.ahead = 90
    check = look(tmp_path, healthy, base=proxy.url).only_failure("DR-18", "NTP")
    assert "ahead of" in check["detail"]


def test_pages_of_other_origins_are_answered(tmp_path, make_server):
    server = make_server(TOOLBRIDGE_ALLOWED_ORIGINS="https://attacker.invalid", **QUICK).start()
    look(tmp_path, server).only_failure("DR-19", "TOOLBRIDGE_ALLOWED_ORIGINS")


def test_machines_that_do_not_know_each_others_sessions(tmp_path, healthy, make_server):
    other = make_server("other", TOOLBRIDGE_LOCAL_TOKEN=healthy.token, **QUICK).start()
    proxy = Edge(healthy).start()
    turns = []

    def in_turn(proxy, asked):
        turns.append(1)
        if len(turns) % 2:
            return proxy.forward(asked)
        fields = [(name, value) for name, value in asked.headers if name.lower() not in ("connection", "content-length", "host")]
        with other.connect() as connection:
            response = connection.request(asked.method, asked.target, fields, asked.body)
        return Answer(response.status, response.body, None, [f for f in response.headers if f[0].lower() not in ("content-length", "connection", "transfer-encoding")])

    try:
        proxy.fail(in_turn, when=lambda asked: bool(asked.header("Mcp-Session-Id")) and asks(asked, "tools/list") and bool(asked.header("Connection") == "close"))
        look(tmp_path, healthy, base=proxy.url).only_failure("DR-20", "TOOLBRIDGE_STATE_KEYS")
    finally:
        proxy.close()


def test_a_stream_that_is_cut(tmp_path, healthy, proxy):
    proxy.fail(
        lambda proxy, asked: Answer(200, b"", "text/event-stream", [("Transfer-Encoding", "chunked")], pieces=[b"4\r\n: a\n\r\n", b"0\r\n\r\n"]),
        when=lambda asked: asked.target == "/sse" and asked.method == "GET",
    )
    check = look(tmp_path, healthy, "--stream-seconds", STREAM, base=proxy.url).only_failure("DR-14", "idle_timeout")
    assert "ended after 0 s" in check["detail"]


class Signed:
    """The parts of the headline deployment: an API that wants signed tenants, and what a doctor beside its gateway has at hand."""

    tenant = {"TOOLBRIDGE_TENANT_ID": "acme", "TOOLBRIDGE_TENANT_HEADER_SECRET": TENANT_SECRET}


@pytest.fixture
def api(tmp_path):
    server = start_tenants(tmp_path / "api")
    yield server
    server.close()


def test_an_api_with_signed_tenants_is_tried_with_right_and_wrong_proofs(tmp_path, api):
    seen = examine(tmp_path, "--api-url", api.url, token=token("alice"), **Signed.tenant)
    assert seen.code == 0, seen.checks
    for trial in ("no token", "no tenant proof", "wrong signature", "signed 10 minutes ago", "all right"):
        assert trial in seen.checks["DR-5"]["detail"]
    assert "DR-4" in seen.are("ok") and "DR-17" in seen.are("warn")
    assert TENANT_SECRET not in str(seen.checks)


def test_version_2_is_signed_where_its_keys_are_here(tmp_path, make_server):
    key = base64.b64encode(b"a key of version 2 with 32 bytes").decode()
    server = make_server("v2", JWT_ALLOW_HS256="true", JWT_HS256_SECRET=TOKEN_SECRET, TENANT_HEADER_KEYS=f"k1:{key}").start()
    seen = examine(
        tmp_path, "--api-url", server.url, token=token("alice"), TOOLBRIDGE_TENANT_ID="acme", TOOLBRIDGE_TENANT_HEADER_KEYS=f"k1:{key}"
    )
    assert seen.code == 0 and "all right" in seen.checks["DR-5"]["detail"], seen.checks


def test_a_wrong_secret_is_told_from_a_wrong_clock_and_a_wrong_token(tmp_path, api):
    wrong = Signed.tenant | {"TOOLBRIDGE_TENANT_HEADER_SECRET": "another secret of the tests 0123456789"}
    examine(tmp_path, "--api-url", api.url, token=token("alice"), **wrong).only_failure("DR-5", "TOOLBRIDGE_TENANT_HEADER_SECRET")
    stale = token("alice", exp=1_700_000_000)
    assert "expired" in examine(tmp_path, "--api-url", api.url, token=stale, **Signed.tenant).only_failure("DR-5", "JWT_AUDIENCE")["fix"]


def test_a_token_that_lives_long(tmp_path, api):
    now = int(time.time())
    seen = examine(tmp_path, "--api-url", api.url, token=token("alice", iat=now, exp=now + 86_400), **Signed.tenant)
    assert seen.checks["DR-21"]["status"] == "warn" and "1440 minutes" in seen.checks["DR-21"]["detail"]


def certified(folder, days: int) -> ssl.SSLContext:
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
        + ["-days", str(days), "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(("days", "said", "fix"), [(5, "ends in 5 days", "renew"), (90, "TLS", "certificate")])
def test_certificates(tmp_path, days, said, fix):
    context = certified(tmp_path, days)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as stream:
                    stream.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            url = f"https://localhost:{listener.getsockname()[1]}"
            assert said in examine(tmp_path, "--url", url).only_failure("DR-1", fix)["detail"]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def test_lines_of_a_log(tmp_path):
    good = '{"ts":"2026-03-01T10:00:00.123Z","level":"info","msg":"request","component":"http"}\n'
    bad = '{"ts":"2026-03-01T10:00:01.123Z","level":"error","msg":"store fault","component":"store"}\n'
    seen = examine(tmp_path, "--logs", "-", stdin=good * 3)
    assert seen.code == 0 and "3 lines" in seen.checks["DR-7"]["detail"]
    seen = examine(tmp_path, "--logs", "-", stdin=good + bad)
    assert "line 2" in seen.only_failure("DR-7", "request_id")["detail"]


def test_the_configuration_of_this_machine(tmp_path):
    seen = examine(tmp_path)
    assert seen.code == 0 and CONFIGURED <= seen.are("ok")
    examine(tmp_path, RATE_LIMIT_DATA="many").only_failure("CFG-1", "RATE_LIMIT_DATA")
    # Of the other role only where somebody has set something of it, and always in its own program.
    assert examine(tmp_path, TOOLBRIDGE_PORT="8002").are("fail") == {"CFG-2"}
    assert "TOOLBRIDGE_TENANT_ID" in examine(tmp_path, program=GATEWAY).only_failure("CFG-2", "TOOLBRIDGE_TENANT_ID")["fix"]
    assert examine(tmp_path, program=GATEWAY, TOOLBRIDGE_TENANT_ID="acme", TOOLBRIDGE_TENANT_HEADER_SECRET=TENANT_SECRET).code == 0
    examine(tmp_path, JWT_ISSUER="https://issuer.example").only_failure("CFG-2", "JWT_JWKS_URL")
    seen = examine(tmp_path, TOOLBRIDGE_LOG_LEVLE="debug")
    assert seen.are("warn") == {"CFG-3"} and "TOOLBRIDGE_LOG_LEVEL" in seen.checks["CFG-3"]["fix"]


def test_keys_are_told_apart_without_showing_them(tmp_path):
    key = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    seen = examine(tmp_path, TENANT_HEADER_KEYS=f"k20200101:{key}", TOOLBRIDGE_STATE_KEYS=f"new:{key}")
    check = seen.checks["DR-17"]
    assert check["status"] == "warn" and "days old" in check["detail"] and key not in str(check)
    # Of the bytes, not of their text.
    assert check["detail"].count(hashlib.sha256(base64.b64decode(key)).hexdigest()[:8]) == 2


def test_databases_and_backups(tmp_path, make_server):
    server = make_server().start()
    server.request("POST", "/v1/notes", {"title": "kept"})
    server.terminate()
    url = f"sqlite:{server.database}"
    assert "DR-16" in examine(tmp_path, DATABASE_URL=url).are("ok")
    backup = tmp_path / "backup.db"
    with sqlite3.connect(server.database) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    assert examine(tmp_path, "--backup", str(backup)).are("ok") == {"DR-16"}
    with open(backup, "r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 5000)
    examine(tmp_path, "--backup", str(backup)).only_failure("DR-16", "backup anew")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    examine(tmp_path, DATABASE_URL=f"sqlite:{other}").only_failure("DR-16", "DATABASE_URL")


def test_whether_the_server_of_this_machine_lives(tmp_path, healthy):
    nobody = str(free_port())
    assert examine(tmp_path, "--live", HTTP_ADDR=f"127.0.0.1:{healthy.port}", TOOLBRIDGE_PORT=nobody).code == 0
    assert examine(tmp_path, "--live", HTTP_ADDR=f"127.0.0.1:{nobody}", TOOLBRIDGE_PORT=str(healthy.port)).code == 0
    examine(tmp_path, "--live", HTTP_ADDR=f"127.0.0.1:{nobody}", TOOLBRIDGE_PORT=nobody).only_failure("LIVE", "HTTP_ADDR")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", "notes.example.com"), "--url must be"),
        (("--url", "https://notes.example.com/mcp"), "--url must be"),
        (("--api-url", "ftp://x"), "--api-url must be"),
        (("--token-file", "/nowhere/token"), "--token-file"),
        (("--soak", "long"), "--soak must be"),
        (("--tenant", "a tenant"), "--tenant must be"),
    ],
)
def test_what_cannot_be_run_is_said_with_the_code_2(tmp_path, arguments, said):
    seen = examine(tmp_path, *arguments, "--stream-seconds", "0")
    assert seen.code == 2 and said in seen.errors and len(seen.errors.splitlines()) == 1

"""Start, stop, files, settings, log."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import time
from pathlib import Path

import pytest

from support.kinds import create
from support.mcp import Client, Stdio, encode
from support.places import PROGRAM
from support.polling import until
from support.program import environment, run
from support.schema import MODERN, REVISIONS, check_answer
from support.wire import Connection


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_for_their_owner_alone(server):
    create(server, "notes")
    assert mode(server.database.parent) == 0o700
    files = list(server.database.parent.iterdir())
    assert {file.name for file in files} >= {"toolbridge.db", "toolbridge.db.token"}
    assert {file.name: oct(mode(file)) for file in files} == {file.name: "0o600" for file in files}


def test_the_token_is_in_no_argument_and_no_log(server):
    """The first run tells a person the token, on stderr; the log never does."""
    create(server, "notes", title="canary-of-content")
    server.request("GET", "/v1/notes", headers=[("Authorization", "Bearer canary-of-a-wrong-token")], token=False)
    server.request("GET", "/v1/notes?cursor=canary-of-a-query")
    with Client(server) as client:
        client.call("create_note", title="canary-of-content", content="canary-of-content")
    token = server.token
    assert token not in Path(f"/proc/{server.pid}/cmdline").read_text()
    assert token in server.errors.read_text()
    server.restart()
    server.terminate()
    assert token not in server.errors.read_text()
    for log in server.folder.glob("stdout-*.log"):
        text = log.read_text()
        assert "canary" not in text and token not in text
        for line in text.splitlines():
            json.loads(line)


def test_toolbridge_token_prints_the_token_and_makes_it_once(tmp_path):
    database = f"sqlite:{tmp_path}/data/toolbridge.db"
    first, second = (run("token", "--database", database, home=tmp_path) for _ in range(2))
    assert first.returncode == 0 and first.stdout == second.stdout and len(first.stdout.strip()) >= 32
    assert mode(tmp_path / "data/toolbridge.db.token") == 0o600


def test_the_database_lies_in_the_users_data_folder_by_default(tmp_path):
    elsewhere = tmp_path / "xdg"
    assert run("token", home=tmp_path, XDG_DATA_HOME=str(elsewhere)).returncode == 0
    assert (elsewhere / "toolbridge/toolbridge.db.token").is_file()


def test_the_users_folder_is_the_one_that_home_names(tmp_path):
    """Asked without writing anything, so that a fault here touches nobody's files."""
    printed = run("connect", "cursor", home=tmp_path, XDG_DATA_HOME="", XDG_CONFIG_HOME="").stdout.decode()
    assert f"{tmp_path}/.cursor/mcp.json" in printed, printed
    assert f"sqlite:{tmp_path}/.local/share/toolbridge/toolbridge.db" in printed.replace("\\/", "/"), printed


def test_a_restart_finds_the_data_and_the_session(server, tell):
    with Client(server, "2025-11-25") as client:
        uid = client.call("create_note", title="kept", content="").value["uid"]
        session = client.session
    before = server.request("GET", f"/v1/notes/{uid}").body
    token = server.token
    server.restart()
    assert Path(f"{server.database}.token").read_text().strip() == token
    assert server.request("GET", f"/v1/notes/{uid}").body == before
    with Client(server, "2025-11-25", session=session) as client:
        assert client.call("get_note", uid=uid).value["payload"]["title"] == "kept"
    starts = []
    for _ in range(10):
        server.restart()
        begun = time.monotonic()
        assert server.request("GET", "/healthz", token=False).status == 200
        starts.append(server.seconds_to_listen + time.monotonic() - begun)
    tell(f"start to first answer, median of 10: {sorted(starts)[5] * 1000:.1f} ms")
    # A gate for regressions, wide enough for a busy machine; `make bench` measures.
    assert sorted(starts)[5] < 0.5


def test_the_first_run_tells_how_to_begin(server):
    text = server.errors.read_text()
    assert server.token in text and server.url in text
    for word in ("curl", "Claude Desktop", "VS Code", "Cursor"):
        assert word in text
    # The printed command works as it stands.
    command = next(line.strip() for line in text.splitlines() if line.strip().startswith("curl") and "-d" in line)
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=20)
    assert done.returncode == 0 and json.loads(done.stdout)["payload"]["content"] == "From curl"


def test_the_printed_snippets_are_json_that_starts_the_program(server, tmp_path):
    snippets = [json.loads(line) for line in server.errors.read_text().splitlines() if line.strip().startswith("{")]
    assert len(snippets) == 3
    for snippet in snippets:
        (servers,) = snippet.values()
        entry = servers["toolbridge"]
        process = subprocess.Popen(
            [entry["command"], *entry["args"]],
            env=environment(tmp_path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            assert len(Stdio(process).request("tools/list")["tools"]) == 66
            process.stdin.close()
            assert process.wait(timeout=6) == 0


def test_sigterm_closes_idle_connections_at_once(server):
    idle = [server.connect() for _ in range(5)]
    for connection in idle:
        assert connection.request("GET", "/healthz").status == 200
    never_used = [server.connect() for _ in range(3)]
    assert server.terminate() < 3
    for connection in [*idle, *never_used]:
        connection.close()


def test_sigterm_lets_a_request_in_flight_finish(make_server):
    server = make_server().start()
    idle = server.connect()
    assert idle.request("GET", "/healthz").status == 200
    busy = server.connect()
    body = b'{"title":"in flight"}'
    head = f"POST /v1/notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    busy.send(head.encode())
    assert busy._until(b"\r\n\r\n").startswith(b"HTTP/1.1 100")
    busy.send(body[:5])
    os.kill(server.pid, signal.SIGTERM)
    until(lambda: any("signal 15" in line["msg"] for line in server.lines()), 5, "the signal's line")
    busy.send(body[5:])
    response = busy.response()
    assert response.status == 201
    assert server.process.wait(timeout=8) == 0
    server.process = None
    server.start()
    assert server.request("GET", response.header("Location")).status == 200
    for connection in (idle, busy):
        connection.close()


def test_sigterm_does_not_wait_for_a_request_that_never_comes(server):
    busy = server.connect()
    busy.send(f"POST /v1/notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert server.request("GET", "/healthz").status == 200
    server.terminate()
    busy.close()


def test_sigterm_refuses_new_work(make_server):
    server = make_server(TOOLBRIDGE_DRAIN_DELAY_SECONDS="1").start()
    kept = server.connect()
    assert kept.request("GET", "/readyz").status == 200
    os.kill(server.pid, signal.SIGTERM)
    until(lambda: any("signal 15" in line["msg"] for line in server.lines()), 5, "the signal's line")
    response = until(lambda: (answer := kept.request("GET", "/readyz")).status == 503 and answer, 3, "not ready")
    assert response.json()["code"] == "not_ready" and response.header("Retry-After") == "1"
    assert server.process.wait(timeout=8) == 0
    server.process = None
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=2)
    kept.close()


def test_sigint_stops_too(make_server):
    server = make_server().start()
    os.kill(server.pid, signal.SIGINT)
    assert server.process.wait(timeout=8) == 0
    server.process = None


def test_a_log_that_nobody_reads_stops_nothing(tmp_path):
    """stdout is a pipe that is full, then one that is closed."""
    process = subprocess.Popen(
        [str(PROGRAM), "serve", "--port", "0", "--database", f"sqlite:{tmp_path}/d.db"],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    port = None
    while port is None:
        message = json.loads(process.stdout.readline())["msg"]
        if message.startswith("Listening on"):
            port = int(message.rsplit(":", 1)[1])
    with Connection(port) as connection:
        for _ in range(2000):
            assert connection.request("GET", "/healthz").status == 200
        process.stdout.close()
        for _ in range(200):
            assert connection.request("GET", "/healthz").status == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=8) == 0


BAD = {
    "HTTP_ADDR": (["serve"], {"HTTP_ADDR": "nonsense"}, "HTTP_ADDR"),
    "HTTP_ADDR with a port out of range": (["serve"], {"HTTP_ADDR": "127.0.0.1:99999"}, "HTTP_ADDR"),
    "DATABASE_URL of another kind": (["serve"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
    "DATABASE_URL of PostgreSQL": (["serve"], {"DATABASE_URL": "postgres://tb:canary@x/y"}, "DATABASE_URL"),
    "--database": (["serve", "--database", "nonsense"], {}, "--database"),
    "--port": (["serve", "--port", "99999"], {}, "--port"),
    "a flag that is none": (["serve", "--colour", "red"], {}, "--colour"),
    "a database that is a folder": (["serve", "--database", "sqlite:{home}"], {}, "{home}"),
    "a database in a file": (["serve", "--database", "sqlite:/dev/null/x.db"], {}, "/dev/null/x.db"),
    "a database that is none": (["serve", "--database", "sqlite:{home}/garbage.db"], {}, "garbage.db"),
    "RATE_LIMIT_DATA": (["serve"], {"RATE_LIMIT_DATA": "many"}, "RATE_LIMIT_DATA"),
    "RATE_LIMIT_AUTH": (["serve"], {"RATE_LIMIT_AUTH": "1/0/1"}, "RATE_LIMIT_AUTH"),
    "RATE_LIMIT_ADDRESS": (["serve"], {"RATE_LIMIT_ADDRESS": "-1/1/1"}, "RATE_LIMIT_ADDRESS"),
    "a short token": (["serve"], {"TOOLBRIDGE_LOCAL_TOKEN": "short"}, "TOOLBRIDGE_LOCAL_TOKEN"),
    "a token file that is absent": (["serve"], {"TOOLBRIDGE_LOCAL_TOKEN_FILE": "/nonexistent"}, "TOOLBRIDGE_LOCAL_TOKEN_FILE"),
    "state keys": (["serve"], {"TOOLBRIDGE_STATE_KEYS": "x"}, "TOOLBRIDGE_STATE_KEYS"),
    "log level": (["serve"], {"TOOLBRIDGE_LOG_LEVEL": "loud"}, "TOOLBRIDGE_LOG_LEVEL"),
    "log format": (["serve"], {"TOOLBRIDGE_LOG_FORMAT": "xml"}, "TOOLBRIDGE_LOG_FORMAT"),
    "session life": (["serve"], {"TOOLBRIDGE_MCP_SESSION_TTL": "5"}, "TOOLBRIDGE_MCP_SESSION_TTL"),
    "drain": (["serve"], {"TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS": "-1"}, "TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS"),
    "a boolean": (["serve"], {"TOOLBRIDGE_ALLOW_DEV_REMOTE": "maybe", "ENV": "dev"}, "TOOLBRIDGE_ALLOW_DEV_REMOTE"),
    "an origin that is a word": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "foo"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "an origin with a path": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "https://a.example/path"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "a second origin with a slash": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "https://a, https://b/"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "every origin": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "*"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "the origin null": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "null"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "an origin with a port out of range": (["serve"], {"TOOLBRIDGE_ALLOWED_ORIGINS": "https://a:65536"}, "TOOLBRIDGE_ALLOWED_ORIGINS"),
    "a host with a scheme": (["serve"], {"TOOLBRIDGE_ALLOWED_HOSTS": "http://x/y"}, "TOOLBRIDGE_ALLOWED_HOSTS"),
    "a host with a path": (["serve"], {"TOOLBRIDGE_ALLOWED_HOSTS": "a.example/mcp"}, "TOOLBRIDGE_ALLOWED_HOSTS"),
    "a host with a wildcard": (["serve"], {"TOOLBRIDGE_ALLOWED_HOSTS": "*.a.example"}, "TOOLBRIDGE_ALLOWED_HOSTS"),
    "a host with half a port": (["serve"], {"TOOLBRIDGE_ALLOWED_HOSTS": "a.example:"}, "TOOLBRIDGE_ALLOWED_HOSTS"),
    "hosts that are none": (["serve"], {"TOOLBRIDGE_ALLOWED_HOSTS": " , "}, "TOOLBRIDGE_ALLOWED_HOSTS"),
    "the tenant": (["serve"], {"DEFAULT_TENANT_ID": "a b"}, "DEFAULT_TENANT_ID"),
    "development on a platform": (["serve"], {"ENV": "dev", "FLY_APP_NAME": "x"}, "ENV"),
    "development in a cluster": (["serve"], {"ENV": "dev", "KUBERNETES_SERVICE_HOST": "x"}, "ENV"),
    "development for everyone": (["serve", "--host", "0.0.0.0"], {"ENV": "dev"}, "ENV"),
    "everyone without a token of one's own": (["serve", "--host", "0.0.0.0"], {}, "TOOLBRIDGE_LOCAL_TOKEN"),
    "an address that is not ours": (["serve", "--host", "192.0.2.1"], {"TOOLBRIDGE_LOCAL_TOKEN": "x" * 40}, "192.0.2.1"),
    "a client that is none": (["connect", "emacs"], {}, "emacs"),
    "stdio on no database": (["stdio", "--database", "sqlite:/dev/null/x.db"], {}, "/dev/null/x.db"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_setting_is_one_line_and_no_start(tmp_path, name):
    arguments, variables, named = BAD[name]
    (tmp_path / "garbage.db").write_bytes(b"this is no database\n" * 500)
    arguments = [argument.replace("{home}", str(tmp_path)) for argument in arguments]
    if arguments[0] == "serve" and "--port" not in arguments and "HTTP_ADDR" not in variables:
        arguments += ["--port", "0"]
    done = run(*arguments, home=tmp_path, **variables)
    assert done.returncode > 0, done
    lines = [line for line in done.stderr.decode().splitlines() if line.strip()]
    # The parser of flags adds how a command is used.
    lines = [line for line in lines if not line.startswith(("Usage:", "  See ", "Help:"))]
    assert len(lines) == 1, lines
    assert named.replace("{home}", str(tmp_path)) in lines[0], lines
    # A secret is never part of what is said about it.
    assert "canary" not in done.stdout.decode() + done.stderr.decode()
    assert "short" not in lines[0] and "xxxxx" not in lines[0].replace(str(tmp_path), "")


def test_origins_that_are_allowed_may_call(make_server):
    server = make_server(TOOLBRIDGE_ALLOWED_ORIGINS="https://a.example:8443 , chrome-extension://abc,").start()
    for origin, status in [("https://a.example:8443", 204), ("chrome-extension://abc", 204), ("https://a.example", 403)]:
        response = server.request("OPTIONS", "/mcp", headers=[("Origin", origin)], token=False)
        assert response.status == status, origin


def test_a_port_that_is_taken(server, tmp_path):
    done = run("serve", "--port", str(server.port), "--database", f"sqlite:{tmp_path}/other.db", home=tmp_path)
    assert done.returncode > 0
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and str(server.port) in lines[0], lines


def test_the_database_of_a_newer_program_is_left_alone(make_server, tmp_path):
    server = make_server().start()
    server.terminate()
    with contextlib.closing(sqlite3.connect(server.database)) as database:
        (step,) = database.execute("SELECT max(number) FROM schema_step").fetchone()
        columns = [row[1] for row in database.execute("PRAGMA table_info(schema_step)") if row[1] != "number"]
        others = "".join(f", {column}" for column in columns)
        database.execute(f"INSERT INTO schema_step (number{others}) SELECT {step + 1}{others} FROM schema_step LIMIT 1")
        database.commit()
    before = server.database.read_bytes()
    done = run("serve", "--port", "0", "--database", f"sqlite:{server.database}", home=tmp_path, timeout=10)
    assert done.returncode > 0 and b"newer" in done.stderr and str(server.database).encode() in done.stderr
    assert server.database.read_bytes() == before


# MARK: stdio


@pytest.mark.parametrize("revision", REVISIONS)
def test_stdio_serves_every_revision(stdio, tmp_path, revision):
    client = Stdio(stdio(tmp_path / "d.db"), revision)
    if revision != MODERN:
        params = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
        assert client.request("initialize", params)["protocolVersion"] == revision
    assert len(client.request("tools/list")["tools"]) == 41
    note = client.call("create_note", title="é\n", content="").value
    assert client.call("get_note", uid=note["uid"]).value == note
    assert client.call("health_check").value["role"] == "stdio"


def test_stdio_answers_what_it_cannot_read_and_goes_on(stdio, tmp_path):
    client = Stdio(stdio(tmp_path / "d.db"))
    pipe = client.process.stdin
    for line, code in [
        (b"{", -32700),
        (b"[]", -32600),
        (b"5", -32600),
        (b"\xff", -32700),
        (b'{"jsonrpc":"2.0","id":1}', -32600),
        (b'"' + b"x" * 1_048_577 + b'"', -32600),
    ]:
        pipe.write(b"\n\n" + line + b"\n")
        pipe.flush()
        message = json.loads(client.process.stdout.readline())
        assert message["error"]["code"] == code, (line[:20], message)
    # The era is decided line by line.
    meta = {"io.modelcontextprotocol/protocolVersion": "2099-01-01", "io.modelcontextprotocol/clientCapabilities": {}}
    message = client.line({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": meta}})
    assert message["error"]["code"] == -32022
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    message = client.line({"jsonrpc": "2.0", "id": 2, "method": "initialize", "params": params})
    check_answer("2025-11-25", "initialize", message)
    assert client.line({"jsonrpc": "2.0", "id": 3, "method": "initialize", "params": params})["error"]["code"] == -32600
    assert client.request("server/discover")["supportedVersions"] == REVISIONS[::-1]


def test_stdio_ends_with_its_input_and_answers_what_was_read(stdio, tmp_path):
    process = stdio(tmp_path / "d.db")
    client = Stdio(process)
    client.request("server/discover")
    lines = [encode({"jsonrpc": "2.0", "id": number, "method": "ping"}) for number in range(50)]
    process.stdin.write(b"\n".join(lines) + b"\n")
    process.stdin.close()
    begun = time.monotonic()
    answers = [json.loads(line) for line in process.stdout.read().splitlines()]
    assert sorted(answer["id"] for answer in answers) == list(range(50))
    assert process.wait(timeout=6) == 0 and time.monotonic() - begun < 2


def test_stdio_ends_when_its_reader_is_gone(tmp_path):
    process = subprocess.Popen(
        [str(PROGRAM), "stdio", "--database", f"sqlite:{tmp_path}/d.db"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.close()
    try:
        process.stdin.write(encode({"jsonrpc": "2.0", "id": 1, "method": "ping"}) + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    assert process.wait(timeout=8) >= 0, "ended by a signal"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stdio_ends_at_a_signal(tmp_path, number):
    process = subprocess.Popen(
        [str(PROGRAM), "stdio", "--database", f"sqlite:{tmp_path}/d.db"],
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        Stdio(process).request("server/discover")
        process.send_signal(number)
        assert process.wait(timeout=8) == 0

"""Headers and encodings that are meant to confuse (T-6, T-24, T-28)."""

import gzip
import json
import zlib

import pytest

BOMB = gzip.compress(b" " * 50_000_000)

ENCODINGS = [
    (["gzip"], BOMB),
    (["gzip, gzip"], gzip.compress(BOMB)),
    (["gzip", "gzip"], gzip.compress(BOMB)),
    (["x-gzip"], BOMB),
    (["GZIP"], BOMB),
    (["deflate"], zlib.compress(b"{}")),
    (["br"], b"\x8b\x00\x80{}\x03"),
    (["zstd"], b"\x28\xb5\x2f\xfd\x20\x02\x11\x00\x00{}"),
    (["compress"], b"{}"),
    (["identity, gzip"], b"{}"),
    (["identity", "br"], b"{}"),
    (["rot13"], b"{}"),
    (["*"], b"{}"),
    ([""], b"{}"),
]


def resident(pid: int) -> int:
    """Bytes of memory that the process holds."""
    with open(f"/proc/{pid}/statm") as statistics:
        return int(statistics.read().split()[1]) * 4096


@pytest.mark.parametrize(("encodings", "body"), ENCODINGS, ids=lambda value: " + ".join(value) if isinstance(value, list) else "")
@pytest.mark.parametrize("target", ["/v1/notes", "/v1/sync/notes/push", "/mcp", "/oauth/token"])
def test_compressed_bodies_are_refused_unread(shared_server, target, encodings, body):
    before = resident(shared_server.pid)
    headers = [("Content-Type", "application/json"), *(("Content-Encoding", encoding) for encoding in encodings)]
    response = shared_server.request("POST", target, body, headers)
    assert (response.status, response.json()["code"]) == (415, "unsupported_encoding")
    assert resident(shared_server.pid) - before < 20_000_000


def test_identity_is_no_encoding(shared_server):
    response = shared_server.request("POST", "/v1/notes", b'{"title":"plain"}', [("Content-Encoding", "identity")])
    assert response.status == 201


def test_a_compressed_transfer_is_refused(shared_server):
    for coding in ["gzip, chunked", "gzip", "chunked, gzip", "deflate"]:
        response = shared_server.request("POST", "/v1/notes", BOMB[:100], [("Transfer-Encoding", coding)])
        assert response.status == 400


@pytest.mark.parametrize(
    "field",
    ["X_TB_Tenant_ID: a", "x_tb_tenant_id: a", "X-TB_Tenant-ID: a", "X-TB-Tenant_ID: a", "X-TB-Tenant-ID : a", "X-TB-Tenant-ID\t: a", "X_Debug_Sub: a"],
)
@pytest.mark.parametrize("target", ["/v1/notes", "/mcp", "/v1/sync/info"])
def test_spellings_that_a_proxy_may_let_through_are_refused(shared_server, target, field):
    with shared_server.connect() as connection:
        name, value = shared_server.authorization
        head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{shared_server.port}\r\n{name}: {value}\r\n{field}\r\n\r\n"
        connection.send(head.encode())
        assert connection.response().status == 400


def test_nothing_a_client_sends_forges_a_log_line(make_server):
    server = make_server(TOOLBRIDGE_LOG_LEVEL="trace").start()
    forged = 'x","level":"error","msg":"CANARY'
    correlations = [forged, "a" * 65, "a b", "é", "a\tb", "${jndi:ldap://CANARY}", "%0aCANARY", "{CANARY}", "<CANARY>", "\x1b[31mCANARY"]
    for correlation in correlations:
        with server.connect() as connection:
            name, value = server.authorization
            head = f"GET /v1/notes HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{name}: {value}\r\nX-Correlation-ID: ".encode()
            connection.send(head + correlation.encode() + b"\r\n\r\n")
            response = connection.response()
        assert response.header("X-Correlation-ID") != correlation
    for target in ["/CANARY", "/v1/CANARY", "/v1/notes/CANARY", "/v1/notes?cursor=CANARY", "/v1/notes/%0aCANARY", "/mcp?CANARY"]:
        server.request("GET", target, headers=[("User-Agent", "CANARY"), ("Referer", "CANARY"), ("Origin", "https://CANARY")])
    server.request("CANARY", "/v1/notes")
    server.request("GET", "/v1/notes", headers=[("Authorization", "Bearer CANARY.CANARY.CANARY")], token=False)
    server.request("POST", "/v1/notes", b'{"title":"CANARY"}')
    server.request("POST", "/v1/notes", b'{"title":"CANARY')
    server.terminate()
    text = server.log.read_bytes() + server.errors.read_bytes()
    lines = [line for line in server.log.read_bytes().split(b"\n") if line]
    assert len(lines) > len(correlations)
    for line in lines:
        assert isinstance(json.loads(line), dict) and b"\x1b" not in line
    leaks = [line for line in text.split(b"\n") if b"CANARY" in line]
    # A method is part of the line: a token, which can't end it.
    assert all(json.loads(line).get("method") == "CANARY" for line in leaks), leaks
    # The first start tells its owner the token, on standard error alone.
    assert server.token.encode() not in server.log.read_bytes()

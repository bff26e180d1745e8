"""Requests that two programs could read in two ways are refused, and the connection with them."""

import pytest

from support.wire import Closed, Connection

AMBIGUOUS = {
    "length and chunked": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two equal lengths": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "a list of lengths": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello",
    "a signed length": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello",
    "a negative length": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello",
    "a hexadecimal length": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello",
    "a length beyond every integer": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "an empty length": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
    "another coding": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "xchunked": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a vertical tab": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "identity": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
    "chunked in HTTP/1.0": b"POST /healthz HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before the colon": b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
    "space before the colon of a coding": b"POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded field": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
    "a bare line feed": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "a bare line feed in a field": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\nX-B: c\r\n\r\n",
    "a bare carriage return": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n",
    "a zero byte": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n",
    "a zero byte in the path": b"GET /healthz\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "no name": b"GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "no colon": b"GET /healthz HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "an empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a host with a user": b"GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "another absolute target": b"GET http://other.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a version of another age": b"GET /healthz HTTP/0.9\r\nHost: a\r\n\r\n",
    "a version to come": b"GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n",
    "no version": b"GET /healthz\r\nHost: a\r\n\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space in the target": b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n",
}  # fmt: skip

CHUNKS = {
    "an extension": b'5;a=b\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
    "a size beyond every integer": b"FFFFFFFFFFFFFFFFF\r\n",
    "a signed size": b"+2\r\n{}\r\n0\r\n\r\n",
    "a prefixed size": b"0x2\r\n{}\r\n0\r\n\r\n",
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "nonsense": b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than its size": b"2\r\n{}x\r\n0\r\n\r\n",
    "line feeds": b"2\n{}\n0\n\n",
    "a space": b"2 \r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_heads_are_refused_and_the_connection_closed(shared_server, name):
    with Connection(shared_server.port) as connection:
        # What follows must never be taken for a request of its own.
        connection.send(AMBIGUOUS[name] + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        check_refused(connection)


@pytest.mark.parametrize("name", CHUNKS)
def test_broken_chunks_are_refused_and_the_connection_closed(shared_server, name):
    with Connection(shared_server.port) as connection:
        head = f"POST /v1/notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {shared_server.token}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        connection.send(head + CHUNKS[name] + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        check_refused(connection)


def check_refused(connection: Connection):
    try:
        response = connection.response()
        assert response.status in (400, 431, 505), response
        assert response.json()["code"]
        assert connection.is_closed_by_server()
    except (Closed, ConnectionResetError) as closed:
        assert b"HTTP/1.1 200" not in (closed.args[0] if isinstance(closed, Closed) else b"")


def test_a_target_that_names_us_is_taken(shared_server):
    with Connection(shared_server.port) as connection:
        host = f"127.0.0.1:{shared_server.port}"
        connection.send(f"GET http://{host}/healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert connection.response().status == 200

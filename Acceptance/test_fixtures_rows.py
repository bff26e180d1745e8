"""The rows of the decision tables that no client causes, by raw bytes; most of those of POST /mcp are in test_mcp_rows.py."""

import json

import pytest

from support.events import EventStream
from support.mcp import ACCEPT, JSON_BODY, encode
from support.peer import HTTPPeer, SSEPeer, capabilities
from support.schema import LEGACY, MODERN, check_answer
from support.wire import exchange, request_bytes

STREAM = ("Accept", "text/event-stream")


def get(fixtures, fields=(), path="/mcp"):
    """The status and fields of a GET; a stream is not waited for."""
    with EventStream(fixtures.port, connection=fixtures.connect(), request=request_bytes(fixtures.port, "GET", path, fields)) as stream:
        return stream


def post(fixtures, path: str, body, fields=(JSON_BODY, ACCEPT)):
    return fixtures.request("POST", path, fields, body if isinstance(body, bytes) else encode(body))


def check_error(response, status: int, code: int, id="any") -> dict:
    assert response.status == status, response
    message = response.json()
    assert message["error"]["code"] == code, message
    if id == "absent":
        assert "id" not in message, message
    elif id != "any":
        assert message["id"] == id, message
    if message.get("id", 0) is not None:
        check_answer("2025-11-25" if code == -32002 else MODERN, "ping", message)
    return message["error"]


# MARK: the gate, F2


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/?session_id=x"])
def test_f2_h2_w2_w3_foreign_hosts_and_origins(fixtures, path):
    for fields, status in [
        ([("Host", "evil.example")], 421),
        ([("Host", f"evil.example:{fixtures.port}")], 421),
        ([("Origin", "http://evil.example")], 403),
        ([("Origin", "null")], 403),
    ]:
        for method in ("GET", "POST", "DELETE", "OPTIONS"):
            response = fixtures.request(method, path, fields, b"{}" if method == "POST" else None)
            assert response.status == status, (method, path, fields, response)
            assert response.json()["correlation_id"]
    own = [("Host", f"localhost:{fixtures.port}"), ("Origin", f"http://localhost:{fixtures.port}")]
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert post(fixtures, "/mcp", ping, [*own, JSON_BODY, ACCEPT]).status == 200


def test_no_token_is_needed_and_one_that_is_sent_is_no_harm(fixtures):
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert post(fixtures, "/mcp", ping, [JSON_BODY, ACCEPT, ("Authorization", "Bearer x")]).status == 200
    assert post(fixtures, "/mcp?access_token=x", ping).status == 400, "W4"


# MARK: GET and DELETE on /mcp; /sse is a second name


@pytest.mark.parametrize("version", [MODERN, "2099-01-01", "x", ""])
def test_w50_w60_w72_modern_by_the_header(fixtures, version):
    with HTTPPeer(fixtures, "2025-11-25") as peer:
        for more in ([], [("Mcp-Session-Id", peer.session)]):
            fields = [STREAM, ("MCP-Protocol-Version", version), *more]
            for method, path in [("GET", "/mcp"), ("DELETE", "/mcp"), ("GET", "/sse"), ("DELETE", "/sse")]:
                response = fixtures.request(method, path, fields)
                assert (response.status, response.header("Allow")) == (405, "POST"), (method, path, response)


def test_w51_w52_w53_get(fixtures):
    for accept in ([], [STREAM], [("Accept", "*/*")], [("Accept", "text/html")]):
        response = get(fixtures, accept)
        assert (response.status, response.headers.get("allow")) == (405, "POST")
    with HTTPPeer(fixtures, "2025-06-18") as peer:
        own = ("Mcp-Session-Id", peer.session)
        for path in ("/mcp", "/sse"):
            for session in ("", "x", peer.session + "A", peer.session[:-1], "ms1.a.AAAA"):
                if path == "/mcp" or session:
                    assert get(fixtures, [STREAM, ("Mcp-Session-Id", session)], path).status == 404, (path, session)
            for accept in ("text/html", "application/json", "text/*;q=0", "text/event-stream;q=0"):
                assert get(fixtures, [("Accept", accept), own], path).status == 406, (path, accept)
            assert get(fixtures, [STREAM, own, ("mcp-session-id", peer.session)], path).status == 400, "LS3"


@pytest.mark.parametrize("path", ["/mcp", "/sse"])
def test_w54_w71_e9_the_stream_of_a_session(fixtures, path):
    for revision in LEGACY[1:]:
        with HTTPPeer(fixtures, revision, path=path) as peer:
            for accept in ([STREAM], [("Accept", "*/*")], [("Accept", "application/json, text/event-stream;q=0.5")], [ACCEPT]):
                for version in ([], *[[("MCP-Protocol-Version", version)] for version in LEGACY]):
                    stream = get(fixtures, [*accept, ("Mcp-Session-Id", peer.session), *version], path)
                    assert stream.status == 200 and stream.is_stream, (accept, version)
                    peer.check_head(stream)


def test_w61_w62_delete(fixtures):
    for path in ("/mcp", "/sse"):
        check_error(fixtures.request("DELETE", path), 400, -32600)
        for session in ("", "x", "ms1.a.AAAA"):
            assert fixtures.request("DELETE", path, [("Mcp-Session-Id", session)]).status == 404


def test_w66_w81_other_methods(fixtures):
    for path in ("/mcp", "/sse", "/messages/", "/messages"):
        for method in ("PUT", "PATCH", "TRACE", "BREW", *(["GET", "DELETE"] if path.startswith("/messages") else [])):
            response = fixtures.request(method, path)
            assert response.status == 405, (method, path)
            assert response.header("Allow"), (method, path)


def test_w65_h15_preflight(fixtures):
    origin = "http://localhost:5173"
    wanted = {"Content-Type", "Accept", "Authorization", "DPoP", "MCP-Protocol-Version", "Mcp-Session-Id", "Last-Event-ID", "Mcp-Method"}
    wanted |= {"Mcp-Name", "traceparent", "tracestate", "Mcp-Param-Region"}
    response = fixtures.request("OPTIONS", "/mcp", [("Origin", origin), ("Access-Control-Request-Method", "POST")])
    assert (response.status, response.header("Access-Control-Allow-Origin")) == (204, origin)
    allowed = {name.strip().lower() for name in response.header("Access-Control-Allow-Headers").split(",")}
    assert {name.lower() for name in wanted} <= allowed
    assert {name.strip() for name in response.header("Access-Control-Allow-Methods").split(",")} >= {"POST", "GET", "DELETE"}
    exposed = post(fixtures, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping"}, [JSON_BODY, ACCEPT, ("Origin", origin)])
    assert "mcp-session-id" in exposed.header("Access-Control-Expose-Headers").lower()


def test_w70_a_bare_call_to_sse_works(fixtures):
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "test_simple_text"}}
    assert post(fixtures, "/sse", call).json()["result"]["content"][0]["text"].startswith("This is a simple")
    for revision in [*LEGACY[1:], MODERN]:
        with HTTPPeer(fixtures, revision, path="/sse") as peer:
            assert peer.call("greet", {"name": "Ada"}).text == "Hello, Ada!"
            assert peer.call("test_tool_with_progress", meta={"progressToken": 1}).is_stream


# MARK: the transport of 2024-11-05


@pytest.mark.parametrize("accept, status", [
    (None, 200), ("text/event-stream", 200), ("*/*", 200), ("text/*", 200), ("application/json", 406), ("text/html", 406),
    ("application/json, text/event-stream", 200), ("text/event-stream;q=0", 406), (MODERN, 406),
])  # fmt: skip
def test_w73_w74_accept_of_the_first_transport(fixtures, accept, status):
    stream = get(fixtures, [("Accept", accept)] if accept else [], "/sse")
    assert stream.status == status
    if status == 200:
        assert stream.is_stream and stream.headers["x-accel-buffering"] == "no"


def test_w74_e2_legacy_version_headers_do_not_matter(fixtures):
    for version in LEGACY:
        with EventStream(fixtures.port, "/sse", [("MCP-Protocol-Version", version)]) as stream:
            event = stream.next()
            assert event.name == "endpoint"
            prefix, _, id = "".join(event.data).partition("session_id=")
            assert prefix == "/messages/?"
            assert len(id.split(".")[0]) == 32 and set(id.split(".")[0]) <= set("0123456789abcdef")


def test_w75_w76_posts_to_no_stream(fixtures):
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    for id in (None, "", "x", "g" * 32, "%00", "a" * 31, "a" * 33, "A" * 32 + "!"):
        query = "?other=1" if id is None else f"?session_id={id}"
        for path in ("/messages/", "/messages"):
            assert post(fixtures, path + query, ping).status == 400, query
    with SSEPeer(fixtures) as peer:
        id = peer.endpoint.partition("session_id=")[2]
        other = ("0" if id[0] != "0" else "1") + id[1:]
        assert post(fixtures, f"/messages/?session_id={other}", ping).status == 404
        assert post(fixtures, f"/messages/?session_id={id}&session_id={id}", ping).status in (400, 202)


@pytest.mark.parametrize("body, code", [
    (b"", -32700), (b"{", -32700), (b"[1,]", -32700), (b'{"a":"\xff"}', -32700), (b"[" * 101 + b"]" * 101, -32700),
    (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700), (b"5", -32600), (b"null", -32600), (b'"ping"', -32600), (b"[]", -32600),
    (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600), (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
    (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600), (b'{"jsonrpc":"2.0","id":1}', -32600),
    (b'{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', -32600),
])  # fmt: skip
def test_w78_unreadable_posts(fixtures, body, code):
    with SSEPeer(fixtures) as peer:
        check_error(post(fixtures, peer.endpoint, body), 400, code)
        assert peer.request("ping") == {}


def test_w79_an_envelope_does_not_belong_here(fixtures):
    with SSEPeer(fixtures) as peer:
        for meta in ({"io.modelcontextprotocol/protocolVersion": MODERN}, {"io.modelcontextprotocol/clientCapabilities": {}}):
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
            check_error(post(fixtures, peer.endpoint, message), 400, -32600)
        for version in (MODERN, "x", "2025-11-25"):
            message = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
            peer.methods[7] = "ping"
            assert post(fixtures, peer.endpoint, message, [JSON_BODY, ("MCP-Protocol-Version", version)]).status == 202, "E6"
            assert peer.finish(7).result == {}


def test_w80_e7_posts_of_every_form(fixtures):
    with SSEPeer(fixtures) as peer:
        for path in (peer.endpoint, peer.endpoint.replace("/messages/?", "/messages?")):
            peer.methods.update({1: "ping", 2: "tools/list"})
            batch = [
                {"jsonrpc": "2.0", "id": 1, "method": "ping"},
                {"jsonrpc": "2.0", "method": "notifications/roots/list_changed"},
                {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
            ]
            response = post(fixtures, path, batch)
            assert (response.status, response.body) == (202, b"Accepted")
            # S19 sends the answers to a batch as one event each, or as the batch's own array.
            event = peer.stream.next().json()
            answers = event if isinstance(event, list) else [event, peer.stream.next().json()]
            for answer, method in zip(answers, ("ping", "tools/list"), strict=True):
                check_answer("2024-11-05", method, answer)
        for message in ({"jsonrpc": "2.0", "method": "nothing"}, {"jsonrpc": "2.0", "id": "nobody", "result": {}}):
            assert post(fixtures, peer.endpoint, message).status == 202
        assert peer.request("ping") == {}
        check_415 = post(fixtures, peer.endpoint, {}, [("Content-Type", "text/plain")])
        assert check_415.status == 415


def test_e6_requests_before_initialize_are_of_the_first_revision(fixtures):
    with SSEPeer(fixtures, initialize=False) as peer:
        assert peer.call("test_structured").text
        exchange = peer.ask("tools/call", {"name": "test_sampling", "arguments": {"prompt": "?"}})
        assert exchange.is_error
        peer.initialize()
        assert peer.call("test_sampling", {"prompt": "?"}).text.startswith("LLM response")
        again = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
        assert peer.ask("initialize", again).error["code"] == -32600


@pytest.mark.parametrize("revision", LEGACY)
def test_e6_the_transport_is_not_the_revision(fixtures, revision):
    with SSEPeer(fixtures, revision) as peer:
        assert peer.server["protocolVersion"] == revision
        assert ("structuredContent" in peer.call("test_structured").result) == (revision >= "2025-06-18")


def test_w82_f1_the_first_transport_can_be_off(make_fixtures):
    server = make_fixtures("--no-sse").start()
    assert server.request("GET", "/sse", [STREAM]).status == 404
    assert server.request("GET", "/sse").status == 404
    for method in ("GET", "POST", "DELETE", "PUT"):
        for path in ("/messages/", "/messages", "/messages/?session_id=" + "a" * 32):
            assert server.request(method, path, [JSON_BODY], b"{}" if method == "POST" else None).status == 404, (method, path)
    with HTTPPeer(server, "2025-11-25", path="/sse") as peer:
        assert peer.call("test_simple_text").text, "W70"
        with peer.resume(None) as stream:
            assert stream.status == 200, "W71"


# MARK: batches


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26"])
def test_w10_s19_batches(fixtures, revision):
    def ping(id):
        return {"jsonrpc": "2.0", "id": id, "method": "ping"}

    with HTTPPeer(fixtures, "2025-03-26", declared={}) as peer:
        fields = [JSON_BODY, ACCEPT, ("Mcp-Session-Id", peer.session)] if revision == "2025-03-26" else [JSON_BODY, ACCEPT]
        if revision == "2024-11-05":
            fields.append(("MCP-Protocol-Version", revision))
        first = {"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": {"protocolVersion": revision, "capabilities": {}}}
        answers = post(fixtures, "/mcp", [ping(1), first, {"jsonrpc": "2.0", "method": "x"}, 5, ping("x")], fields).json()
        by_id = {json.dumps(answer.get("id")): answer for answer in answers}
        assert by_id["1"]["result"] == {} and by_id['"x"']["result"] == {}
        assert by_id['"i"']["error"]["code"] == -32600
        assert [answer["error"]["code"] for answer in answers if answer.get("id") is None] == [-32600] and len(answers) == 4
        assert len(post(fixtures, "/mcp", [ping(id) for id in range(100)], fields).json()) == 100
        check_too_many = post(fixtures, "/mcp", [ping(id) for id in range(101)], fields)
        assert check_too_many.status == 400 and check_too_many.json()["error"]["code"] == -32600
        check_empty = post(fixtures, "/mcp", [], fields)
        assert check_empty.status == 400 and check_empty.json()["error"]["code"] == -32600
        quiet = post(fixtures, "/mcp", [{"jsonrpc": "2.0", "method": "x"}], fields)
        assert (quiet.status, quiet.body) == (202, b"")


def test_b9_no_batches_later(fixtures):
    body = [{"jsonrpc": "2.0", "id": 1, "method": "ping"}]
    for revision in ("2025-06-18", "2025-11-25"):
        with HTTPPeer(fixtures, revision) as peer:
            check_error(post(fixtures, "/mcp", body, peer.fields({})), 400, -32600)
    with HTTPPeer(fixtures) as peer:
        check_error(post(fixtures, "/mcp", body, peer.fields({})), 400, -32600, "absent")


# MARK: routing headers


def called(fixtures, arguments: dict, *headers, tool="test_x_mcp_header"):
    with HTTPPeer(fixtures) as peer:
        message = peer.message("tools/call", {"name": tool, "arguments": arguments})
        return post(fixtures, "/mcp", message, [*peer.fields(message), *headers])


@pytest.mark.parametrize("region, header", [
    ("eu", "eu"), ("eu", "=?base64?ZXU=?="), ("é", "=?base64?w6k=?="), ("", ""), ("", "=?base64??="), ("a b", "a b"), ("eu", " \teu\t "),
    ("=?base64?x", "=?base64?x"), ("x?=", "x?="), ("=?base64?ZXU=?=", "=?base64?PT9iYXNlNjQ/WlhVPT89?="),
    ("EU", "EU"), ("=?BASE64?ZXU=?=", "=?BASE64?ZXU=?="),
])  # fmt: skip
def test_r5_r10_parameters_in_headers(fixtures, region, header):
    for name in ("Mcp-Param-Region", "mcp-param-region", "MCP-PARAM-REGION"):
        response = called(fixtures, {"region": region}, (name, header))
        assert response.status == 200, response
        assert response.json()["result"]["content"][0]["text"] == f"region={region}"


@pytest.mark.parametrize("region, headers", [
    ("eu", []), ("eu", ["us"]), ("eu", ["EU"]), ("eu", [""]), ("eu", ["eu", "eu"]), ("eu", ["eu, eu"]), ("eu", ["=?base64?ZXU?="]),
    ("eu", ["=?base64?ZXU==?="]), ("eu", ["=?base64?ZX U=?="]), ("eu", ["=?base64?ZXV=?="]), ("eu", ["=?base64?Z-_=?="]),
    ("eu", ["=?base64?/w==?="]),
    ("eu", ["=?base64??="]), (None, ["eu"]), (None, [""]), ("é", ["é"]), ("é", ["\xe9"]), ("eu", ["eu\x7f"]), ("", []),
])  # fmt: skip
def test_r4_r6_r10_w25_headers_that_do_not_fit(fixtures, region, headers):
    arguments = {} if region is None else {"region": region}
    response = called(fixtures, arguments, *[("Mcp-Param-Region", header) for header in headers])
    # A control character may end at the server's reader of requests, before there is any message.
    assert response.status == 400, response
    if response.header("Content-Type") == "application/json" and "jsonrpc" in response.json():
        check_error(response, 400, -32020, 1)


def test_r10_null_is_no_value(fixtures):
    assert called(fixtures, {"region": None}).status == 200
    assert called(fixtures, {"region": None}, ("Mcp-Param-Region", "null")).status == 400


def test_r11_headers_that_no_parameter_names(fixtures):
    assert called(fixtures, {"region": "eu"}, ("Mcp-Param-Region", "eu"), ("Mcp-Param-Other", "x"), ("Mcp-Param-", "x")).status == 200
    assert called(fixtures, {}, ("Mcp-Param-Region", "eu"), tool="test_simple_text").status == 200


def test_r2_r7_names_of_prompts_and_resources(fixtures):
    with HTTPPeer(fixtures) as peer:
        for method, params, good in [
            ("prompts/get", {"name": "test_simple_prompt"}, ["test_simple_prompt", "=?base64?dGVzdF9zaW1wbGVfcHJvbXB0?="]),
            ("resources/read", {"uri": "test://static-text"}, ["test://static-text", "=?base64?dGVzdDovL3N0YXRpYy10ZXh0?="]),
        ]:
            message = peer.message(method, params)
            fields = [field for field in peer.fields(message) if field[0] != "Mcp-Name"]
            for name in good:
                assert post(fixtures, "/mcp", message, [*fields, ("Mcp-Name", name)]).status == 200
            for names in ([], ["x"], good[:1] * 2, [good[0].upper()], ["=?base64?!?="]):
                response = post(fixtures, "/mcp", message, [*fields, *[("Mcp-Name", name) for name in names]])
                check_error(response, 400, -32020, message["id"])
        notification = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1, "_meta": peer.meta()}}
        fields = peer.fields({})
        assert post(fixtures, "/mcp", notification, fields).status == 202
        assert post(fixtures, "/mcp", notification, [*fields, ("Mcp-Method", "notifications/cancelled")]).status == 202
        assert post(fixtures, "/mcp", notification, [*fields, ("Mcp-Method", "other")]).status == 400, "R7"


def test_headers_that_contradict_each_other(fixtures):
    """Each said twice, once right and once wrong, in both orders."""
    with HTTPPeer(fixtures) as peer:
        message = peer.message("tools/call", {"name": "greet", "arguments": {"name": "a"}})
        fields = peer.fields(message)
        for name, wrong in [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", "tools/list"), ("Mcp-Name", "other")]:
            for more in ([(name, wrong), *fields], [*fields, (name, wrong)], [*fields, (name, dict(fields)[name])]):
                check_error(post(fixtures, "/mcp", message, more), 400, -32020, message["id"])
        body = encode(message)
        for name, value in [("Content-Length", f"{len(body) + 1}"), ("Transfer-Encoding", "chunked"), ("Host", "other")]:
            lines = request_bytes(fixtures.port, "POST", "/mcp", [*fields, ("Content-Length", f"{len(body)}")], None)
            data = lines.replace(b"\r\n\r\n", f"\r\n{name}: {value}\r\n\r\n".encode()) + body
            assert exchange(fixtures.port, data).status in (400, 421), name


def test_w26_er1_what_is_declared_counts_for_one_request(fixtures):
    with HTTPPeer(fixtures) as peer:
        assert peer.call("test_missing_capability").text == "The client can sample"
        peer.declared = {}
        exchange = peer.ask("tools/call", {"name": "test_missing_capability"})
        assert (exchange.status, exchange.error["data"]) == (400, {"requiredCapabilities": {"sampling": {}}})
        peer.declared = capabilities(MODERN)
        assert peer.call("test_missing_capability").text == "The client can sample", "B14"


@pytest.mark.parametrize("level", ["loud", "", 5, None, {}])
def test_w28_an_unknown_level(fixtures, level):
    with HTTPPeer(fixtures) as peer:
        exchange = peer.ask("tools/call", {"name": "test_simple_text"}, {"io.modelcontextprotocol/logLevel": level})
        assert (exchange.status, exchange.error["code"]) == (400, -32602)

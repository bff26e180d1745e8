"""The decision tables of the protocol, row by row, by raw bytes. Row ids stand in the names and tables."""

import json

import pytest

from support.events import EventStream
from support.kinds import check_error
from support.mcp import ACCEPT, JSON_BODY, PREFIX, Client, encode, envelope
from support.peer import HTTPPeer, SSEPeer
from support.places import shared
from support.schema import LEGACY, MODERN, REVISIONS, check, check_answer

NAME = {"tools/call": "health_check"}


def request(method="tools/list", params=None, meta=True, id=7, **more) -> dict:
    """A modern request; `meta` may be an envelope of its own, or false."""
    params = dict(params or ({"name": "health_check", "arguments": {}} if method == "tools/call" else {}))
    if meta:
        params["_meta"] = envelope() if meta is True else meta
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params, **more}


def modern_fields(server, method="tools/list", name=None, version=MODERN) -> list[tuple[str, str]]:
    fields = [server.authorization, JSON_BODY, ACCEPT]
    if version is not None:
        fields.append(("MCP-Protocol-Version", version))
    if method is not None:
        fields.append(("Mcp-Method", method))
    name = NAME.get(method) if name is None else name
    if name:
        fields.append(("Mcp-Name", name))
    return fields


def post(server, body, fields, path="/mcp"):
    with server.connect() as connection:
        return connection.request("POST", path, fields, body if isinstance(body, bytes) else encode(body))


def check_rpc_error(response, status: int, code: int, id=7, revision=MODERN) -> dict:
    assert response.status == status, response
    message = response.json()
    assert message["error"]["code"] == code, message
    if id == "absent":
        assert "id" not in message, message
    else:
        assert "id" in message and message["id"] == id and type(message["id"]) is type(id), message
    check_answer(revision, "ping", message)
    assert response.header("Mcp-Session-Id") is None
    return message["error"]


def test_the_official_schemas_are_there_and_refuse_what_is_wrong():
    for revision in REVISIONS:
        document = json.loads(shared(f"mcp-schema/{revision}/schema.json").read_text())
        assert "ListToolsResult" in (document.get("$defs") or document["definitions"])
        tool = {"name": "a", "inputSchema": {"type": "object"}}
        modern = {"resultType": "complete", "ttlMs": 0, "cacheScope": "public"} if revision == MODERN else {}
        check(revision, "ListToolsResult", {"tools": [tool], **modern})
        for wrong in ({"tools": [{"name": 5, "inputSchema": {"type": "object"}}]}, {}, {"tools": [{"name": "a"}]}):
            with pytest.raises(AssertionError):
                check(revision, "ListToolsResult", {**wrong, **modern})


# MARK: the gate


def test_w1_long_heads(shared_server):
    check_error(post(shared_server, request(), modern_fields(shared_server), "/mcp?" + "x" * 8200), 414, "uri_too_long")
    check_error(
        post(shared_server, request(), [*modern_fields(shared_server), *((f"X-{i}", "1") for i in range(101))]), 431, "headers_too_large"
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", "[::2]:{port}"])
def test_w2_a_foreign_host(shared_server, host):
    fields = [("Host", host.format(port=shared_server.port)), *modern_fields(shared_server)]
    check_error(post(shared_server, request(), fields), 421, "misdirected_request")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_w2_our_own_names(shared_server, host):
    fields = [("Host", host.format(port=shared_server.port)), *modern_fields(shared_server)]
    assert post(shared_server, request(), fields).status == 200


@pytest.mark.parametrize("origin, status", [
    ("null", 403), ("http://evil.example", 403), ("http://127.0.0.1.evil.com", 403), ("https://localhost:1@evil", 403), ("", 403),
    ("http://localhost.evil", 403), ("http://localhost:99999x", 403), ("ftp://localhost", 403), ("http://[::2]", 403),
    ("http://localhost", 200), ("https://localhost:5173", 200), ("HTTP://LOCALHOST:1", 200), ("http://127.0.0.1:3000", 200), ("http://[::1]:80", 200),
])  # fmt: skip
def test_w3_origins(shared_server, origin, status):
    response = post(shared_server, request(), [("Origin", origin), *modern_fields(shared_server)])
    assert response.status == status, response
    if status == 403:
        check_error(response, 403, "origin_not_allowed")
        assert response.header("Access-Control-Allow-Origin") is None
    else:
        assert response.header("Access-Control-Allow-Origin") == origin


def test_w4_a_token_in_the_query_is_never_used(shared_server):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Authorization"]
    for name in ("access_token", "token"):
        response = post(shared_server, request(), fields, f"/mcp?{name}={shared_server.token}")
        assert response.status == 400 and shared_server.token.encode() not in response.body


def test_w5_no_token_and_a_wrong_one(shared_server):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Authorization"]
    for more in ([], [("Authorization", "Bearer x")]):
        for method in ("tools/list", "server/discover"):
            response = post(shared_server, request(method), [*fields[:-1], ("Mcp-Method", method), *more])
            assert response.status == 401 and response.header("WWW-Authenticate").startswith("Bearer"), response
            assert response.json()["code"] == "unauthorized"


@pytest.mark.parametrize("type", [None, "text/plain", "application/jsonp", "application/x-www-form-urlencoded", ""])
def test_w6_other_content_types(shared_server, type):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Content-Type"]
    if type is not None:
        fields.append(("Content-Type", type))
    check_error(post(shared_server, request(), fields), 415, "unsupported_media_type")


def test_w6_parameters_of_the_content_type_and_its_case_do_not_matter(shared_server):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Content-Type"]
    for type in ("application/json; charset=utf-8", "Application/JSON"):
        assert post(shared_server, request(), [*fields, ("Content-Type", type)]).status == 200


def test_w6_encoded_bodies(shared_server):
    check_error(post(shared_server, request(), [*modern_fields(shared_server), ("Content-Encoding", "gzip")]), 415, "unsupported_encoding")


@pytest.mark.parametrize("over", [0, 1])
def test_w7_the_size_of_a_body(shared_server, over):
    limit = 1_048_576
    message = encode(request())
    body = message + b" " * (limit + over - len(message))
    response = post(shared_server, body, modern_fields(shared_server))
    if over:
        check_error(response, 413, "payload_too_large")
    else:
        assert response.status == 200


@pytest.mark.parametrize("accept, status", [
    ("text/html", 406), ("image/*", 406), ("application/json;q=0, text/event-stream;q=0", 406),
    ("application/json", 200), ("text/event-stream", 200), ("*/*", 200), ("application/*", 200), (None, 200),
    ("Application/Json;q=0.1", 200),
])  # fmt: skip
def test_w8_accept(shared_server, accept, status):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Accept"]
    response = post(shared_server, request(), fields if accept is None else [*fields, ("Accept", accept)])
    assert response.status == status, response
    if status == 406:
        check_error(response, 406, "not_acceptable")


def test_h3_a_client_that_takes_only_a_stream_gets_one(shared_server):
    fields = [field for field in modern_fields(shared_server) if field[0] != "Accept"]
    response = post(shared_server, request(), [*fields, ("Accept", "text/event-stream")])
    assert response.header("Content-Type") == "text/event-stream"
    data = [line[5:].strip() for line in response.body.decode().split("\n") if line.startswith("data:")]
    assert len(data) == 1
    check_answer(MODERN, "tools/list", json.loads(data[0]))


# MARK: messages

BROKEN = [
    b"",
    b"{",
    b"{]",
    b'{"a":1,}',
    b"\xef\xbb\xbf{}",
    b'{"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"ping"}',
    b'{"a":"\xff"}',
    b"[" * 101 + b"]" * 101,
    b"nul",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_w9_no_json(shared_server, body):
    check_rpc_error(post(shared_server, body, modern_fields(shared_server)), 400, -32700, "absent")


def test_b6_the_id_that_could_not_be_read(shared_server):
    for revision in LEGACY:
        fields = [*modern_fields(shared_server, None, version=revision)]
        id = "absent" if revision >= "2025-11-25" else None
        check_rpc_error(post(shared_server, b"{", fields), 400, -32700, id, revision)
    response = post(shared_server, b"{", modern_fields(shared_server, None, version=None))
    assert "id" not in response.json()


def test_w10_batches_belong_to_the_first_two_revisions(shared_server):
    pings = [
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "x", "method": "nothing"},
    ]
    for revision in REVISIONS:
        response = post(shared_server, pings, modern_fields(shared_server, None, version=revision))
        if revision <= "2025-03-26":
            assert response.status == 200, response
            first, second = response.json()
            assert first == {"jsonrpc": "2.0", "id": 1, "result": {}}
            assert second["id"] == "x" and second["error"]["code"] == -32601
        else:
            assert response.status == 400 and response.json()["error"]["code"] == -32600, response
    assert post(shared_server, pings[1:2], modern_fields(shared_server, None, version="2025-03-26")).status == 202


@pytest.mark.parametrize("body", [b"[]", b'"ping"', b"5", b"null", b"true"])
def test_w11_no_object(shared_server, body):
    check_rpc_error(post(shared_server, body, modern_fields(shared_server)), 400, -32600, "absent")


@pytest.mark.parametrize("message, id", [
    ({"id": 7, "method": "ping"}, 7), ({"jsonrpc": "1.0", "id": 7, "method": "ping"}, 7), ({"jsonrpc": "2.0", "id": 7, "method": 5}, 7),
    ({"jsonrpc": "2.0", "id": 7}, 7), ({"jsonrpc": "2.0", "id": None, "method": "ping"}, "absent"),
    ({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}, "absent"), ({"jsonrpc": "2.0", "id": {}, "method": "ping"}, "absent"),
    ({"jsonrpc": "2.0", "id": 7, "result": {}, "error": {}}, 7),
])  # fmt: skip
def test_w12_no_message(shared_server, message, id):
    response = post(shared_server, message, modern_fields(shared_server, None, version="2025-11-25"))
    assert response.status == 400 and response.json()["error"]["code"] == -32600, response
    if id == "absent":
        assert "id" not in response.json()


def test_w13_w14_responses_and_notifications(shared_server):
    check_rpc_error(post(shared_server, {"jsonrpc": "2.0", "id": 7, "result": {}}, modern_fields(shared_server)), 400, -32600, "absent")
    notification = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1, "_meta": envelope()}}
    response = post(shared_server, notification, modern_fields(shared_server, None))
    assert (response.status, response.body) == (202, b"")


@pytest.mark.parametrize("meta", [
    False, {}, {PREFIX + "protocolVersion": MODERN}, {PREFIX + "clientCapabilities": {}},
    {PREFIX + "protocolVersion": 5, PREFIX + "clientCapabilities": {}}, {PREFIX + "protocolVersion": MODERN, PREFIX + "clientCapabilities": []},
])  # fmt: skip
def test_w15_a_broken_envelope(shared_server, meta):
    check_rpc_error(post(shared_server, request(meta=meta), modern_fields(shared_server)), 400, -32602)
    # Wrong headers as well change nothing.
    check_rpc_error(post(shared_server, request(meta=meta), modern_fields(shared_server, "ping")), 400, -32602)


def test_w16_w17_the_version_header(shared_server):
    check_rpc_error(post(shared_server, request(), modern_fields(shared_server, version=None)), 400, -32020)
    for version in ("2025-11-25", "2099-01-01", "", "2026-07-28x"):
        check_rpc_error(post(shared_server, request(), modern_fields(shared_server, version=version)), 400, -32020)
    twice = [*modern_fields(shared_server), ("mcp-protocol-version", MODERN)]
    check_rpc_error(post(shared_server, request(), twice), 400, -32020)


@pytest.mark.parametrize("version", ["2099-01-01", "x", *LEGACY])
def test_w18_w19_equal_versions_that_are_not_modern_ones_of_ours(shared_server, version):
    meta = {**envelope(version)}
    error = check_rpc_error(post(shared_server, request(meta=meta), modern_fields(shared_server, version=version)), 400, -32022)
    assert error["data"]["requested"] == version
    assert error["data"]["supported"] == ([MODERN] if version in LEGACY else REVISIONS[::-1])


def test_w20_the_method_header(shared_server):
    for method in (None, "tools/call", "Tools/list", "tools/list,tools/list"):
        fields = modern_fields(shared_server, method, name="")
        check_rpc_error(post(shared_server, request(), fields), 400, -32020)
    check_rpc_error(post(shared_server, request(), [*modern_fields(shared_server), ("Mcp-Method", "tools/list")]), 400, -32020)
    # A wrong header on an unknown method is about the header.
    check_rpc_error(post(shared_server, request("nothing"), modern_fields(shared_server)), 400, -32020)


@pytest.mark.parametrize("method", [
    "nothing", "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "tasks/list", "tasks/result", "Tools/List", "",
])  # fmt: skip
def test_w21_unknown_methods_are_404(shared_server, method):
    fields = [*modern_fields(shared_server, None), ("Mcp-Method", method)]
    check_rpc_error(post(shared_server, request(method), fields), 404, -32601)


def test_w22_the_name_header(shared_server):
    for name in ("get_note", "Health_check", "=?base64?aGVhbHRoX2NoZWN?=", "=?base64?!!?=", "=?BASE64?aGVhbHRoX2NoZWNr?="):
        check_rpc_error(post(shared_server, request("tools/call"), modern_fields(shared_server, "tools/call", name)), 400, -32020)
    fields = [field for field in modern_fields(shared_server, "tools/call") if field[0] != "Mcp-Name"]
    check_rpc_error(post(shared_server, request("tools/call"), fields), 400, -32020)
    check_rpc_error(
        post(shared_server, request("tools/call"), [*fields, ("Mcp-Name", "health_check"), ("mcp-name", "health_check")]), 400, -32020
    )
    for name in ("health_check", " \thealth_check\t ", "=?base64?aGVhbHRoX2NoZWNr?="):
        assert post(shared_server, request("tools/call"), [*fields, ("mCP-nAME", name)]).status == 200


def test_w24_an_unknown_tool_and_cursor(shared_server):
    response = post(shared_server, request("tools/call", {"name": "nothing"}), modern_fields(shared_server, "tools/call", "nothing"))
    check_rpc_error(response, 400, -32602)
    for cursor in ("", "x", "cu1.k.x"):
        check_rpc_error(post(shared_server, request(params={"cursor": cursor}), modern_fields(shared_server)), 400, -32602)
    assert post(shared_server, request(params={"cursor": None}), modern_fields(shared_server)).status == 200


@pytest.mark.parametrize(
    "params", [{"name": 5}, {}, {"name": "health_check", "arguments": []}, {"name": "health_check", "arguments": None}]
)
def test_w28_params_of_a_wrong_shape(shared_server, params):
    response = post(shared_server, request("tools/call", {**params, "x": 1}), modern_fields(shared_server, "tools/call", "health_check"))
    assert response.status == 400 and response.json()["error"]["code"] in (-32602, -32020), response


def test_t15_missing_arguments_are_none(shared_server):
    response = post(shared_server, request("tools/call", {"name": "health_check"}), modern_fields(shared_server, "tools/call"))
    assert response.status == 200 and not response.json()["result"].get("isError")


def test_w29_w30_w32_results(shared_server):
    fields = [*modern_fields(shared_server, "tools/call", "get_note"), ("Mcp-Session-Id", "stray"), ("Last-Event-ID", "5")]
    response = post(shared_server, request("tools/call", {"name": "get_note", "arguments": {"uid": 5}}), fields)
    assert response.status == 200 and response.json()["result"]["isError"] is True
    check_answer(MODERN, "tools/call", response.json())
    assert response.header("Mcp-Session-Id") is None
    assert response.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("id", [0, -1, "", "7", "é", "a\nb", 9007199254740993, "x" * 1000])
def test_b2_ids_come_back_as_they_went(shared_server, id):
    message = post(shared_server, request(id=id), modern_fields(shared_server)).json()
    assert message["id"] == id and type(message["id"]) is type(id)


def test_b2_a_great_integer_comes_back_digit_for_digit(shared_server):
    body = encode(request()).replace(b'"id":7', b'"id":123456789012345678901234567890')
    response = post(shared_server, body, modern_fields(shared_server))
    assert response.status == 200 and b'"id":123456789012345678901234567890' in response.body


def test_v5_discover(shared_server):
    response = post(shared_server, request("server/discover"), modern_fields(shared_server, "server/discover"))
    message = response.json()
    check_answer(MODERN, "server/discover", message)
    result = message["result"]
    assert result["supportedVersions"] == REVISIONS[::-1]
    assert "tools" in result["capabilities"] and result["cacheScope"] == "public" and result["ttlMs"] == 3_600_000
    # Without an envelope the answer names what is missing.
    check_rpc_error(
        post(shared_server, request("server/discover", meta=False), modern_fields(shared_server, None, version=None)), 400, -32602
    )


def test_b19_l5_capabilities_are_honest_in_both_eras(shared_server):
    """B19: what is advertised works, what is not is unknown."""
    methods = {"tools": "tools/list", "resources": "resources/list", "prompts": "prompts/list", "completions": "completion/complete"}
    discovered = post(shared_server, request("server/discover"), modern_fields(shared_server, "server/discover")).json()["result"][
        "capabilities"
    ]
    for capability, method in methods.items():
        status = post(shared_server, request(method), modern_fields(shared_server, method)).status
        assert (status == 404) == (capability not in discovered), capability
    assert "logging" not in discovered, "L5: deprecated"
    check(MODERN, "ServerCapabilities", discovered)


# MARK: the legacy era


def initialize(server, version="2025-11-25", fields=()):
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params}
    return post(server, message, [*modern_fields(server, None, version=None), *fields])


@pytest.mark.parametrize(
    "asked, given",
    [*((revision, revision) for revision in LEGACY), (MODERN, "2025-11-25"), ("2099-01-01", "2025-11-25"), ("", "2025-11-25")],
)
def test_w33_w34_initialize(shared_server, asked, given):
    response = initialize(shared_server, asked)
    assert response.status == 200
    check_answer(given, "initialize", response.json())
    assert response.json()["result"]["protocolVersion"] == given
    session = response.header("Mcp-Session-Id")
    assert session.startswith("ms1.") and len(session) <= 256


def test_er1_initialize_under_a_modern_header_is_legacy(shared_server):
    assert initialize(shared_server, fields=[("MCP-Protocol-Version", MODERN)]).status == 200


def test_v2_initialize_without_a_version(shared_server):
    message = {"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {"capabilities": {}}}
    response = post(shared_server, message, modern_fields(shared_server, None, version=None))
    assert response.json()["error"]["code"] == -32602 and response.header("Mcp-Session-Id") is None


def legacy(server, session, message=None, version="2025-11-25"):
    fields = modern_fields(server, None, version=version)
    if session is not None:
        fields.append(("Mcp-Session-Id", session))
    return post(server, message or {"jsonrpc": "2.0", "id": 7, "method": "ping"}, fields)


def test_w35_w36_sessions(shared_server):
    session = initialize(shared_server).header("Mcp-Session-Id")
    assert legacy(shared_server, session).status == 200
    again = initialize(shared_server, fields=[("Mcp-Session-Id", session)])
    assert again.status == 400 and again.json()["error"]["code"] == -32600
    texts = set()
    for index in range(0, len(session)):
        flipped = session[:index] + ("A" if session[index] != "A" else "B") + session[index + 1 :]
        response = legacy(shared_server, flipped)
        assert response.status == 404, (index, response)
        texts.add(response.json()["error"]["message"])
    for wrong in ("", "x", "ms1..", session + "A", session[:-1], "ms1.k." + "A" * 300):
        response = legacy(shared_server, wrong)
        assert response.status == 404, (wrong, response)
        texts.add(response.json()["error"]["message"])
    assert len(texts) == 1
    twice = [*modern_fields(shared_server, None, version=None), ("Mcp-Session-Id", session), ("mcp-session-id", session)]
    assert post(shared_server, {"jsonrpc": "2.0", "id": 7, "method": "ping"}, twice).status == 400


def test_s16_a_session_of_another_principal_is_unknown(make_server):
    server = make_server(ENV="dev").start()
    server._token = "unused"

    def send(subject, message, session=None):
        fields = [JSON_BODY, ACCEPT, ("X-Debug-Sub", subject), *([("Mcp-Session-Id", session)] if session else [])]
        return post(server, message, fields)

    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    session = send("alice", {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).header("Mcp-Session-Id")
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert send("alice", ping, session).status == 200
    assert send("bob", ping, session).status == 404


def test_w37_w38_without_a_session(shared_server):
    assert legacy(shared_server, None).json() == {"jsonrpc": "2.0", "id": 7, "result": {}}
    call = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "health_check"}}
    for version in (None, *LEGACY):
        for path in ("/mcp", "/sse"):
            response = post(shared_server, call, modern_fields(shared_server, None, version=version), path)
            assert response.status == 200 and response.header("Mcp-Session-Id") is None
            structured = "structuredContent" in response.json()["result"]
            assert structured == (version is not None and version >= "2025-06-18")
    assert legacy(shared_server, None, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status == 202
    response = legacy(shared_server, None, {"jsonrpc": "2.0", "id": 7, "result": {}})
    assert response.status == 400 and response.json()["error"]["code"] == -32600


def test_w39_w40_the_version_header_beside_a_session(shared_server):
    session = initialize(shared_server, "2025-06-18").header("Mcp-Session-Id")
    for version in (None, *LEGACY):
        assert legacy(shared_server, session, version=version).status == 200
    for version in (MODERN, "2099-01-01", "x"):
        check_rpc_error(legacy(shared_server, session, version=version), 400, -32602)


def test_w41_w43_notifications_and_answers_nobody_waits_for(shared_server):
    session = initialize(shared_server).header("Mcp-Session-Id")
    notification = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    response = legacy(shared_server, session, notification)
    assert (response.status, response.body) == (202, b"")
    response = legacy(shared_server, session, {"jsonrpc": "2.0", "id": 7, "result": {}})
    assert response.status == 400 and response.json()["error"]["code"] == -32600


def test_w44_errors_of_requests_are_200(shared_server):
    session = initialize(shared_server).header("Mcp-Session-Id")
    for message, code in [
        ({"jsonrpc": "2.0", "id": 7, "method": "nothing"}, -32601),
        ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "nothing"}}, -32602),
        ({"jsonrpc": "2.0", "id": 7, "method": "tools/call"}, -32602),
    ]:
        response = legacy(shared_server, session, message)
        assert (response.status, response.json()["error"]["code"]) == (200, code), response
        check_answer("2025-11-25", "ping", response.json())


def test_er4_both_eras_share_an_endpoint(shared_server):
    with Client(shared_server, "2025-11-25") as old, Client(shared_server) as new:
        uid = old.call("create_note", title="T", content="").value["uid"]
        assert new.call("get_note", uid=uid).value["uid"] == uid
        # A modern request on the legacy client's connection, beside its session.
        fields = [*modern_fields(shared_server), ("Mcp-Session-Id", old.session)]
        assert old.connection.request("POST", "/mcp", fields, encode(request())).status == 200
        assert old.request("ping") == {}


# MARK: other methods


def send(server, method, headers=(), path="/mcp", token=True):
    return server.request(method, path, headers=headers, token=token)


def test_w50_w51_w52_get(shared_server):
    for headers in ([], [("Accept", "text/event-stream")], [("MCP-Protocol-Version", MODERN)]):
        response = send(shared_server, "GET", headers)
        assert (response.status, response.header("Allow")) == (405, "POST")
    assert send(shared_server, "GET", [("Mcp-Session-Id", "x"), ("Accept", "text/event-stream")]).status == 404


def test_w60_w61_w62_delete(shared_server):
    response = send(shared_server, "DELETE", [("MCP-Protocol-Version", MODERN)])
    assert (response.status, response.header("Allow")) == (405, "POST")
    response = send(shared_server, "DELETE")
    assert response.status == 400 and response.json()["error"]["code"] == -32600
    assert send(shared_server, "DELETE", [("Mcp-Session-Id", "x")]).status == 404


def test_w63_w64_an_ended_session_stays_ended_or_ending_is_refused(shared_server):
    session = initialize(shared_server).header("Mcp-Session-Id")
    response = send(shared_server, "DELETE", [("Mcp-Session-Id", session)])
    if response.status == 204:
        assert legacy(shared_server, session).status == 404
    else:
        assert (response.status, response.header("Allow")) == (405, "GET, POST")
        assert legacy(shared_server, session).status == 200


def test_w65_preflight(shared_server):
    headers = [("Origin", "http://localhost:5173"), ("Access-Control-Request-Method", "POST")]
    response = send(shared_server, "OPTIONS", headers, token=False)
    assert response.status == 204
    assert response.header("Access-Control-Allow-Origin") == "http://localhost:5173"
    assert "Mcp-Session-Id" in response.header("Access-Control-Allow-Headers")
    assert response.header("Access-Control-Max-Age") == "600"
    assert send(shared_server, "OPTIONS", [("Origin", "http://evil.example")], token=False).status == 403


def test_w66_other_methods(shared_server):
    for method in ("PUT", "PATCH", "TRACE", "BREW"):
        assert send(shared_server, method).status == 405


@pytest.mark.parametrize("path", ["/mcp", "/sse"])
def test_w53_w54_w71_the_stream_of_a_session(shared_server, path):
    with HTTPPeer(shared_server, "2025-11-25") as peer, peer.resume(None) as stream:
        assert stream.status == 200 and stream.is_stream
        own = [("Mcp-Session-Id", peer.session)]
        assert send(shared_server, "GET", [*own, ("Accept", "application/json")], path).status == 406
        assert send(shared_server, "GET", [*own, ("Accept", "text/event-stream")], path, token=False).status == 401


def test_w74_w80_the_first_transport(shared_server):
    for revision in LEGACY:
        with SSEPeer(shared_server, revision) as peer:
            assert len(peer.tools()) == 41
            assert json.loads(peer.call("health_check").text)["status"] == "healthy"
    for method, path in [("GET", "/sse"), ("POST", "/messages/?session_id=" + "a" * 32)]:
        response = send(shared_server, method, [], path, token=False)
        assert response.status == 401 and response.header("WWW-Authenticate"), (method, path)


def test_w72_w73_w75_w76_w81_what_the_first_transport_refuses(shared_server):
    response = send(shared_server, "GET", [("MCP-Protocol-Version", MODERN)], "/sse")
    assert (response.status, response.header("Allow")) == (405, "POST")
    assert send(shared_server, "GET", [("Accept", "application/json")], "/sse").status == 406
    ping = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
    fields = [shared_server.authorization, JSON_BODY]
    assert post(shared_server, ping, fields, "/messages/").status == 400
    assert post(shared_server, ping, fields, "/messages/?session_id=x").status == 400
    assert post(shared_server, ping, fields, "/messages/?session_id=" + "a" * 32).status == 404
    assert send(shared_server, "GET", [], "/messages/").status == 405


def test_e5_a_stream_of_another_principal_is_unknown(make_server):
    server = make_server(ENV="dev").start()
    alice, bob = ("X-Debug-Sub", "alice"), ("X-Debug-Sub", "bob")
    with EventStream(server.port, "/sse", [alice]) as stream:
        endpoint = "".join(stream.next().data)
        ping = {"jsonrpc": "2.0", "id": 7, "method": "ping"}
        assert post(server, ping, [JSON_BODY, bob], endpoint).status == 404
        assert post(server, ping, [JSON_BODY, alice], endpoint).status == 202
        assert stream.next().json() == {"jsonrpc": "2.0", "id": 7, "result": {}}


def test_w82_the_first_transport_can_be_switched_off(make_server):
    server = make_server(TOOLBRIDGE_LEGACY_SSE="off").start()
    for method, path in [("GET", "/sse"), ("POST", "/messages/"), ("GET", "/messages/"), ("POST", "/messages")]:
        assert send(server, method, [("Accept", "text/event-stream")] if method == "GET" else [], path).status == 404, (method, path)
    assert post(server, request(), modern_fields(server), "/sse").status == 200, "W70"


def test_paths_are_compared_as_sent(shared_server):
    for path in ("/mcp/", "//mcp", "/MCP", "/%6dcp"):
        assert post(shared_server, request(), modern_fields(shared_server), path).status == 404

"""`mcp-fixtures` from outside: what it says of itself, its tools, resources, prompts, completions, in every revision over every transport.

Each message is checked by the official schema of its revision, and for members that the revision does not have, by the client itself.
"""

import base64
import json
import time

import pytest
from jsonschema import ValidationError

from support.fixtures import PNG, PROMPTS, TOOLS, WAV
from support.peer import PIPES, SAMPLED, HTTPPeer, SSEPeer
from support.schema import MODERN, REVISIONS, TASKS, check_message, check_value

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def code_of(peer, method: str, params: dict) -> int:
    return peer.ask(method, params).error["code"]


def plain(result: dict) -> dict:
    """A result without what the newest revision adds to each."""
    return {key: value for key, value in result.items() if key not in ("_meta", "resultType", "ttlMs", "cacheScope")}


# MARK: what it says of itself


def test_f3_v1_v5_who_it_is(peer):
    said = peer.discover()
    info = said["_meta"]["io.modelcontextprotocol/serverInfo"] if peer.is_modern else said["serverInfo"]
    assert info["name"] == "mcp-fixtures" and info["version"]
    assert info.get("title") == ("MCP fixtures" if peer.revision >= "2025-06-18" else None)
    assert said["instructions"] == "Fixtures for conformance tests."
    if peer.is_modern:
        assert said["supportedVersions"] == REVISIONS[::-1]


def test_f4_ki18_what_it_offers(peer):
    offered = peer.discover()["capabilities"]
    extensions = offered.pop("extensions", {})
    assert extensions == {"io.modelcontextprotocol/ui": {}, **({TASKS: {}} if peer.is_modern else {})}
    wanted = {
        "tools": {"listChanged": True},
        "resources": {"subscribe": True, "listChanged": True},
        "prompts": {"listChanged": True},
        "logging": {},
    }
    if peer.revision >= "2025-03-26":
        wanted["completions"] = {}
    assert offered == wanted


def test_b19_v11_every_method_is_there_or_unknown(peer):
    methods = {
        "ping": not peer.is_modern,
        "logging/setLevel": not peer.is_modern,
        "resources/subscribe": not peer.is_modern,
        "resources/unsubscribe": not peer.is_modern,
        "server/discover": peer.is_modern,
        "tasks/get": peer.is_modern,
        "tasks/update": peer.is_modern,
        "tasks/cancel": peer.is_modern,
        "tools/list": True,
        "tools/call": True,
        "resources/list": True,
        "resources/templates/list": True,
        "resources/read": True,
        "prompts/list": True,
        "prompts/get": True,
        "completion/complete": True,
        "tasks/list": False,
        "tasks/result": False,
        "nothing": False,
        "Tools/list": False,
    }
    if not peer.is_modern:
        # ER1: without an envelope these two and `tasks/update` are modern requests that lack one.
        for method in ("server/discover", "subscriptions/listen", "tasks/update"):
            methods.pop(method, None)
    for method, is_there in methods.items():
        message = peer.ask(method, {"name": "x", "uri": "x", "taskId": "x"}).message
        assert (message.get("error", {}).get("code") == -32601) != is_there, (method, message)


def test_v11_the_handshake_is_gone(modern):
    assert code_of(modern, "initialize", {"protocolVersion": MODERN, "capabilities": {}}) == -32601


def test_b18_ping(peer):
    if not peer.is_modern:
        assert peer.request("ping") == {}


# MARK: lists


def test_f5_f6_t3_the_tools(peer):
    first, second = peer.ask("tools/list"), peer.ask("tools/list")
    assert first.result == second.result
    tools = first.result["tools"]
    assert [tool["name"] for tool in tools if tool["name"] != "test_dynamic_tool"] == TOOLS
    for tool in tools:
        assert tool["description"], tool
        assert bool(tool.get("title")) == (peer.revision >= "2025-06-18"), tool
        assert tool["inputSchema"]["type"] == "object"
        annotations = {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}
        assert annotations <= set(tool.get("annotations", {})) or peer.revision < "2025-03-26", f"T12: {tool}"
        marked = [name for name, schema in tool["inputSchema"].get("properties", {}).items() if "x-mcp-header" in schema]
        assert marked == (["region"] if tool["name"] == "test_x_mcp_header" else []), "section 6"
    named = {tool["name"]: tool for tool in tools}
    assert named["test_simple_text"]["inputSchema"] == {"type": "object", "additionalProperties": False}, "T5"
    assert named["test_ui"]["_meta"]["ui"]["resourceUri"] == "ui://fixtures/card"
    assert ("outputSchema" in named["test_structured"]) == (peer.revision >= "2025-06-18"), "T8"


def test_j4_the_schema_is_published_as_it_was_registered(peer):
    published = peer.tools()["json_schema_2020_12_tool"]["inputSchema"]
    assert json.dumps(published, sort_keys=True) == json.dumps(SCHEMA, sort_keys=True)


def test_f6_the_resources(peer):
    resources = peer.request("resources/list")["resources"]
    assert [(resource["uri"], resource["mimeType"]) for resource in resources] == [
        ("test://static-text", "text/plain"),
        ("test://static-binary", "image/png"),
        ("test://watched-resource", "text/plain"),
    ]
    templates = peer.request("resources/templates/list")["resourceTemplates"]
    assert [(template["uriTemplate"], template["mimeType"]) for template in templates] == [
        ("test://template/{id}/data", "application/json")
    ]
    for described in resources + templates:
        assert described["name"] and described["description"], "RS10"
        assert bool(described.get("title")) == (peer.revision >= "2025-06-18"), described


def test_f6_p5_the_prompts(peer):
    prompts = peer.request("prompts/list")["prompts"]
    assert [prompt["name"] for prompt in prompts if prompt["name"] != "test_dynamic_prompt"] == PROMPTS
    for prompt in prompts:
        assert prompt["description"]
        assert bool(prompt.get("title")) == (peer.revision >= "2025-06-18"), prompt
    named = {prompt["name"]: prompt for prompt in prompts}
    arguments = {name: [(a["name"], a.get("required", False)) for a in named[name].get("arguments", [])] for name in PROMPTS}
    assert arguments["test_prompt_with_arguments"] == [("arg1", True), ("arg2", True)]
    assert arguments["test_prompt_with_embedded_resource"] == [("resourceUri", True)]
    assert not arguments["test_simple_prompt"] and not arguments["test_prompt_with_image"]


def test_f7_k1_k5_what_may_be_cached(modern):
    for method, params in [
        ("tools/list", {}),
        ("prompts/list", {}),
        ("resources/list", {}),
        ("resources/templates/list", {}),
        ("resources/read", {"uri": "test://static-text"}),
    ]:
        result = modern.request(method, params)
        assert (result["ttlMs"], result["cacheScope"]) == (0, "public"), method
    discovered = modern.request("server/discover")
    assert discovered["ttlMs"] >= 0 and discovered["cacheScope"] in ("public", "private")


def test_g1_cursors_that_were_never_given(peer):
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        for cursor in ("", "x", "cu1.a.AAAA"):
            assert code_of(peer, method, {"cursor": cursor}) == -32602
        assert "nextCursor" not in peer.request(method, {"cursor": None})


# MARK: content


def test_tools_with_one_text(peer):
    assert peer.call("test_simple_text").text == "This is a simple text response for testing."
    assert peer.call("test_simple_text", {}).text == "This is a simple text response for testing.", "F9"
    failed = peer.call("test_error_handling")
    assert failed.is_error and failed.text == "This tool intentionally returns an error for testing"
    assert peer.call("greet", {"name": "Ada"}).text == "Hello, Ada!"


def test_image_and_resources(peer):
    png = {"type": "image", "data": PNG, "mimeType": "image/png"}
    assert peer.call("test_image_content").result["content"] == [png]
    embedded = {"uri": "test://embedded-resource", "mimeType": "text/plain", "text": "This is an embedded resource content."}
    assert peer.call("test_embedded_resource").result["content"] == [{"type": "resource", "resource": embedded}]
    mixed = {"uri": "test://mixed-content-resource", "mimeType": "application/json", "text": '{"test":"data","value":123}'}
    assert peer.call("test_multiple_content_types").result["content"] == [
        {"type": "text", "text": "Multiple content types test:"},
        png,
        {"type": "resource", "resource": mixed},
    ]


def test_t11_what_a_revision_does_not_know_becomes_text(peer):
    content = peer.call("test_audio_content").result["content"]
    if peer.revision == "2024-11-05":
        assert content == [{"type": "text", "text": "[audio, audio/wav, 52 bytes]"}]
        assert len(base64.b64decode(WAV)) == 52
    else:
        assert content == [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]
    (link,) = peer.call("test_resource_link").result["content"]
    if peer.revision < "2025-06-18":
        assert link["type"] == "text" and "static-text" in link["text"] and "test://static-text" in link["text"]
    else:
        assert (link["type"], link["uri"], link["name"]) == ("resource_link", "test://static-text", "static-text")


def test_t7_t8_structured_results(peer):
    value = {"text": "hello", "number": 1.5, "flag": True, "list": [1, 2, 3], "none": None}
    exchange = peer.call("test_structured")
    assert exchange.text == '{"text":"hello","number":1.5,"flag":true,"list":[1,2,3],"none":null}'
    if peer.revision < "2025-06-18":
        assert "structuredContent" not in exchange.result
    else:
        assert exchange.result["structuredContent"] == value
        check_value(peer.tools()["test_structured"]["outputSchema"], value)
    page = peer.call("test_ui").result
    assert page["content"] == [{"type": "text", "text": "Card"}]
    assert page.get("structuredContent") == ({"title": "Card"} if peer.revision >= "2025-06-18" else None)


@pytest.mark.parametrize(
    "arguments, is_valid",
    [
        ({"name": "Ada", "email": "a@example.com"}, True),
        ({"contactMethod": "phone", "phone": "1"}, True),
        ({"contactMethod": "email", "email": "é 🦆", "address": {"street": "1", "city": "2", "zip": 3}}, True),
        ({}, False),
        ({"contactMethod": "phone", "email": "a"}, False),
        ({"phone": "1"}, False),
        ({"email": "a", "more": 1}, False),
        ({"email": "a", "contactMethod": "fax"}, False),
        ({"email": "a", "address": {"street": 1}}, False),
        ({"email": 5}, False),
    ],
)
def test_t9_w29_arguments_are_checked_by_the_schema(connect, arguments, is_valid):
    exchange = connect().call("json_schema_2020_12_tool", arguments)
    assert exchange.is_error != is_valid, exchange.message
    if is_valid:
        assert exchange.text == "Arguments: " + json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
    else:
        assert exchange.text


def test_f9_t9_missing_and_wrong_arguments_are_told_to_the_model(peer):
    for tool, arguments in [
        ("greet", None),
        ("greet", {}),
        ("greet", {"name": 5}),
        ("test_sampling", {}),
        ("test_wait", {}),
        ("test_wait", {"ms": -1}),
        ("test_wait", {"ms": 1.5}),
        ("test_wait", {"ms": 120001}),
        ("test_big", {"bytes": 8388609}),
    ]:
        exchange = peer.call(tool, arguments)
        assert exchange.is_error and exchange.text, (tool, arguments)


def test_t9_calls_that_are_no_calls(peer):
    if getattr(peer, "path", None) and peer.is_modern:
        # A name that is no text has no header either, and a wrong name is found first.
        shapes: list[dict] = [{"name": "greet", "arguments": []}, {"name": "greet", "arguments": "x"}]
    else:
        shapes = [{"name": "greet", "arguments": []}, {"name": 5}, {}, {"name": None}]
    for params in shapes:
        assert code_of(peer, "tools/call", params) == -32602, params
    for name in ("nothing", "", "Greet", "greet ", "test_dynamic_tool_"):
        if name.strip() == name and name:
            assert code_of(peer, "tools/call", {"name": name}) == -32602, name


def test_test_big(peer):
    for count in (0, 1, 1000, 300_000):
        assert peer.call("test_big", {"bytes": count}).text == "x" * count


def test_test_x_mcp_header_without_a_value(peer):
    assert peer.call("test_x_mcp_header").text == "region=(none)"
    more = {"headers": [("Mcp-Param-Region", "eu")]} if peer.is_modern else {}
    assert peer.call("test_x_mcp_header", {"region": "eu"}, **more).text == "region=eu"


# MARK: notifications


@pytest.mark.parametrize("token", ["a token", 7, 0, ""])
def test_pr1_progress(connect, token):
    peer = connect()
    begun = time.monotonic()
    exchange = peer.call("test_tool_with_progress", meta={"progressToken": token})
    assert time.monotonic() - begun >= 0.08
    assert exchange.text == "Progress test completed"
    assert [message["method"] for message in exchange.notifications] == ["notifications/progress"] * 3
    told = [message["params"] for message in exchange.notifications]
    assert [(params["progress"], params["total"]) for params in told] == [(0, 100), (50, 100), (100, 100)]
    assert all(params["progressToken"] == token and type(params["progressToken"]) is type(token) for params in told)
    if peer.revision == "2024-11-05":
        assert not any("message" in params for params in told)


def test_pr1_no_progress_without_a_token(peer):
    exchange = peer.call("test_tool_with_progress")
    assert exchange.text == "Progress test completed" and not exchange.notifications


LOGGED = ["Tool execution started", "Tool processing data", "Tool execution completed"]
LEVEL = "io.modelcontextprotocol/logLevel"


def test_l2_l3_log_messages(peer):
    def messages(tool: str, level: str | None = None) -> list[dict]:
        if peer.is_modern:
            exchange = peer.call(tool, meta={LEVEL: level} if level else None)
        else:
            if level:
                assert peer.request("logging/setLevel", {"level": level}) == {}
            exchange = peer.call(tool)
        assert exchange.text == ("Logging test completed" if tool == "test_tool_with_logging" else "Logging tool completed")
        assert all(message["method"] == "notifications/message" for message in exchange.notifications)
        return [message["params"] for message in exchange.notifications]

    assert len(messages("test_tool_with_logging")) == (0 if peer.is_modern else 3)
    assert len(messages("test_logging_tool")) == (0 if peer.is_modern else 1)
    for level in ("debug", "info"):
        told = messages("test_tool_with_logging", level)
        assert [(params["level"], params["logger"], params["data"]) for params in told] == [("info", "fixtures", text) for text in LOGGED]
        told = messages("test_logging_tool", level)
        assert [(params["level"], params["data"]) for params in told] == [("info", "test_logging_tool was called")]
    for level in ("notice", "warning", "error", "critical", "alert", "emergency"):
        assert messages("test_logging_tool", level) == []


def test_l2_l3_unknown_levels(peer):
    for level in ("loud", "INFO", "", 5):
        if peer.is_modern:
            exchange = peer.ask("tools/call", {"name": "test_logging_tool"}, {LEVEL: level})
        else:
            exchange = peer.ask("logging/setLevel", {"level": level})
        assert exchange.error["code"] == -32602, level


def test_s13_a_handler_gives_up_its_connection(peer):
    begun = time.monotonic()
    exchange = peer.call("test_reconnection")
    assert exchange.text == "Reconnection test completed"
    is_resumed = hasattr(peer, "path") and peer.revision == "2025-11-25"
    assert exchange.reconnections == (1 if is_resumed else 0)
    assert time.monotonic() - begun >= 0.38


@PIPES
def test_cn1_cancelling_over_a_pipe(connect):
    """CN1, I4: what was cancelled is not answered, and the work stops."""
    peer = connect()
    before = json.loads(peer.call("test_counters").text)
    id = peer.start("tools/call", {"name": "test_wait", "arguments": {"ms": 60_000}})
    counters = before
    while counters["started"] == before["started"]:
        counters = json.loads(peer.call("test_counters").text)
    peer.notify("notifications/cancelled", {"requestId": id, "reason": "enough", **({"_meta": peer.meta()} if peer.is_modern else {})})
    while counters["cancelled"] == before["cancelled"]:
        counters = json.loads(peer.call("test_counters").text)
    assert id not in peer.answers
    # CN3: ids that are not running are ignored.
    for other in (id, "nothing", 10**9):
        peer.notify("notifications/cancelled", {"requestId": other, **({"_meta": peer.meta()} if peer.is_modern else {})})
    assert peer.call("test_wait", {"ms": 1}).text == "Waited 1 ms"
    assert id not in peer.answers


# MARK: resources


def test_reading(peer):
    text = plain(peer.request("resources/read", {"uri": "test://static-text"}))["contents"]
    assert text == [{"uri": "test://static-text", "mimeType": "text/plain", "text": "This is the content of the static text resource."}]
    binary = plain(peer.request("resources/read", {"uri": "test://static-binary"}))["contents"]
    assert binary == [{"uri": "test://static-binary", "mimeType": "image/png", "blob": PNG}]
    (watched,) = plain(peer.request("resources/read", {"uri": "test://watched-resource"}))["contents"]
    assert watched["text"].startswith("Watched resource, version ")
    (page,) = plain(peer.request("resources/read", {"uri": "ui://fixtures/card"}))["contents"]
    assert page["mimeType"] == "text/html;profile=mcp-app", "UI3"
    assert page["text"].lower().startswith("<!doctype html>") and "http" not in page["text"].replace("http-equiv", ""), "F: no network"


@pytest.mark.parametrize("id, value", [("123", "123"), ("a%20b", "a b"), ("%C3%A9", "é"), ("%22", '"'), ("%2525", "%25")])
def test_rs9_a_template(connect, id, value):
    uri = f"test://template/{id}/data"
    (contents,) = connect().request("resources/read", {"uri": uri})["contents"]
    assert (contents["uri"], contents["mimeType"]) == (uri, "application/json")
    assert json.loads(contents["text"]) == {"id": value, "templateTest": True, "data": f"Data for ID: {value}"}
    assert contents["text"].startswith('{"id":')


def test_f13_rs3_x2_unknown_resources(peer):
    for uri in (
        "test://nothing",
        "test://static-text/",
        "test://template//data",
        "test://template/a/b/data",
        "test://template/1/data/more",
        "file:///etc/passwd",
        "ui://fixtures/other",
    ):
        error = peer.ask("resources/read", {"uri": uri}).error
        assert (error["code"], error["data"]["uri"]) == (-32602 if peer.is_modern else -32002, uri)
    if not (hasattr(peer, "path") and peer.is_modern):
        assert code_of(peer, "resources/read", {"uri": 5}) == -32602
        assert code_of(peer, "resources/read", {}) == -32602


# MARK: prompts and completion


def messages(peer, name: str, arguments: dict | None = None) -> list[dict]:
    got = peer.drive("prompts/get", {"name": name, **({"arguments": arguments} if arguments is not None else {})}).result
    assert all(message["role"] == "user" for message in got["messages"])
    return [message["content"] for message in got["messages"]]


def test_the_prompts_text(peer):
    assert messages(peer, "test_simple_prompt") == [{"type": "text", "text": "This is a simple prompt for testing."}]
    assert messages(peer, "test_prompt_with_arguments", {"arg1": "a 'b'", "arg2": "é", "more": "ignored"}) == [
        {"type": "text", "text": "Prompt with arguments: arg1='a 'b'', arg2='é'"}
    ]
    uri = "test://example-resource"
    resource = {"uri": uri, "mimeType": "text/plain", "text": "Embedded resource content for testing."}
    assert messages(peer, "test_prompt_with_embedded_resource", {"resourceUri": uri}) == [
        {"type": "resource", "resource": resource},
        {"type": "text", "text": "Please process the embedded resource above."},
    ]
    assert messages(peer, "test_prompt_with_image") == [
        {"type": "image", "data": PNG, "mimeType": "image/png"},
        {"type": "text", "text": "Please analyze the image above."},
    ]


def test_p4_a_prompt_that_asks(connect):
    peer = connect()
    got = peer.drive("prompts/get", {"name": "test_input_required_result_prompt"})
    if peer.revision < "2025-06-18":
        # There is no way to ask, and a prompt has no tool error to say so with.
        assert "error" in got.message
        return
    (message,) = got.result["messages"]
    assert message == {"role": "user", "content": {"type": "text", "text": "Use this context: spring"}}
    (question,) = got.questions
    assert question["params"]["message"] == "What context should the prompt use?"


def test_p2_prompts_that_cannot_be_made(peer):
    assert code_of(peer, "prompts/get", {"name": "nothing"}) == -32602
    for arguments in ({}, {"arg1": "a"}, {"arg1": "a", "arg2": 5}, None):
        params = {"name": "test_prompt_with_arguments", **({"arguments": arguments} if arguments is not None else {})}
        assert code_of(peer, "prompts/get", params) == -32602, arguments


@pytest.mark.parametrize(
    "argument, value, wanted",
    [
        ("arg1", "", ["paris", "park", "party", "tokyo"]),
        ("arg1", "par", ["paris", "park", "party"]),
        ("arg1", "part", ["party"]),
        ("arg1", "x", []),
        ("arg2", "", []),
    ],
)
def test_c1_c2_completion_of_a_prompt(connect, argument, value, wanted):
    params = {"ref": {"type": "ref/prompt", "name": "test_prompt_with_arguments"}, "argument": {"name": argument, "value": value}}
    completion = connect().request("completion/complete", params)["completion"]
    assert completion["values"] == wanted
    assert completion.get("total", len(wanted)) == len(wanted) and not completion.get("hasMore", False)


def test_c2_c3_completion_of_a_template(peer):
    reference = {"type": "ref/resource", "uri": "test://template/{id}/data"}

    def complete(argument: str, value: str, **more) -> dict:
        return {"ref": reference, "argument": {"name": argument, "value": value}, **more}

    for value, wanted in [("", ["1", "12", "123"]), ("12", ["12", "123"]), ("2", [])]:
        assert peer.request("completion/complete", complete("id", value))["completion"]["values"] == wanted
    context = {"context": {"arguments": {"other": "x"}}}
    assert peer.request("completion/complete", complete("id", "1", **context))["completion"]["values"] == ["1", "12", "123"]
    assert code_of(peer, "completion/complete", complete("nothing", "1")) == -32602
    for wrong in (
        {"type": "ref/resource", "uri": "test://other/{id}"},
        {"type": "ref/prompt", "name": "nothing"},
        {"type": "ref/other", "name": "nothing"},
        None,
    ):
        assert code_of(peer, "completion/complete", {"ref": wrong, "argument": {"name": "id", "value": ""}}) == -32602


# MARK: pages


def test_g2_pages(make_fixtures):
    paged = make_fixtures("--page-size", "2").start()
    for revision in REVISIONS:
        with SSEPeer(paged, revision) if revision == "2024-11-05" else HTTPPeer(paged, revision) as peer:
            for method, member, count in [
                ("tools/list", "tools", len(TOOLS)),
                ("resources/list", "resources", 3),
                ("prompts/list", "prompts", len(PROMPTS)),
                ("resources/templates/list", "resourceTemplates", 1),
            ]:
                seen, cursors, scopes, params = [], [], set(), {}
                while True:
                    page = peer.request(method, params)
                    seen += page[member]
                    scopes.add(page.get("cacheScope"))
                    assert len(page[member]) == min(2, count - 2 * len(cursors))
                    if "nextCursor" not in page:
                        break
                    cursors.append(page["nextCursor"])
                    params = {"cursor": cursors[-1]}
                assert len(seen) == count and len(set(cursors)) == len(cursors) and len(scopes) == 1, "K2"
                if cursors:
                    # A page can be asked for again, and a cursor is good for its own list alone.
                    assert peer.request(method, {"cursor": cursors[0]})[member] == seen[2:4]
                    other = "prompts/list" if method == "tools/list" else "tools/list"
                    assert code_of(peer, other, {"cursor": cursors[0]}) == -32602
                    for index in range(0, len(cursors[0]), 5):
                        flipped = cursors[0][:index] + ("A" if cursors[0][index] != "A" else "B") + cursors[0][index + 1 :]
                        assert code_of(peer, method, {"cursor": flipped}) == -32602, index


def test_g1_a_page_after_a_change_repeats_nothing_and_loses_nothing_before(make_fixtures):
    paged = make_fixtures("--page-size", "40").start()
    with HTTPPeer(paged) as peer:
        first = peer.request("tools/list")
        names = [tool["name"] for tool in first["tools"]]
        peer.call("test_trigger_tool_change")
        second = peer.request("tools/list", {"cursor": first["nextCursor"]})
        names += [tool["name"] for tool in second["tools"]]
        assert [name for name in names if name != "test_dynamic_tool"] == TOOLS and len(set(names)) == len(names)


def test_f1_the_path_and_the_address_of_a_message(make_fixtures):
    other = make_fixtures("--path", "/other").start()
    assert other.request("POST", "/mcp").status == 404
    with HTTPPeer(other, path="/other") as peer:
        assert peer.call("test_simple_text").text


def test_no_sampling_is_ever_made_up(peer):
    """The text of a sampled answer is what the client said, to the byte."""
    assert peer.call("test_sampling", {"prompt": "é"}).text == f"LLM response: {SAMPLED}"


def test_j6_the_checks_refuse_what_is_wrong():
    meta = {"io.modelcontextprotocol/serverInfo": {"name": "a", "version": "1"}}
    content = [{"type": "text", "text": "a"}]

    def answer(**result) -> dict:
        return {"jsonrpc": "2.0", "id": 1, "result": result}

    created = {"createdAt": "2026-07-28T00:00:00Z", "lastUpdatedAt": "2026-07-28T00:00:00Z", "ttlMs": 1}
    task = {"taskId": "a", "status": "working", **created}
    good = [
        (MODERN, "tools/call", answer(content=content, resultType="complete", _meta=meta)),
        (MODERN, "tools/call", answer(resultType="task", _meta=meta, **task)),
        (MODERN, "tools/call", answer(resultType="input_required", _meta=meta, requestState="x")),
        (MODERN, "tasks/get", answer(resultType="complete", _meta=meta, **task)),
        ("2025-06-18", "tools/call", answer(content=content, structuredContent={})),
        ("2024-11-05", "notification", {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}),
        ("2024-11-05", "question", {"jsonrpc": "2.0", "id": 1, "method": "roots/list"}),
    ]
    wrong = [
        (MODERN, "tools/call", answer(content=content, _meta=meta)),
        (MODERN, "tools/call", answer(content=content, resultType="complete")),
        (MODERN, "tools/call", answer(content=content, resultType="complete", _meta=meta, ttlMs=0)),
        (MODERN, "tools/call", answer(resultType="task", _meta=meta, **task, result={})),
        (MODERN, "tools/call", answer(resultType="input_required", _meta=meta)),
        (MODERN, "tools/list", answer(resultType="input_required", _meta=meta, requestState="x")),
        (MODERN, "tasks/get", answer(resultType="complete", _meta=meta, **{**task, "status": "completed"})),
        (MODERN, "question", {"jsonrpc": "2.0", "id": 1, "method": "roots/list"}),
        ("2025-06-18", "tools/call", answer(content=content, resultType="complete")),
        ("2025-03-26", "tools/call", answer(content=content, structuredContent={})),
        ("2024-11-05", "tools/call", answer(content=[{"type": "audio", "data": "", "mimeType": "audio/wav"}])),
        ("2024-11-05", "tools/list", answer(tools=[{"name": "a", "inputSchema": {"type": "object"}, "annotations": {}}])),
        ("2025-06-18", "prompts/list", answer(prompts=[{"name": "a", "icons": []}])),
        ("2025-11-25", "ping", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32020, "message": "a"}}),
        ("2025-11-25", "resources/read", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32002, "message": "a", "data": {"uri": ""}}}),
        (MODERN, "ping", {"jsonrpc": "2.0", "id": 1, "error": {"code": -32002, "message": "a", "data": {"uri": "a"}}}),
        (MODERN, "notification", {"jsonrpc": "2.0", "method": "notifications/elicitation/complete", "params": {"elicitationId": "a"}}),
        (MODERN, "notification", {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}}),
        ("2025-03-26", "question", {"jsonrpc": "2.0", "id": 1, "method": "elicitation/create", "params": {}}),
    ]
    for revision, method, message in good:
        check_message(revision, message, method)
    for revision, method, message in wrong:
        with pytest.raises((AssertionError, KeyError, ValidationError)):
            check_message(revision, message, method)

"""All tools through the gateway: what `serve` is tested for, `toolbridge-mcp` in front of it must do as well, with one request to the API a call."""

import itertools
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from support.assistants import ASSISTANTS, Assistant
from support.faults import count_routes
from support.identity import bearer
from support.kinds import TOOL_KINDS
from support.mcp import JSON_BODY, Client, encode
from support.owners import token
from support.peer import HTTPPeer
from support.schema import MODERN
from support.toolcases import Maker, Share, split
from support.toolwork import THE_41

# ruff: noqa: F401, F811
from test_sdk_tools import (
    test_a_client_that_chooses_nothing_has_the_41,
    test_an_unknown_tool_is_an_error_of_the_protocol,
    test_every_tool_does_its_work,
    test_what_a_parent_is_refused_for,
    test_what_a_payload_is_refused_for,
    test_what_an_item_is_refused_for,
)
from test_tools import (
    test_a_crafted_uid_is_an_argument_error,
    test_a_life_from_creation_to_tombstone,
    test_an_unknown_tool_is_a_protocol_error,
    test_bad_arguments_name_the_parameter,
    test_every_revision_can_work_with_notes,
    test_json_may_come_as_text,
    test_lists_keep_to_their_budgets,
    test_older_revisions_get_no_members_they_do_not_know,
    test_optional_parameters_that_are_null_or_empty_are_left_out,
    test_refusals_carry_the_code_of_the_api,
    test_tools_list_is_the_contract_in_its_order,
)

subjects = (f"user-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def gateway(shared_stack):
    """One gateway for all tests of this file."""
    return shared_stack.gateway()


# The imported tests find the gateway in the place of `serve`, each with a user of its own.


@pytest.fixture
def server(shared_stack, gateway):
    return shared_stack.view(gateway, next(subjects))


@pytest.fixture(scope="module")
def shared_server(shared_stack, gateway):
    return shared_stack.view(gateway, next(subjects))


HTTP_ASSISTANTS = [client for client in ASSISTANTS if client[0] == "http"]


@pytest.fixture(scope="module", params=HTTP_ASSISTANTS, ids=lambda client: "-".join(filter(None, (*client[:2], client[3]))))
def assistant(request, shared_stack, gateway):
    assistant = Assistant(shared_stack.view(gateway, next(subjects)), *request.param)
    try:
        yield assistant
    finally:
        assistant.close()


@pytest.fixture
def client(assistant):
    return assistant.connect()


@pytest.fixture
def maker(client):
    return Maker(client)


@pytest.fixture
def share(assistant):
    return Share(HTTP_ASSISTANTS.index(assistant.client), len(HTTP_ASSISTANTS))


# What one call costs, and what of it goes to the API.

ROUTES = {
    "list": "GET /v1/K", "get": "GET /v1/K/{uid}", "create": "POST /v1/K", "update": "PUT /v1/K/{uid}", "patch": "PATCH /v1/K/{uid}",
    "delete": "DELETE /v1/K/{uid}", "archive": "POST /v1/K/{uid}/archive", "process": "POST /v1/K/{uid}/process",
}  # fmt: skip


def check_one_request_a_call(client: Client, proxy) -> int:
    """Every tool once, warm: its request is the contract's and the only one. Returns the connections that were made."""
    maker = Maker(client)
    arguments = {tool: maker.arguments(tool) for tool in THE_41}
    connections = proxy.connections
    for tool in THE_41:
        proxy.forget()
        answer = client.call(tool, **arguments[tool])
        assert not answer.is_error, (tool, answer.text)
        verb, noun = split(tool)
        if tool == "health_check":
            assert not [line for line in proxy.lines if line.split(" ")[1].startswith("/v1/")], proxy.lines
            continue
        kind = TOOL_KINDS.get(noun, noun)
        assert count_routes(proxy.lines) == {ROUTES[verb].replace("K", kind): 1}, (tool, proxy.lines)
        if verb == "list":
            query = parse_qs(urlsplit(proxy.lines[0].split(" ")[1]).query)
            assert query["limit"] == ["50"] and query["order"] == ["desc"] and "cursor" not in query and "includeDeleted" not in query
        assert proxy.passed[0].asked.header("X-Sync-Session") is None
    return proxy.connections - connections


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
@pytest.mark.parametrize("signing", ["v1", "v2"])
def test_one_warm_call_is_one_request_on_a_warm_connection(stack, signing, revision):
    gateway = stack.gateway(settings=getattr(stack, f"signed_{signing}"))
    with Client(gateway, revision) as client:
        assert check_one_request_a_call(client, stack.proxy) <= 1
        assert not client.call("list_notes").is_error
    signature = stack.proxy.passed[-1].asked.header("X-TB-Signature")
    assert signature.startswith("v2;k=k1;s=") if signing == "v2" else len(signature) == 64


def test_a_page_is_asked_for_as_the_client_asked(stack):
    with Client(stack.gateway()) as client:
        maker = Maker(client)
        made = [maker.item("note")["uid"] for _ in range(7)]
        client.call("delete_note", uid=made[0])
        seen, cursor = [], None
        while True:
            stack.proxy.forget()
            page = client.call("list_notes", limit=3, cursor=cursor, include_deleted=True).value
            query = parse_qs(urlsplit(stack.proxy.lines[0].split(" ")[1]).query)
            assert query["limit"] == ["3"] and query["includeDeleted"] == ["true"] and ("cursor" in query) == (cursor is not None)
            seen += [item["uid"] for item in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
    # The deletion is the newest change.
    assert seen == [made[0], *made[:0:-1]]


def test_what_is_refused_by_its_arguments_costs_no_request(stack):
    with Client(stack.gateway()) as client:
        uid = Maker(client).item("note")["uid"]
        stack.proxy.forget()
        for tool, arguments in [
            ("get_note", {"uid": f"../tasks/{uid}"}), ("get_note", {"uid": "%2e%2e"}), ("delete_note", {"uid": ""}),
            ("archive_note", {"uid": "x" * 10_000}), ("create_note", {"title": "T"}), ("list_notes", {"limit": 0}),
            ("process_note", {"uid": uid, "action": "drop"}), ("patch_note", {"uid": uid, "updates": "{"}), ("get_note", {"uid": uid, "colour": "red"}),
        ]:  # fmt: skip
            assert client.call(tool, **arguments).is_error, tool
        assert stack.proxy.lines == []


def test_no_header_of_the_client_passes_through(stack):
    """Never again 7: the tenant, the session and the identity of an upstream request are the gateway's."""
    gateway = stack.gateway()
    canaries = [
        ("X-TB-Tenant-ID", "canary"), ("X-TB-Timestamp", "1730635200000"), ("X-TB-Nonce", "canary"), ("X-TB-Signature", "canary"),
        ("X-Sync-Session", "canary"), ("X-Sync-Epoch", "canary"), ("X-Debug-Sub", "canary"), ("Cookie", "a=canary"),
        ("Forwarded", "for=canary"), ("X-Anything", "canary"), ("If-Match", "canary"), ("Idempotency-Key", "canary"),
    ]  # fmt: skip
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_note", "arguments": {"title": "T", "content": ""}}}
    stack.proxy.forget()
    answer = gateway.request("POST", "/mcp", message, [JSON_BODY, ("X-Correlation-ID", "of-the-client"), *canaries])
    assert answer.status == 200 and not answer.json()["result"].get("isError"), answer
    (passed,) = [passed for passed in stack.proxy.passed if passed.line == "POST /v1/notes"]
    assert passed.asked.header("X-TB-Tenant-ID") == stack.tenant
    assert passed.asked.header("Authorization") == gateway.authorization[1]
    assert passed.asked.header("X-Correlation-ID") == "of-the-client"
    assert not [name for name, value in passed.asked.headers if "canary" in value]
    assert len({name.lower() for name, _ in passed.asked.headers}) == len(passed.asked.headers)


def test_the_trace_goes_on(stack):
    gateway = stack.gateway()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_notes", "arguments": {}}}
    assert gateway.request("POST", "/mcp", message, [JSON_BODY, ("traceparent", f"00-{trace}-00f067aa0ba902b7-01")]).status == 200
    parent = stack.proxy.passed[-1].asked.header("traceparent")
    assert parent.split("-")[1] == trace


def test_without_a_token_all_works_but_the_data(stack):
    gateway = stack.gateway().seen_by(None)
    stack.proxy.forget()
    fields = [JSON_BODY, ("Accept", "application/json, text/event-stream")]

    def ask(method: str, **params):
        return gateway.request("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, fields, token=False).json()["result"]

    told = ask("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": "t", "version": "1"})
    assert told["protocolVersion"] == "2025-11-25"
    assert ask("ping") == {} and len(ask("tools/list")["tools"]) == 41
    health = json.loads(ask("tools/call", name="health_check", arguments={})["content"][0]["text"])
    assert (health["status"], health["tenant_id"], health["go_api_base_url"]) == ("healthy", stack.tenant, stack.proxy.url)
    assert not [line for line in stack.proxy.lines if "/v1/notes" in line]
    answer = ask("tools/call", name="list_notes", arguments={})
    assert answer["isError"] and json.loads(answer["content"][0]["text"].split("\n")[1])["code"] == "unauthorized"


def test_each_user_has_only_their_own(stack):
    gateway = stack.gateway()
    with Client(stack.view(gateway, "alice")) as alice, Client(stack.view(gateway, "bob")) as bob:
        uid = Maker(alice).item("note")["uid"]
        assert bob.call("get_note", uid=uid).refusal["code"] == "not_found"
        assert bob.call("list_notes").value["items"] == []
        assert alice.call("get_note", uid=uid).value["version"] == 1


def test_tools_list_is_what_serve_lists_byte_for_byte_for_everybody(stack):
    gateway = stack.gateway()
    meta = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    fields = [JSON_BODY, ("Accept", "application/json"), ("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list")]
    answers = {gateway.request("POST", "/mcp", message, [*fields, bearer(token(subject))], token=False).body for subject in ("alice", "bob")}
    answers.add(stack.rest("POST", "/mcp", message, fields).body)
    assert len(answers) == 1 and len(json.loads(answers.pop())["result"]["tools"]) == 41


@pytest.mark.parametrize("revision", ["2025-03-26", "2025-06-18", "2025-11-25", MODERN])
def test_resources_and_prompts_come_through_too(server, revision):
    with HTTPPeer(server, revision) as peer:
        note = json.loads(peer.call("create_note", {"title": "Duck", "content": "Quack"}).text)
        (resource,) = peer.request("resources/list")["resources"]
        assert note["uid"] in resource["uri"]
        assert "Quack" in json.dumps(peer.request("resources/read", {"uri": resource["uri"]}))
        assert peer.request("prompts/list")["prompts"]

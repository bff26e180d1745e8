"""The 41 tools, in both eras, from creation to tombstone."""

import json

import pytest

from support.kinds import ACTIONS, ARCHIVED, TOOL_KINDS, new_uid
from support.mcp import Client, Refused, encode
from support.peer import HTTPPeer
from support.places import shared
from support.schema import LEGACY, MODERN, REVISIONS

BOTH_ERAS = [MODERN, "2025-11-25"]


def arguments(client: Client, noun: str) -> dict:
    match noun:
        case "note":
            return {"title": "Shopping", "content": "Milk"}
        case "comment":
            note = client.call("create_note", title="Parent", content="").value
            return {"content": "Looks good", "parent_type": "note", "parent_uid": note["uid"]}
        case "chat_message":
            return {"chat_uid": client.call("create_chat", title="Parent").value["uid"], "content": "Hello"}
        case _:
            return {"title": "Shopping"}


def replacement(noun: str) -> dict:
    return {
        "note": {"title": "New", "content": "Text"},
        "task": {"title": "New"},
        "chat": {"title": "New"},
        "comment": {"content": "New"},
        "chat_message": {"content": "New"},
    }[noun]


def uids(client: Client, noun: str, **more) -> list[str]:
    return [item["uid"] for item in client.call(f"list_{noun}s", **more).value["items"]]


@pytest.mark.parametrize("revision", BOTH_ERAS)
@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_a_life_from_creation_to_tombstone(server, noun, revision):
    path = TOOL_KINDS[noun]
    with Client(server, revision) as client:
        parents = {}
        created = client.call(f"create_{noun}", **arguments(client, noun)).value
        uid = created["uid"]
        assert created["version"] == 1 and created["deletedAt"] is None and created["payload"]["uid"] == uid
        for key in ("parentType", "parentUid", "chatUid"):
            if key in created["payload"]:
                parents[key] = created["payload"][key]

        got = client.call(f"get_{noun}", uid=uid.upper()).value
        assert got == created
        page = client.call(f"list_{noun}s").value
        assert page["items"][0] == created and page["nextCursor"] is None

        patched = client.call(f"patch_{noun}", uid=uid, updates={"tags": ["a"], "extra": None, "uid": new_uid()}).value
        assert (patched["version"], patched["uid"]) == (2, uid)
        assert patched["payload"]["tags"] == ["a"] and patched["payload"]["extra"] is None and patched["payload"]["uid"] == uid

        updated = client.call(f"update_{noun}", uid=uid, if_match=2, **replacement(noun)).value
        assert updated["version"] == 3 and "tags" not in updated["payload"]
        assert replacement(noun).items() <= updated["payload"].items()
        assert parents.items() <= updated["payload"].items()

        refusal = client.call(f"update_{noun}", uid=uid, if_match=2, **replacement(noun)).refusal
        assert refusal == {"code": "version_mismatch", "status": 412, "uid": uid, "expected": 2, "actual": 3}

        version = 3
        for action, fields in ACTIONS[path].items():
            version += 1
            done = client.call(f"process_{noun}", uid=uid, action=action, metadata={"why": "test"}).value
            assert done["version"] == version and fields.items() <= done["payload"].items()
            assert "metadata" not in done["payload"]

        archived = client.call(f"archive_{noun}", uid=uid).value
        assert archived["version"] == version + 1 and ARCHIVED[path].items() <= archived["payload"].items()

        deleted = client.call(f"delete_{noun}", uid=uid).value
        assert deleted["version"] == version + 2 and deleted["deletedAt"]
        assert client.call(f"get_{noun}", uid=uid).refusal["code"] == "deleted"
        assert client.call(f"delete_{noun}", uid=uid).refusal["code"] == "deleted"
        assert client.call(f"get_{noun}", uid=uid, include_deleted=True).value == deleted
        assert uid not in uids(client, noun)
        assert uid in uids(client, noun, include_deleted=True)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_can_work_with_notes(server, revision):
    with Client(server, revision) as client:
        note = client.call("create_note", title="T", content="C", tags='["a"]').value
        assert client.call("get_note", uid=note["uid"]).value["payload"]["tags"] == ["a"]
        if revision != MODERN:
            assert client.request("ping") == {}


def test_tools_list_is_the_contract_in_its_order(shared_server):
    declared = json.loads(shared("contract/tools.json").read_text())
    with Client(shared_server) as client:
        tools = client.tools()
    assert [tool["name"] for tool in tools] == [tool["name"] for tool in declared]
    assert len(tools) == 41
    for tool, contract in zip(tools, declared, strict=True):
        schema = tool["inputSchema"]
        assert schema["type"] == "object" and schema["additionalProperties"] is False
        names = [parameter["name"] for parameter in contract.get("parameters", [])]
        assert list(schema.get("properties", {})) == names, tool["name"]
        required = [parameter["name"] for parameter in contract.get("parameters", []) if parameter["required"]]
        assert schema.get("required", []) == required, tool["name"]
        for parameter in contract.get("parameters", []):
            property = schema["properties"][parameter["name"]]
            if "enum" in parameter:
                assert property["enum"] == parameter["enum"]
        assert tool["title"] and tool["description"] and tool["outputSchema"]["type"] == "object"
        verb = tool["name"].split("_")[0]
        assert tool["annotations"] == {
            "readOnlyHint": verb in ("list", "get", "health"),
            "destructiveHint": verb in ("update", "patch", "delete"),
            "idempotentHint": verb != "create",
            "openWorldHint": False,
        }, tool["name"]


def test_tools_list_is_byte_identical_and_small(make_server, tell):
    """For any caller, connection and data; 20 kB are the budget."""
    seen = set()
    for name, variables in [("one", {}), ("two", {"ENV": "dev"})]:
        server = make_server(name, **variables).start()
        if variables:
            server._token = "unused"
        for _ in range(2):
            with server.connect() as connection:
                fields = [
                    ("Content-Type", "application/json"),
                    ("Accept", "application/json"),
                    ("MCP-Protocol-Version", MODERN),
                    ("Mcp-Method", "tools/list"),
                    ("X-Debug-Sub", "somebody") if variables else server.authorization,
                ]
                meta = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
                body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}).encode()
                response = connection.request("POST", "/mcp", fields, body)
                assert response.status == 200, response
                seen.add(response.body)
        if not variables:
            assert server.request("POST", "/v1/notes", {"title": "T"}).status == 201
    assert len(seen) == 1
    size = len(seen.pop())
    tell(f"tools/list: {size} bytes")
    assert size <= 20_000


@pytest.mark.parametrize("toolsets, count, most", [("standard", 41, 20_000), ("compact", 10, 8_000), ("all", 66, 36_000)])
def test_lists_keep_to_their_budgets(shared_server, tell, toolsets, count, most):
    with HTTPPeer(shared_server, MODERN, {}, path=f"/mcp?toolsets={toolsets}") as peer:
        message = peer.message("tools/list")
        response = peer.connection.request("POST", peer.path, peer.fields(message), encode(message))
    tools = response.json()["result"]["tools"]
    size = len(encode(response.json()["result"]))
    tell(f"{toolsets}: {len(tools)} tools, {size} bytes, about {-(-size // 4)} tokens")
    assert len(tools) == count and size <= most
    assert all(len(tool["name"]) <= 32 and len(tool["description"]) <= 300 for tool in tools)


@pytest.mark.parametrize("revision", LEGACY)
def test_older_revisions_get_no_members_they_do_not_know(shared_server, revision):
    with Client(shared_server, revision) as client:
        for tool in client.tools():
            assert ("outputSchema" in tool) == (revision >= "2025-06-18")
            assert ("title" in tool) == (revision >= "2025-06-18")
            assert ("annotations" in tool) == (revision >= "2025-03-26")
            # The title stands where the revision first had a place for it.
            assert ("title" in tool.get("annotations", {})) == (revision == "2025-03-26")


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_health_check_names_what_it_talks_to(shared_server, revision):
    with Client(shared_server, revision) as client:
        health = client.call("health_check").value
    assert list(health) == ["status", "tenant_id", "go_api_base_url", "version", "role", "upstream", "server_time"]
    assert (health["status"], health["role"], health["upstream"], health["go_api_base_url"]) == ("healthy", "serve", "local", None)


@pytest.mark.parametrize("parameter, good, tool", [
    ("additional_fields", {"a": 1}, "create_note"), ("tags", ["a"], "create_note"), ("updates", {"a": 1}, "patch_note"),
    ("metadata", {"a": 1}, "process_note"), ("participants", ["a"], "create_chat"),
])  # fmt: skip
def test_json_may_come_as_text(server, parameter, good, tool):
    with Client(server) as client:
        uid = client.call("create_note", title="T", content="C").value["uid"]
        others = {
            "create_note": {"title": "T", "content": "C"},
            "create_chat": {"title": "T"},
            "patch_note": {"uid": uid},
            "process_note": {"uid": uid, "action": "pin"},
        }[tool]
        expected = None
        for spelling in (good, json.dumps(good)):
            payload = client.call(tool, **others, **{parameter: spelling}).value["payload"]
            fields = {key: payload.get(key) for key in ("a", "tags", "participants")}
            assert expected in (None, fields)
            expected = fields
        wrong = [1] if isinstance(good, dict) else {"a": 1}
        for bad in ("{", "nonsense", json.dumps(wrong)):
            answer = client.call(tool, **others, **{parameter: bad})
            assert answer.is_error and answer.text.startswith(f"Invalid JSON string for {parameter}"), answer.text
        assert client.call(tool, **others, **{parameter: wrong}).is_error


@pytest.mark.parametrize("uid", ["../tasks/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", "%2e%2e", "", "x" * 10_000, "é" * 18, 5, None])
def test_a_crafted_uid_is_an_argument_error(shared_server, uid):
    with Client(shared_server) as client:
        for tool in ("get_note", "delete_note", "archive_note"):
            answer = client.call(tool, uid=uid)
            assert answer.is_error and "uid" in answer.text


def test_bad_arguments_name_the_parameter(shared_server):
    with Client(shared_server) as client:
        for arguments, name in [
            ({}, "title"),
            ({"title": "T"}, "content"),
            ({"title": 1, "content": ""}, "title"),
            ({"title": "T", "content": "", "colour": "red"}, "colour"),
            ({"title": "T", "content": "", "tags": [1]}, "tags"),
        ]:
            answer = client.call("create_note", **arguments)
            assert answer.is_error and name in answer.text


def test_an_unknown_tool_is_a_protocol_error(shared_server):
    for revision in BOTH_ERAS:
        with Client(shared_server, revision) as client:
            with pytest.raises(Refused) as refused:
                client.call("drop_everything")
            assert refused.value.code == -32602
            assert refused.value.status == (400 if revision == MODERN else 200)


def test_refusals_carry_the_code_of_the_api(server):
    with Client(server) as client:
        missing = new_uid()
        assert client.call("get_note", uid=missing).refusal == {"code": "not_found", "status": 404}
        assert client.call("create_comment", content="", parent_type="note", parent_uid=missing).refusal["code"] == "invalid_parent"
        assert client.call("list_notes", cursor="Zm9v").refusal["code"] == "invalid_cursor"
        uid = client.call("create_note", title="", content="").value["uid"]
        taken = client.call("create_note", title="", content="", additional_fields={"uid": uid}).refusal
        assert (taken["code"], taken["status"], taken["version"]) == ("already_exists", 409, 1)
        page = server.request("GET", "/v1/notes?limit=1").json()
        assert "nextCursor" not in page


def test_optional_parameters_that_are_null_or_empty_are_left_out(server):
    with Client(server) as client:
        for nothing in (None, "", []):
            payload = client.call(
                "create_chat_message", **arguments(client, "chat_message"), tags=nothing or None, sender=nothing or None
            ).value["payload"]
            assert not {"tags", "sender", "messageType"} & set(payload)
        payload = client.call("create_chat", title="T").value["payload"]
        assert payload["archived"] is False

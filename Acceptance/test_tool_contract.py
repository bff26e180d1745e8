"""`tools.json` of the contract, word by word, in every revision: clients of the predecessor call these tools with these arguments."""

import json

import pytest

from support.kinds import TOOL_KINDS, new_uid
from support.mcp import Client
from support.places import shared
from support.schema import LEGACY, MODERN, REVISIONS
from support.toolcases import KEYS, OTHERS, VALUES, Maker, Share, nothings, own, split, types, wrong_arguments, wrong_texts


def schema_of(parameter: dict) -> dict:
    """What the contract says of a parameter, as a schema."""
    schema = {"type": parameter["types"]}
    names = {"min": "minimum", "max": "maximum", "enum": "enum", "format": "format"}
    schema.update({names[key]: value for key, value in parameter.items() if key in names})
    if "items" in parameter:
        schema["items"] = {"type": parameter["items"]}
    if parameter.get("default") is not None:
        schema["default"] = parameter["default"]
    return schema


@pytest.fixture(scope="module")
def contract() -> list[dict]:
    """The tools as the contract has them, each with the schema that follows from it."""
    tools = json.loads(shared("contract/tools.json").read_text())
    for tool in tools:
        tool["inputSchema"] = {
            "properties": {parameter["name"]: schema_of(parameter) for parameter in tool["parameters"]},
            "required": [parameter["name"] for parameter in tool["parameters"] if parameter["required"]],
        }
    return tools


@pytest.fixture(params=REVISIONS)
def client(shared_server, request):
    with Client(shared_server, request.param) as client:
        yield client


def test_a_schema_says_what_the_contract_says(shared_server, contract):
    with Client(shared_server) as client:
        declared = {tool["name"]: tool["inputSchema"] for tool in client.tools()}
    for tool in contract:
        schema = declared[tool["name"]]
        assert list(schema.get("properties", {})) == list(tool["inputSchema"]["properties"])
        assert schema.get("required", []) == tool["inputSchema"]["required"]
        for name, expected in tool["inputSchema"]["properties"].items():
            property = {key: value for key, value in schema["properties"][name].items() if key != "description"}
            assert types(property) == types(expected), (tool["name"], name)
            property["type"] = expected["type"]
            assert property == expected, (tool["name"], name)


# Parameter → what it is given besides the values of `VALUES`, by type where it has several.
GIVEN = {"limit": [1, 2, 50, 200, 201, 1000], "include_deleted": [True, False], "if_match": [1], "archived": [True, False]}


def values(client, maker: Maker, tool: dict, name: str) -> list:
    """One value of every type that the contract gives a parameter, its default and its limits."""
    schema = tool["inputSchema"]["properties"][name]
    allowed = types(schema)
    if "enum" in schema and name != "parent_type":
        return schema["enum"]
    if name in GIVEN:
        return [*GIVEN[name], *([None] if "null" in allowed else [])]
    if name == "cursor":
        for _ in range(2):
            maker.item(split(tool["name"])[1])
        return [client.call(tool["name"], limit=1).value["nextCursor"], None]
    if name in ("updates", "metadata", "additional_fields", "tags", "participants"):
        value = VALUES.get(name, {"colour": "red", "deep": [{"a": None}]})
        return [value, json.dumps(value), *([None] if "null" in allowed else [])]
    return [VALUES[name], *([None] if "null" in allowed else [])] if name in VALUES else []


def test_every_tool_takes_what_the_contract_says(client, contract):
    maker = Maker(client)
    for tool in contract:
        name_of_tool, parameters = tool["name"], tool["inputSchema"]["properties"]
        verb, noun = split(name_of_tool)
        whole: dict = {}
        for name in parameters:
            given = values(client, maker, tool, name)
            if given and given[0] is not None and name != "cursor":
                whole[name] = given[0]
            for value in given:
                answer = client.call(name_of_tool, **{**maker.arguments(name_of_tool), name: value})
                assert not answer.is_error, (name_of_tool, name, value, answer.text)
                check_effect(verb, name, value, answer.value)
        arguments = {**whole, **maker.arguments(name_of_tool)}
        assert not client.call(name_of_tool, **arguments).is_error, (name_of_tool, arguments)


def check_effect(verb: str, name: str, value, result: dict):
    """What an argument must have done to what came back."""
    if verb == "list":
        assert set(result) == {"items", "nextCursor"}
        if name == "limit":
            assert len(result["items"]) <= value
        return
    if verb == "health":
        return
    assert list(result) == ["uid", "version", "updatedAt", "deletedAt", "payload"]
    if verb in ("create", "update") and name not in OTHERS:
        payload = own(result["payload"])
        decoded = json.loads(value) if name in ("tags", "participants") and isinstance(value, str) else value
        assert payload.get(KEYS.get(name, name)) == decoded
        assert (KEYS.get(name, name) in payload) == (value is not None)
    if name in ("additional_fields", "updates") and value is not None:
        assert (json.loads(value) if isinstance(value, str) else value).items() <= result["payload"].items()


def test_required_texts_may_be_empty(client, contract):
    maker = Maker(client)
    for tool in contract:
        verb, _ = split(tool["name"])
        for name in tool["inputSchema"]["required"]:
            if verb in ("create", "update") and name in ("title", "content"):
                payload = client.call(tool["name"], **{**maker.arguments(tool["name"]), name: ""}).value["payload"]
                assert payload[name] == ""


def test_no_tool_takes_what_the_contract_does_not_say(client, contract):
    share = Share() if client.revision == MODERN else Share(LEGACY.index(client.revision), len(LEGACY))
    maker = Maker(client)
    for tool in contract:
        right = maker.arguments(tool["name"])
        cases = list(wrong_arguments(tool, right, share))
        cases += [
            (name, {**right, name: text}) for name, schema in tool["inputSchema"]["properties"].items() for text in wrong_texts(schema)
        ]
        for name, arguments in cases:
            answer = client.call(tool["name"], **arguments)
            assert answer.is_error and name in answer.text.split("\n")[0], (tool["name"], arguments, answer.text)
            assert len(answer.text) < 2000, (tool["name"], name, len(answer.text))
        verb, noun = split(tool["name"])
        if "uid" in right:
            assert client.call(f"get_{noun}", uid=right["uid"]).value["version"] == 1, tool["name"]


def test_optional_arguments_may_say_nothing(client, contract):
    maker = Maker(client)
    for tool in contract:
        for name, schema in tool["inputSchema"]["properties"].items():
            if name in tool["inputSchema"]["required"]:
                continue
            for nothing in nothings(schema):
                answer = client.call(tool["name"], **maker.arguments(tool["name"]), **{name: nothing})
                assert not answer.is_error, (tool["name"], name, nothing, answer.text)


def test_arguments_may_be_left_out_where_none_is_required(client, contract):
    for tool in contract:
        if not tool["inputSchema"]["required"]:
            _, answer = client.post("tools/call", {"name": tool["name"]})
            assert not answer["result"].get("isError"), tool["name"]


@pytest.mark.parametrize("noun", ["comment", "chat_message"])
def test_replacing_keeps_the_parent(client, noun):
    maker = Maker(client)
    item = maker.item(noun)
    parents = {key: item["payload"][key] for key in ("parentType", "parentUid", "chatUid") if key in item["payload"]}
    assert parents
    updated = client.call(f"update_{noun}", uid=item["uid"], content="New").value["payload"]
    assert own(updated) == {"uid": item["uid"], "content": "New", **parents}
    other = maker.item({"comment": "task", "chat_message": "chat"}[noun])["uid"]
    moved = {"comment": {"parentType": "task", "parentUid": other}, "chat_message": {"chatUid": other}}[noun]
    updated = client.call(f"update_{noun}", uid=item["uid"], content="New", additional_fields=moved).value["payload"]
    assert moved.items() <= updated.items()


def test_additional_fields_win_over_named_ones(client):
    maker = Maker(client)
    for noun in TOOL_KINDS:
        key = "content" if noun in ("comment", "chat_message") else "title"
        fields = {key: "won", "sync": 5, "updatedTs": "x"}
        for tool in (f"create_{noun}", f"update_{noun}"):
            payload = client.call(tool, **maker.arguments(tool), additional_fields=fields).value["payload"]
            assert payload[key] == "won" and isinstance(payload["sync"], dict) and payload["updatedTs"] != "x"
        arguments = maker.arguments(f"update_{noun}")
        replaced = client.call(f"update_{noun}", **arguments, additional_fields={"uid": new_uid()}).value
        assert replaced["uid"] == replaced["payload"]["uid"] == arguments["uid"]

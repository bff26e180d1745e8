"""What each of a kind's eight tools must do, and `health_check`: one function a verb, for every kind and every client."""

from .kinds import ACTIONS, ARCHIVED, TOOL_KINDS, new_uid
from .toolcases import KEYS, LEAST, OTHERS, SEVEN, VALUES, Maker, own

THE_41 = [
    f"{verb}_{noun}{'s' if verb == 'list' else ''}"
    for noun in TOOL_KINDS
    for verb in ("list", "get", "create", "update", "patch", "delete", "archive", "process")
] + ["health_check"]


def names_of_declared(client, tool: str) -> list[str]:
    return list(client.declared[tool]["inputSchema"].get("properties", {}))


def all_arguments(client, maker: Maker, tool: str) -> dict:
    """Right arguments for every parameter of a creating or replacing tool."""
    arguments = maker.arguments(tool)
    for name in names_of_declared(client, tool):
        if name in VALUES:
            arguments[name] = VALUES[name]
    return {name: arguments[name] for name in names_of_declared(client, tool) if name in arguments}


def payload_of(arguments: dict) -> dict:
    """The payload that a creating or replacing tool makes of these arguments, in the order of its keys."""
    named = {KEYS.get(name, name): value for name, value in arguments.items() if name not in OTHERS}
    return {**named, **arguments.get("additional_fields", {})}


# What each tool must do. Verb → check.


def list_items(client, maker, noun):
    made = [maker.item(noun) for _ in range(3)][::-1]
    first = client.call(f"list_{SEVEN[noun]}", limit=2).value
    assert list(first) == ["items", "nextCursor"] and first["items"] == made[:2] and first["nextCursor"]
    second = client.call(f"list_{SEVEN[noun]}", limit=1, cursor=first["nextCursor"]).value
    assert second["items"] == made[2:]
    client.call(f"delete_{noun}", uid=made[0]["uid"])
    assert client.call(f"list_{SEVEN[noun]}", limit=1).value["items"] == made[1:2]
    with_deleted = client.call(f"list_{SEVEN[noun]}", limit=1, include_deleted=True).value["items"]
    assert with_deleted[0]["uid"] == made[0]["uid"] and with_deleted[0]["deletedAt"]


def get(client, maker, noun):
    item = maker.item(noun)
    assert client.call(f"get_{noun}", uid=item["uid"]).value == item
    deleted = client.call(f"delete_{noun}", uid=item["uid"]).value
    assert client.call(f"get_{noun}", uid=item["uid"], include_deleted=True).value == deleted


def create(client, maker, noun):
    always = {"archived": False} if noun == "chat" else {}
    for arguments in (maker.arguments(f"create_{noun}"), all_arguments(client, maker, f"create_{noun}")):
        created = client.call(f"create_{noun}", **arguments).value
        expected = {**always, **payload_of(arguments)}
        assert list(created) == ["uid", "version", "updatedAt", "deletedAt", "payload"]
        assert (created["version"], created["deletedAt"]) == (1, None)
        assert own(created["payload"]) == {**expected, "uid": created["uid"]}
        if noun != "chat":
            assert list(created["payload"])[: len(expected)] == list(expected)
        assert client.call(f"get_{noun}", uid=created["uid"]).value == created
    uid = new_uid()
    chosen = client.call(f"create_{noun}", **maker.least(noun), additional_fields={"uid": uid.upper()}).value
    assert chosen["uid"] == uid and chosen["payload"]["uid"] == uid


def update(client, maker, noun):
    item = maker.item(noun, additional_fields={"left": 1})
    parents = {key: value for key, value in item["payload"].items() if key in ("parentType", "parentUid", "chatUid") and noun != "task"}
    arguments = {**all_arguments(client, maker, f"update_{noun}"), "uid": item["uid"], "if_match": 1}
    updated = client.call(f"update_{noun}", **arguments).value
    assert (updated["uid"], updated["version"]) == (item["uid"], 2)
    assert own(updated["payload"]) == {"uid": item["uid"], **payload_of(arguments), **parents}
    assert list(updated["payload"])[0] == "uid"
    again = client.call(f"update_{noun}", uid=item["uid"], **LEAST[noun], additional_fields={"uid": new_uid()}).value
    assert (again["uid"], again["version"]) == (item["uid"], 3)
    assert own(again["payload"]) == {"uid": item["uid"], **LEAST[noun], **parents}


def patch(client, maker, noun):
    item = maker.item(noun)
    updates = {"tags": ["a"], "colour": None, "nested": {"b": 1}, "uid": new_uid(), "sync": 5}
    patched = client.call(f"patch_{noun}", uid=item["uid"], updates=updates).value
    assert (patched["uid"], patched["version"]) == (item["uid"], 2)
    assert own(patched["payload"]) == {**own(item["payload"]), "tags": ["a"], "colour": None, "nested": {"b": 1}}
    replaced = client.call(f"patch_{noun}", uid=item["uid"], updates={"nested": {"c": 2}}).value
    assert replaced["version"] == 3 and replaced["payload"]["nested"] == {"c": 2}


def delete(client, maker, noun):
    item = maker.item(noun)
    deleted = client.call(f"delete_{noun}", uid=item["uid"]).value
    assert deleted["uid"] == item["uid"] and deleted["version"] == 2 and deleted["deletedAt"]
    assert own(deleted["payload"]) == own(item["payload"])


def archive(client, maker, noun):
    item = maker.item(noun)
    archived = client.call(f"archive_{noun}", uid=item["uid"]).value
    assert archived["version"] == 2 and own(archived["payload"]) == {**own(item["payload"]), **ARCHIVED[SEVEN[noun]]}


def process(client, maker, noun):
    actions = ACTIONS[SEVEN[noun]]
    assert client.declared[f"process_{noun}"]["inputSchema"]["properties"]["action"]["enum"] == list(actions)
    item = maker.item(noun)
    expected = own(item["payload"])
    for version, (action, fields) in enumerate(actions.items(), start=2):
        done = client.call(f"process_{noun}", uid=item["uid"], action=action, metadata={"why": "test"}).value
        expected.update(fields)
        assert done["version"] == version and own(done["payload"]) == expected


def health(client, _, noun):
    health = client.call("health_check").value
    assert list(health) == ["status", "tenant_id", "go_api_base_url", "version", "role", "upstream", "server_time"]
    expected = ("stdio", "local", None) if client.assistant.transport == "stdio" else client.assistant.server.health
    assert health["status"] == "healthy" and (health["role"], health["upstream"], health["go_api_base_url"]) == expected


VERBS = {
    "list": list_items, "get": get, "create": create, "update": update, "patch": patch, "delete": delete,
    "archive": archive, "process": process, "health": health,
}  # fmt: skip

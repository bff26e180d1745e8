"""Every tool with the official SDK, both release lines, in both eras, over HTTP and stdio: what it does, what it refuses, and how it says so."""

import pytest

from support.kinds import ACTIONS, ARCHIVED, NOUNS, TOOL_KINDS, new_uid
from support.mcp import Refused
from support.refusals import check_refused, check_telling
from support.toolcases import KEYS, LEAST, OTHERS, SEVEN, VALUES, Maker, nothings, own, spellings, split, wrong_arguments, wrong_texts

THE_41 = [
    f"{verb}_{noun}{'s' if verb == 'list' else ''}"
    for noun in TOOL_KINDS
    for verb in ("list", "get", "create", "update", "patch", "delete", "archive", "process")
] + ["health_check"]


@pytest.fixture
def client(assistant):
    """The tools that a client has who chooses none."""
    return assistant.connect()


@pytest.fixture
def maker(client):
    return Maker(client)


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
    role = {"http": "serve", "stdio": "stdio"}[client.assistant.transport]
    assert (health["status"], health["role"], health["upstream"], health["go_api_base_url"]) == ("healthy", role, "local", None)


VERBS = {
    "list": list_items, "get": get, "create": create, "update": update, "patch": patch, "delete": delete,
    "archive": archive, "process": process, "health": health,
}  # fmt: skip


def test_a_client_that_chooses_nothing_has_the_41(client):
    assert list(client.declared) == THE_41


def test_every_tool_does_its_work(client):
    for tool in client.declared:
        verb, noun = split(tool)
        assert verb in VERBS and (noun in SEVEN or tool == "health_check"), f"no test knows {tool}"
        VERBS[verb](client, Maker(client), noun)


def test_no_tool_takes_wrong_arguments(client, maker, share):
    """One call for every way in which one parameter can be wrong: the answer names it, and nothing is done."""
    for tool in client.declared.values():
        verb, noun = split(tool["name"])
        right = maker.arguments(tool["name"])
        cases = list(wrong_arguments(tool, right, share))
        for (name, arguments), answer in zip(cases, client.calls(*((tool["name"], arguments) for _, arguments in cases)), strict=True):
            assert answer.is_error and name in answer.text.split("\n")[0], (tool["name"], arguments, answer.text)
            assert len(answer.text) < 2000, (tool["name"], name, len(answer.text))
            check_telling(answer.text)
        for name, property in tool["inputSchema"].get("properties", {}).items():
            for text in share(wrong_texts(property)):
                answer = client.call(tool["name"], **{**right, name: text})
                assert answer.is_error and answer.text.startswith(f"Invalid JSON string for {name}"), (tool["name"], text, answer.text)
        if "uid" in right:
            assert client.call(f"get_{noun}", uid=right["uid"]).value["version"] == 1, tool["name"]
        assert not client.call(tool["name"], **right).is_error, tool["name"]


def test_every_tool_takes_other_spellings_of_right_arguments(client, maker, share):
    """Numbers, truths and JSON as text, uids in any spelling: the same is done."""
    more = {"limit": 2, "include_deleted": False, "if_match": 1, "metadata": {"why": "test"}, **VALUES}
    for tool in client.declared.values():
        verb, noun = split(tool["name"])
        for name, property in tool["inputSchema"].get("properties", {}).items():
            number, right = 0, {name: more.get(name), **maker.arguments(tool["name"])}
            while number < len(others := share(spellings(property, right[name]))):
                answer = client.call(tool["name"], **{**right, name: others[number]})
                assert not answer.is_error, (tool["name"], name, others[number], answer.text)
                if verb in ("create", "update") and name not in ("uid", "if_match"):
                    fields = right[name] if name == "additional_fields" else {KEYS.get(name, name): right[name]}
                    assert fields.items() <= answer.value["payload"].items(), (tool["name"], others[number])
                if "uid" in right:
                    assert answer.value["uid"] == right["uid"]
                if name == "limit":
                    assert len(answer.value["items"]) == 2
                number, right = number + 1, {name: more.get(name), **maker.arguments(tool["name"])}


def test_optional_arguments_that_say_nothing_count_as_absent(client, maker, share):
    for tool in client.declared.values():
        verb, noun = split(tool["name"])
        schema = tool["inputSchema"]
        for name, property in schema.get("properties", {}).items():
            if name in schema.get("required", []):
                continue
            for nothing in share(nothings(property)):
                answer = client.call(tool["name"], **maker.arguments(tool["name"]), **{name: nothing})
                assert not answer.is_error, (tool["name"], name, nothing, answer.text)
                if verb in ("create", "update"):
                    assert KEYS.get(name, name) not in answer.value["payload"], (tool["name"], name, nothing)


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_what_an_item_is_refused_for(client, maker, noun):
    text = NOUNS[SEVEN[noun]]
    uid, gone, missing = maker.item(noun)["uid"], maker.item(noun)["uid"], new_uid()
    client.call(f"delete_{noun}", uid=gone)
    other = maker.item("task" if noun == "note" else "note")["uid"]
    more = {"update": LEAST[noun], "patch": {"updates": {"a": 1}}, "process": {"action": next(iter(ACTIONS[SEVEN[noun]]))}}
    for verb in ("get", "update", "patch", "delete", "archive", "process"):
        for unknown in (missing, other):
            check_refused(client.call(f"{verb}_{noun}", uid=unknown, **more.get(verb, {})), "not_found", 404, f"{text} not found")
        already = "already " if verb == "delete" else ""
        answer = client.call(f"{verb}_{noun}", uid=gone, **more.get(verb, {}))
        check_refused(answer, "deleted", 410, f"{text} {already}deleted", uid=gone, version=2)
        assert answer.refusal["deletedAt"]
    check_refused(client.call(f"get_{noun}", uid=missing, include_deleted=True), "not_found", 404)

    client.call(f"patch_{noun}", uid=uid, updates={"a": 1})
    for stale in (1, 3, 2**53 - 1):
        answer = client.call(f"update_{noun}", uid=uid, if_match=stale, **LEAST[noun])
        line = f"version mismatch: expected {stale}, actual 2"
        check_refused(answer, "version_mismatch", 412, line, uid=uid, expected=stale, actual=2)

    answer = client.call(f"create_{noun}", **maker.least(noun), additional_fields={"uid": uid})
    check_refused(answer, "already_exists", 409, f"{text} already exists", uid=uid, version=2)
    answer = client.call(f"create_{noun}", **maker.least(noun), additional_fields={"uid": gone})
    check_refused(answer, "deleted", 410, uid=gone)
    answer = client.call(f"create_{noun}", **maker.least(noun), additional_fields={"uid": "nonsense"})
    check_refused(answer, "invalid_uid", 400, "invalid UID", field="/uid")
    assert client.call(f"get_{noun}", uid=uid).value["version"] == 2

    for cursor in ("Zm9v", "not base64!", "MTJ8", "x" * 5000):
        check_refused(client.call(f"list_{SEVEN[noun]}", cursor=cursor), "invalid_cursor", 400)
    foreign = "task" if noun == "note" else "note"
    maker.item(foreign), maker.item(foreign)
    cursor = client.call(f"list_{foreign}s", limit=1).value["nextCursor"]
    check_refused(client.call(f"list_{SEVEN[noun]}", cursor=cursor), "invalid_cursor", 400)


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_what_a_payload_is_refused_for(client, maker, noun):
    uid = maker.item(noun)["uid"]
    deep = {"a": 1}
    for _ in range(70):
        deep = {"a": deep}
    twice = '{"a":1,"a":2}'
    for fields in (deep, twice, {"a": "nul \x00"}, {"nul \x00": 1}):
        for tool, arguments in [
            (f"create_{noun}", {**maker.least(noun), "additional_fields": fields}),
            (f"update_{noun}", {"uid": uid, **LEAST[noun], "additional_fields": fields}),
            (f"patch_{noun}", {"uid": uid, "updates": fields}),
        ]:
            answer = client.call(tool, **arguments)
            assert answer.is_error, (tool, str(fields)[:80])
            check_telling(answer.text)
            assert len(answer.text) < 2000
    big = {"text": "x" * 600_000}
    assert not client.call(f"patch_{noun}", uid=uid, updates=big).is_error
    answer = client.call(f"patch_{noun}", uid=uid, updates={"more": "x" * 600_000})
    check_refused(answer, "payload_too_large", 413)
    assert client.call(f"get_{noun}", uid=uid).value["version"] == 2


@pytest.mark.parametrize("noun, parent", [
    ("comment", "note"), ("comment", "task"), ("chat_message", "chat"),
])  # fmt: skip
def test_what_a_parent_is_refused_for(client, maker, noun, parent):
    def make(uid: str) -> dict:
        return {"chat_uid": uid, "content": ""} if parent == "chat" else {"content": "", "parent_type": parent, "parent_uid": uid}

    dead = maker.item(parent)["uid"]
    client.call(f"delete_{parent}", uid=dead)
    wrong = maker.item("note" if parent != "note" else "task")["uid"]
    item = client.call(f"create_{noun}", **make(maker.item(parent)["uid"])).value
    key = {"comment": "parentUid", "chat_message": "chatUid"}[noun]
    for uid in (new_uid(), dead, wrong):
        check_refused(client.call(f"create_{noun}", **make(uid)), "invalid_parent", 422, field=f"/{key}")
        moved = client.call(f"update_{noun}", uid=item["uid"], content="", additional_fields={"parentType": parent, key: uid})
        check_refused(moved, "invalid_parent", 422, field=f"/{key}")
    new = maker.item(parent)["uid"]
    moved = client.call(f"update_{noun}", uid=item["uid"], content="", additional_fields={"parentType": parent, key: new})
    assert not moved.is_error and moved.value["payload"][key] == new, moved.text


def test_an_unknown_tool_is_an_error_of_the_protocol(client):
    for name in ("drop_everything", "wipe", "List_notes", "list_notes ", ""):
        with pytest.raises(Refused) as refused:
            client.call(name)
        assert refused.value.code == -32602

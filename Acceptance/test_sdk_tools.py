"""Every tool with the official SDK, both release lines, in both eras, over HTTP and stdio: what it does, what it refuses, and how it says so."""

import pytest

from support.kinds import ACTIONS, NOUNS, TOOL_KINDS, new_uid
from support.mcp import Refused
from support.refusals import check_refused, check_telling
from support.toolcases import KEYS, LEAST, SEVEN, VALUES, Maker, nothings, spellings, split, wrong_arguments, wrong_texts
from support.toolwork import THE_41, VERBS


@pytest.fixture
def client(assistant):
    """The tools that a client has who chooses none."""
    return assistant.connect()


@pytest.fixture
def maker(client):
    return Maker(client)


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

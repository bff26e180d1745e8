"""The tools beyond the 41, as `compact` and `all` offer them: with the official SDK, both release lines, in both eras, over HTTP and stdio."""

import json

import pytest

from support.kinds import ACTIONS, ARCHIVED, NOUNS, PATHS, new_uid
from support.mcp import Refused
from support.polling import until
from support.refusals import check_refused, check_telling, next_step
from support.toolcases import LEAST, SEVEN, Maker, nothings, own, spellings, split, wrong_arguments
from support.toolwork import THE_41, VERBS

FIND = ["search", "fetch", "list_items", "recent_changes"]
BATCH = ["create_items", "update_items", "delete_items", "process_items", "restore_item"]
NOUN_OF = {path: noun for noun, path in SEVEN.items()}
KINDS_OF_LISTS = ["task_list", "task_list_category"]
EIGHT = ("list", "get", "create", "update", "patch", "delete", "archive", "process")


@pytest.fixture
def compact(assistant):
    return assistant.connect("compact")


@pytest.fixture(params=["compact", "all"])
def client(request, assistant):
    """What stands in both is the same tool."""
    return assistant.connect(request.param)


class Items:
    """Makes items with `create_items` alone."""

    def __init__(self, client):
        self.client = client

    def payload(self, path: str, **more) -> dict:
        match path:
            case "comments":
                own = {"content": "New", "parentType": "note", "parentUid": self.make("notes")["uid"]}
            case "chat_messages":
                own = {"chatUid": self.make("chats")["uid"], "content": "New"}
            case _:
                own = dict(LEAST[NOUN_OF[path]])
        return {**own, **more}

    def make(self, path: str, **more) -> dict:
        """The item as `fetch` tells it whole."""
        return self.whole(path, self.one("create_items", {"kind": path, "payload": self.payload(path, **more)})["uid"])

    def one(self, tool: str, *items, **more) -> dict:
        """What became of the only item of a batch."""
        value = self.client.call(tool, items=list(items), **more).value
        (result,) = value["results"]
        assert result["index"] == 0
        assert (value["succeeded"], value["failed"]) == ((1, 0) if result["ok"] else (0, 1))
        return result

    def whole(self, path: str, uid: str, **more) -> dict:
        """An item as it is, from what `fetch` says of it."""
        value = self.client.call("fetch", id=f"{path}/{uid}", detail="full", **more).value
        metadata = value["metadata"]
        assert (metadata["kind"], metadata["uid"]) == (path, uid)
        return {**{key: metadata[key] for key in ("uid", "version", "updatedAt", "deletedAt")}, "payload": value["payload"]}

    def right(self, tool: str) -> dict:
        """Arguments with which a tool does its work."""
        note = self.make("notes")["uid"]
        match tool:
            case "search":
                return {"query": "shopping"}
            case "fetch":
                return {"id": f"notes/{note}"}
            case "list_items":
                return {"kind": "notes"}
            case "create_items":
                return {"items": [{"kind": "notes", "payload": {"title": "T", "content": ""}}]}
            case "update_items":
                return {"items": [{"kind": "notes", "uid": note, "fields": {"colour": "red"}}]}
            case "delete_items":
                return {"items": [{"kind": "notes", "uid": note}]}
            case "process_items":
                return {"items": [{"kind": "notes", "uid": note, "action": "pin"}]}
            case "restore_item":
                self.one("delete_items", {"kind": "notes", "uid": note})
                return {"kind": "notes", "uid": note}
            case "recent_changes" | "health_check":
                return {}
        raise AssertionError(f"no test knows {tool}")


@pytest.fixture
def items(client):
    return Items(client)


# What each tool must do.


def search(client, items: Items):
    word = f"word{new_uid()[:8]}"
    made = {
        path: items.make(path, **{"name" if path == "task_list_categories" else "title": f"An {word} here"})
        for path in ("notes", "tasks", "task_lists")
    }
    note = items.make("notes", title="Of lines", content=f"first line\nsecond {word} line\nthird line")

    def found():
        value = client.call("search", query=word).value
        return value if len(value["results"]) == 4 else None

    value = until(found, what="the index")
    assert value["hasMore"] is False and value["complete"] is True and value["about"]
    results = {result["uid"]: result for result in value["results"]}
    for path, item in [*made.items(), ("notes", note)]:
        result = results[item["uid"]]
        assert result["id"] == f"{path}/{item['uid']}" and result["url"] == f"toolbridge://{path}/{item['uid']}"
        assert result["kind"] == path and result["updatedAt"] == item["updatedAt"] and isinstance(result["lines"], list)
        assert "payload" not in result
        assert client.call("fetch", id=result["id"]).value["id"] == result["id"]
    assert any(word in line for line in results[note["uid"]]["lines"]) and results[note["uid"]]["title"] == "Of lines"
    only = client.call("search", query=word, kinds=["tasks"]).value["results"]
    assert [result["uid"] for result in only] == [made["tasks"]["uid"]]
    limited = client.call("search", query=word, limit=2).value
    assert len(limited["results"]) == 2 and limited["hasMore"] is True
    full = client.call("search", query=word, detail="full", kinds=["tasks"]).value["results"]
    assert full[0]["payload"] == made["tasks"]["payload"]
    assert client.call("search", query=f"{word} nothingofthekind").value["results"] == []


def fetch(client, items: Items):
    for path in PATHS:
        item = items.make(path, extra=[1, None])
        for id in (f"{path}/{item['uid']}", f"toolbridge://{path}/{item['uid']}", f"{NOUN_OF[path]}/{item['uid'].upper()}"):
            value = client.call("fetch", id=id).value
            assert (value["id"], value["url"]) == (f"{path}/{item['uid']}", f"toolbridge://{path}/{item['uid']}")
            assert value["title"] and value["text"] and "payload" not in value
            expected = {"kind": path, "uid": item["uid"], "version": 1, "updatedAt": item["updatedAt"], "deletedAt": None}
            assert expected.items() <= value["metadata"].items() and value["metadata"]["about"]


def list_items(client, items: Items):
    for path in PATHS:
        made = [items.make(path, status="todo", tags=["a", f"tag {number}"]) for number in range(3)][::-1]
        uids = [item["uid"] for item in made]
        first = client.call("list_items", kind=path, limit=2).value
        assert [item["uid"] for item in first["items"]] == uids[:2] and first["nextCursor"]
        for item in first["items"]:
            assert {"kind", "uid", "title", "version", "updatedAt"} <= set(item) and "payload" not in item and item["kind"] == path
        assert client.call("list_items", kind=path, limit=1, cursor=first["nextCursor"]).value["items"][0]["uid"] == uids[2]
        full = client.call("list_items", kind=path, limit=3, detail="full").value["items"]
        assert full == [{"kind": path, **item} for item in made]
        by_tag = client.call("list_items", kind=path, tag="tag 1", limit=1).value["items"]
        assert [item["uid"] for item in by_tag] == [uids[1]]
        assert client.call("list_items", kind=path, status="nothing of the kind").value["items"] == []
        assert client.call("list_items", kind=path, updated_since="2099-01-01T00:00:00Z").value["items"] == []
        items.one("delete_items", {"kind": path, "uid": uids[0]})
        assert client.call("list_items", kind=path, limit=1).value["items"][0]["uid"] == uids[1]
        deleted = client.call("list_items", kind=path, limit=1, include_deleted=True).value["items"][0]
        assert deleted["uid"] == uids[0] and deleted["deletedAt"]
    chat = items.make("chats")["uid"]
    message = items.make("chat_messages", chatUid=chat)["uid"]
    for parent in (f"chats/{chat}", chat, f"toolbridge://chats/{chat}"):
        assert [item["uid"] for item in client.call("list_items", kind="chat_messages", parent=parent).value["items"]] == [message]


def recent_changes(client, items: Items):
    created, updated, deleted = items.make("notes"), items.make("tasks"), items.make("chats")
    items.one("update_items", {"kind": "tasks", "uid": updated["uid"], "fields": {"a": 1}})
    items.one("delete_items", {"kind": "chats", "uid": deleted["uid"]})
    value = client.call("recent_changes", limit=3).value
    assert [(item["change"], item["kind"], item["uid"]) for item in value["items"]] == [
        ("deleted", "chats", deleted["uid"]),
        ("updated", "tasks", updated["uid"]),
        ("created", "notes", created["uid"]),
    ]
    assert value["nextCursor"]
    following = client.call("recent_changes", limit=3, cursor=value["nextCursor"]).value["items"]
    assert not {item["uid"] for item in following} & {item["uid"] for item in value["items"]}
    tasks = client.call("recent_changes", limit=1, kinds=["tasks"], detail="full").value["items"][0]
    assert tasks["payload"]["a"] == 1 and tasks["version"] == 2
    assert client.call("recent_changes", since="2099-01-01").value["items"] == []
    assert client.call("recent_changes", since=value["items"][0]["updatedAt"], limit=5).value["items"][0]["uid"] == deleted["uid"]


def create_items(client, items: Items):
    wanted = [{"kind": path, "payload": items.payload(path, colour="red", nested={"list": [1, None]})} for path in PATHS]
    value = client.call("create_items", items=wanted).value
    assert (value["succeeded"], value["failed"]) == (7, 0)
    for number, (order, result) in enumerate(zip(wanted, value["results"], strict=True)):
        assert (result["index"], result["ok"], result["kind"], result["version"]) == (number, True, order["kind"], 1)
        assert result["title"]
        whole = items.whole(order["kind"], result["uid"])
        assert own(whole["payload"]) == {**order["payload"], "uid": result["uid"]}


def update_items(client, items: Items):
    made = [items.make(path, left=1) for path in PATHS]
    orders = [
        {"kind": path, "uid": item["uid"], "fields": {"colour": "red"}, "if_match": 1} for path, item in zip(PATHS, made, strict=True)
    ]
    value = client.call("update_items", items=orders).value
    assert [result["version"] for result in value["results"]] == [2] * 7 and value["failed"] == 0
    for path, item in zip(PATHS, made, strict=True):
        assert own(items.whole(path, item["uid"])["payload"]) == {**own(item["payload"]), "colour": "red"}
    orders = [
        {"kind": path, "uid": item["uid"], "fields": LEAST[NOUN_OF[path]], "replace": True} for path, item in zip(PATHS, made, strict=True)
    ]
    assert client.call("update_items", items=orders).value["succeeded"] == 7
    for path, item in zip(PATHS, made, strict=True):
        parents = {key: item["payload"][key] for key in ("parentType", "parentUid", "chatUid") if key in item["payload"]}
        assert own(items.whole(path, item["uid"])["payload"]) == {"uid": item["uid"], **LEAST[NOUN_OF[path]], **parents}


def delete_items(client, items: Items):
    made = [items.make(path) for path in PATHS]
    orders = [{"kind": path, "uid": item["uid"]} for path, item in zip(PATHS, made, strict=True)]
    # By id too, since that is what searches give.
    orders[0] = f"notes/{made[0]['uid']}"
    orders[1] = f"toolbridge://tasks/{made[1]['uid']}"
    value = client.call("delete_items", items=orders).value
    assert (value["succeeded"], value["failed"]) == (7, 0)
    for path, item in zip(PATHS, made, strict=True):
        check_refused(client.call("fetch", id=f"{path}/{item['uid']}"), "deleted", 410)
        whole = items.whole(path, item["uid"], include_deleted=True)
        assert whole["deletedAt"] and whole["version"] == 2 and own(whole["payload"]) == own(item["payload"])


def process_items(client, items: Items):
    for path in PATHS:
        expected = {}
        item = items.make(path)
        for version, (action, fields) in enumerate([*ACTIONS[path].items(), ("archive", ARCHIVED[path])], start=2):
            result = items.one("process_items", {"kind": path, "uid": item["uid"], "action": action})
            assert result["version"] == version
            expected.update(fields)
            assert own(items.whole(path, item["uid"])["payload"]) == {**own(item["payload"]), **expected}


def restore_item(client, items: Items):
    for number, path in enumerate(PATHS):
        item = items.make(path)
        items.one("delete_items", {"kind": path, "uid": item["uid"]})
        arguments = [{"kind": path, "uid": item["uid"]}, {"id": f"{path}/{item['uid']}"}, {"id": f"toolbridge://{path}/{item['uid']}"}][
            number % 3
        ]
        restored = client.call("restore_item", **arguments).value
        assert list(restored) == ["uid", "version", "updatedAt", "deletedAt", "payload"]
        assert (restored["uid"], restored["version"], restored["deletedAt"]) == (item["uid"], 3, None)
        assert own(restored["payload"]) == own(item["payload"])
        assert items.whole(path, item["uid"]) == restored


CASES = {
    "search": search, "fetch": fetch, "list_items": list_items, "recent_changes": recent_changes, "create_items": create_items,
    "update_items": update_items, "delete_items": delete_items, "process_items": process_items, "restore_item": restore_item,
}  # fmt: skip


def test_what_is_offered(assistant):
    assert list(assistant.connect("compact").declared) == ["health_check", *FIND, *BATCH]
    lists = [f"{verb}_{SEVEN[noun] if verb == 'list' else noun}" for noun in KINDS_OF_LISTS for verb in EIGHT]
    assert list(assistant.connect("all").declared) == [*THE_41, *lists, *FIND, *BATCH]
    reading = assistant.connect("all", read_only=True).declared
    assert reading and all(tool["annotations"]["readOnlyHint"] for tool in reading.values())
    assert set(reading) == {name for name, tool in assistant.connect("all").declared.items() if tool["annotations"]["readOnlyHint"]}
    for connection, absent in [("compact", "list_notes"), ("notes", "list_tasks"), ("", "search")]:
        with pytest.raises(Refused) as refused:
            assistant.connect(connection).call(absent)
        assert refused.value.code == -32602
    with pytest.raises(Refused) as refused:
        assistant.connect("all", read_only=True).call("create_note", title="", content="")
    assert refused.value.code == -32602


def test_every_tool_of_compact_does_its_work(compact):
    """Nine tools, with `health_check` the tenth, do all that the 41 do, for seven kinds."""
    for tool in compact.declared:
        if tool == "health_check":
            assert compact.call(tool).value["status"] == "healthy"
        else:
            assert tool in CASES, f"no test knows {tool}"
            CASES[tool](compact, Items(compact))


def test_every_further_tool_of_all_does_its_work(assistant):
    client = assistant.connect("all")
    standard = assistant.connect().declared
    for tool, declared in client.declared.items():
        verb, noun = split(tool)
        if tool in standard:
            assert declared["inputSchema"] == standard[tool]["inputSchema"]
        elif tool in CASES:
            # They are the same as in `compact`, where their work is tested.
            assert not client.call(tool, **Items(client).right(tool)).is_error
        else:
            assert verb in VERBS and noun in KINDS_OF_LISTS, f"no test knows {tool}"
            VERBS[verb](client, Maker(client), noun)


def test_no_tool_takes_wrong_arguments(compact, share):
    items = Items(compact)
    for tool in compact.declared.values():
        right = items.right(tool["name"])
        for name, arguments in wrong_arguments(tool, right, share):
            answer = compact.call(tool["name"], **arguments)
            if name == "items" and not answer.is_error:
                # A list with something wrong in it: that element alone is refused.
                assert answer.value["succeeded"] == 0 and answer.value["failed"] >= 1, (tool["name"], arguments)
                continue
            assert answer.is_error and name in answer.text.split("\n")[0], (tool["name"], arguments, answer.text)
            assert len(answer.text) < 2000
            check_telling(answer.text)
        assert not compact.call(tool["name"], **right).is_error, tool["name"]


def test_every_tool_takes_other_spellings_of_right_arguments(compact, share):
    items = Items(compact)
    more = {"limit": 2, "include_deleted": False, "confirm": False, "kinds": ["notes"]}
    for tool in compact.declared.values():
        for name, property in tool["inputSchema"].get("properties", {}).items():
            value = {**more, **items.right(tool["name"])}.get(name)
            others = [json.dumps(value), json.dumps(value, indent=1)] if isinstance(value, list) else spellings(property, value)
            for number in range(len(share(others))):
                right = {**items.right(tool["name"])}
                value = right.get(name, more.get(name))
                others = [json.dumps(value), json.dumps(value, indent=1)] if isinstance(value, list) else spellings(property, value)
                answer = compact.call(tool["name"], **{**right, name: share(others)[number]})
                assert not answer.is_error, (tool["name"], name, answer.text)
                assert answer.value.get("failed", 0) == 0, answer.text


def test_elements_of_a_batch_may_be_spelled_in_other_ways(compact):
    items = Items(compact)
    note = items.make("notes")["uid"]
    for element in (
        {"kind": "note", "uid": note, "fields": {"a": 1}},
        {"kind": "notes", "uid": note.upper(), "fields": '{"a":1}'},
        {"kind": "notes", "uid": note, "fields": {"a": 1}, "if_match": "4", "replace": "false"},
        json.dumps({"kind": "notes", "uid": note, "fields": {"a": 1}}),
        {"kind": "notes", "uid": f"notes/{note}", "fields": {"a": 1}},
    ):
        # One of them is meant for the version that the two before it have made.
        if isinstance(element, dict) and "if_match" in element:
            element["if_match"] = str(items.whole("notes", note)["version"])
        result = items.one("update_items", element)
        assert result["ok"], (element, result)
    assert compact.call("update_items", items={"kind": "notes", "uid": note, "fields": {"a": 2}}).value["succeeded"] == 1


def test_optional_arguments_that_say_nothing_count_as_absent(compact, share):
    items = Items(compact)
    for tool in compact.declared.values():
        schema = tool["inputSchema"]
        for name, property in schema.get("properties", {}).items():
            if name not in schema.get("required", []):
                for nothing in share(nothings(property)):
                    right = items.right(tool["name"])
                    if name not in right:
                        answer = compact.call(tool["name"], **right, **{name: nothing})
                        assert not answer.is_error, (tool["name"], name, nothing, answer.text)


@pytest.mark.parametrize("path", PATHS)
def test_what_a_single_item_is_refused_for(compact, path):
    items, noun = Items(compact), NOUNS[path]
    words = noun.replace("_", " ")
    missing, gone, live = new_uid(), items.make(path)["uid"], items.make(path)["uid"]
    items.one("delete_items", {"kind": path, "uid": gone})
    check_refused(compact.call("fetch", id=f"{path}/{missing}"), "not_found", 404, f"{noun} not found")
    check_refused(compact.call("fetch", id=f"{path}/{missing}", include_deleted=True), "not_found", 404)
    answer = compact.call("fetch", id=f"{path}/{gone}")
    check_refused(answer, "deleted", 410, f"{noun} deleted", uid=gone)
    assert "restore_item" in next_step(answer)
    check_refused(compact.call("restore_item", kind=path, uid=missing), "not_found", 404)
    answer = compact.call("restore_item", kind=path, uid=live)
    check_refused(answer, "already_exists", 409)
    assert answer.text.split("\n")[0] in (f"{noun} isn't deleted", f"{words} isn't deleted")
    for cursor in ("Zm9v", "not base64!", "x" * 5000):
        check_refused(compact.call("list_items", kind=path, cursor=cursor), "invalid_cursor", 400)
        check_refused(compact.call("recent_changes", cursor=cursor), "invalid_cursor", 400)
    items.make("notes" if path != "notes" else "tasks"), items.make("notes" if path != "notes" else "tasks")
    cursor = compact.call("list_items", kind="notes" if path != "notes" else "tasks", limit=1).value["nextCursor"]
    check_refused(compact.call("list_items", kind=path, cursor=cursor), "invalid_cursor", 400)


@pytest.mark.parametrize("path", PATHS)
def test_what_the_elements_of_a_batch_are_refused_for(compact, path):
    """Each for itself: the others are done."""
    items = Items(compact)
    missing, gone, live, other = new_uid(), items.make(path)["uid"], items.make(path)["uid"], items.make(path)["uid"]
    items.one("delete_items", {"kind": path, "uid": gone})
    some = {"fields": {"a": 1}}

    def codes(tool: str, *elements, **more) -> list:
        value = compact.call(tool, items=list(elements), **more).value
        assert [result["index"] for result in value["results"]] == list(range(len(elements)))
        for result in value["results"]:
            if not result["ok"]:
                assert result["error"] and set(result) <= {"index", "ok", "code", "error", "next"}
                check_telling(json.dumps(result))
        good = sum(result["ok"] for result in value["results"])
        assert (value["succeeded"], value["failed"]) == (good, len(elements) - good)
        return [result.get("code") or result["ok"] for result in value["results"]]

    def item(uid: str, **more) -> dict:
        return {"kind": path, "uid": uid, **more}

    assert codes("update_items", item(missing, **some), item(gone, **some), item(live, **some), item(other, **some, if_match=7)) == [
        "not_found",
        "deleted",
        True,
        "version_mismatch",
    ]
    assert items.whole(path, live)["version"] == 2 and items.whole(path, other)["version"] == 1
    assert codes("process_items", item(missing, action="archive"), item(live, action="nonsense"), item(other, action="archive")) == [
        "not_found",
        "invalid_action",
        True,
    ]
    payload = items.payload(path)
    taken = {**payload, "uid": live}
    deep: dict = {}
    for _ in range(70):
        deep = {"a": deep}
    results = codes(
        "create_items",
        {"kind": path, "payload": taken},
        {"kind": path, "payload": {**payload, "uid": gone}},
        {"kind": path, "payload": {**payload, "uid": "nonsense"}},
        {"kind": path, "payload": {**payload, "deep": deep}},
        {"kind": path, "payload": payload},
    )
    assert results == ["already_exists", "deleted", "invalid_uid", "invalid_payload", True]
    if "parentUid" in payload or "chatUid" in payload:
        key = "parentUid" if "parentUid" in payload else "chatUid"
        orphan = {**payload, key: missing}
        assert codes("create_items", {"kind": path, "payload": orphan}, {"kind": path, "payload": payload}) == ["invalid_parent", True]
    assert codes("delete_items", item(missing), item(gone), item(live), item(live)) == ["not_found", "deleted", True, "deleted"]
    wrong = [{}, {"kind": path}, {"uid": other}, {"kind": "nonsense", "uid": other}, {"kind": path, "uid": "nonsense"}, 5, None, [], "x"]
    results = codes("delete_items", *wrong, item(other))
    assert all(isinstance(code, str) for code in results[:-1]) and results[-1] is True


def test_a_batch_has_one_to_a_hundred_items(compact):
    items = Items(compact)
    for tool in BATCH[:4]:
        for count in (0, 101, 1000):
            answer = compact.call(tool, items=[{"kind": "notes", "payload": {"title": "T", "content": ""}}] * count)
            assert answer.is_error and "items" in answer.text and (not count or str(count) in answer.text), answer.text
    value = compact.call("create_items", items=[{"kind": "notes", "payload": {"title": f"{number}"}} for number in range(100)]).value
    assert value["succeeded"] == 100 and len({result["uid"] for result in value["results"]}) == 100
    assert [result["title"] for result in value["results"]] == [str(number) for number in range(100)]
    assert items.whole("notes", value["results"][99]["uid"])["version"] == 1

"""After a refusal an assistant is told what to do next: what differs, what was probably meant, and which of its tools helps."""

import contextlib
import json
import re
import sqlite3

import pytest

from support.kinds import ACTIONS, TOOL_KINDS, new_uid
from support.mcp import Client
from support.peer import HTTPPeer
from support.refusals import check_telling, next_step
from support.schema import MODERN
from support.toolcases import LEAST, Maker

VERBS = ("list", "get", "create", "update", "patch", "delete", "archive", "process")


class Connection:
    """A raw client with a choice of tools, as `Maker` needs one."""

    def __init__(self, server, toolsets: str = "", revision: str = MODERN):
        self.peer = HTTPPeer(server, revision, {}, path=f"/mcp{'?toolsets=' + toolsets if toolsets else ''}")
        self.names = set(self.peer.tools())

    def call(self, tool: str, **arguments):
        exchange = self.peer.call(tool, arguments)
        return Answer(exchange, self.names)


class Answer:
    def __init__(self, exchange, names: set[str]):
        self.is_error, self.text, self.result, self.names = exchange.is_error, exchange.text, exchange.result, names

    @property
    def value(self) -> dict:
        assert not self.is_error, self.text
        return self.result["structuredContent"]

    @property
    def next(self) -> str:
        """What is said after the two lines, once it was looked whether it names only tools that this client has."""
        assert self.is_error, self.text
        details = json.loads(self.text.split("\n")[1])
        assert details["code"] and details["status"]
        step = next_step(self)
        words = set(re.findall(r"[a-z]+(?:_[a-z]+)+|search|fetch", re.sub(r'"(?:[^"\\]|\\.)*"|^\{.*$', "", step, flags=re.M)))
        unknown = {word for word in words & EVERY - self.names}
        assert not unknown, (unknown, step)
        assert len(self.text.encode()) < 12_000
        return step


EVERY: set[str] = set()


@pytest.fixture(scope="module", params=["", "all", "compact", "notes", "all&readonly=1"])
def any_tools(request, shared_server):
    connection = Connection(shared_server, request.param)
    if not EVERY:
        EVERY.update(Connection(shared_server, "all").names)
    yield connection
    connection.peer.close()


@pytest.fixture(scope="module", params=["", "all"])
def client(request, shared_server):
    EVERY.update(Connection(shared_server, "all").names)
    connection = Connection(shared_server, request.param)
    yield connection
    connection.peer.close()


@pytest.fixture
def maker(client):
    return Maker(client)


def near(uid: str) -> str:
    """A uid with one wrong digit, as models make them."""
    return uid[:-1] + ("0" if uid[-1] != "0" else "1")


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_a_stale_version_comes_with_the_current_one(client, maker, noun):
    item = maker.item(noun)
    client.call(f"patch_{noun}", uid=item["uid"], updates={"status": "changed elsewhere", "colour": "red"})
    answer = client.call(f"update_{noun}", uid=item["uid"], **LEAST[noun], if_match=1)
    step = answer.next
    line, *more = step.split("\n")
    assert "version 2" in line and "if_match 2" in line and f"update_{noun}" in line
    assert "status" in line and "colour" in line
    current = json.loads(more[-1])
    assert current["uid"] == item["uid"] and current["version"] == 2 and current["payload"]["colour"] == "red"
    # What it says to do works.
    assert client.call(f"update_{noun}", uid=item["uid"], **LEAST[noun], if_match=2).value["version"] == 3


def test_a_large_item_is_not_repeated(client, maker):
    item = maker.item("note", additional_fields={"text": "x" * 9000})
    answer = client.call("update_note", uid=item["uid"], title="T", content="", if_match=7)
    assert "version 1" in answer.next and "x" * 100 not in answer.text and "get_note" in answer.next
    assert len(answer.text) < 1500


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_an_unknown_uid_is_looked_for(client, maker, noun):
    title = f"Shopping for the {noun} of {new_uid()[:8]}"
    content = {"content": title} if noun in ("comment", "chat_message") else {"title": title}
    item = maker.item(noun, **({**maker.least(noun), **content}))
    for verb, more in [("get", {}), ("update", LEAST[noun]), ("patch", {"updates": {"a": 1}}), ("delete", {}), ("archive", {})]:
        step = client.call(f"{verb}_{noun}", uid=near(item["uid"]), **more).next
        assert item["uid"] in step and title in step, step
    action = next(iter(ACTIONS[TOOL_KINDS[noun]]))
    assert item["uid"] in client.call(f"process_{noun}", uid=near(item["uid"]), action=action).next


@pytest.mark.parametrize("noun", ["note", "task", "chat"])
def test_an_item_is_found_by_the_title_that_was_meant(client, maker, noun):
    word = new_uid()[:8]
    item = maker.item(noun, title=f"Plans {word}")
    more = {"content": ""} if noun == "note" else {}
    step = client.call(f"update_{noun}", uid=new_uid(), title=f"Plans {word}", **more).next
    assert item["uid"] in step and f"Plans {word}" in step


def test_an_item_of_another_kind_is_named(client, maker):
    task = maker.item("task", title="Call Ada")
    step = client.call("get_note", uid=task["uid"]).next
    assert "task" in step and "get_task" in step and "Call Ada" in step
    assert "patch_task" in client.call("patch_note", uid=task["uid"], updates={"a": 1}).next


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_where_nothing_is_similar_a_tool_that_finds_is_named(make_server, noun):
    server = make_server(f"server-{noun}").start()
    with HTTPPeer(server, MODERN, {}) as peer:
        answer = Answer(peer.call(f"get_{noun}", {"uid": new_uid()}), set(peer.tools()))
        assert f"list_{TOOL_KINDS[noun]}" in answer.next
    with HTTPPeer(server, MODERN, {}, path="/mcp?toolsets=compact") as peer:
        answer = Answer(peer.call("fetch", {"id": f"{TOOL_KINDS[noun]}/{new_uid()}"}), set(peer.tools()))
        assert "search" in answer.next or "list_items" in answer.next


@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_what_is_deleted_can_be_brought_back(client, maker, noun):
    uid = maker.item(noun)["uid"]
    client.call(f"delete_{noun}", uid=uid)
    more = {"update": LEAST[noun], "patch": {"updates": {"a": 1}}}
    for verb in ("get", "update", "patch", "delete", "archive"):
        step = client.call(f"{verb}_{noun}", uid=uid, **more.get(verb, {})).next
        assert "include_deleted" in step or "restore_item" in step
        if "restore_item" in client.names:
            assert "restore_item" in step and uid in step


@pytest.mark.parametrize(
    "noun, parent, key", [("comment", "note", "parent_uid"), ("comment", "task", "parent_uid"), ("chat_message", "chat", "chat_uid")]
)
def test_a_missing_parent_is_looked_for(client, maker, noun, parent, key):
    def create(uid: str):
        kind = {"parent_type": parent} if noun == "comment" else {}
        return client.call(f"create_{noun}", content="", **kind, **{key: uid})

    item = maker.item(parent, title=f"Parent {new_uid()[:8]}")
    step = create(near(item["uid"])).next
    assert item["uid"] in step and item["payload"]["title"] in step
    step = create(new_uid()).next
    assert f"list_{parent}s" in step or "search" in step or "list_items" in step
    assert key in step
    client.call(f"delete_{parent}", uid=item["uid"])
    step = create(item["uid"]).next
    assert "deleted" in step
    if "restore_item" in client.names:
        assert "restore_item" in step


def test_other_refusals_say_what_to_do(client, maker):
    note = maker.item("note")
    taken = client.call("create_note", title="", content="", additional_fields={"uid": note["uid"]}).next
    assert "update_note" in taken or "patch_note" in taken
    assert "cursor" in client.call("list_notes", cursor="Zm9v").next
    deep: dict = {}
    for _ in range(70):
        deep = {"a": deep}
    assert client.call("patch_note", uid=note["uid"], updates=deep).next
    client.call("patch_note", uid=note["uid"], updates={"text": "x" * 600_000})
    assert client.call("patch_note", uid=note["uid"], updates={"more": "x" * 600_000}).next


def test_hints_name_only_what_is_offered(any_tools):
    """Whatever a client has chosen."""
    uid = new_uid()
    calls = {
        "get_note": {"uid": uid}, "get_task": {"uid": uid}, "list_notes": {"cursor": "Zm9v"}, "fetch": {"id": f"notes/{uid}"},
        "create_comment": {"content": "", "parent_type": "note", "parent_uid": uid}, "create_chat_message": {"content": "", "chat_uid": uid},
        "restore_item": {"kind": "notes", "uid": uid}, "list_items": {"kind": "notes", "cursor": "Zm9v"}, "recent_changes": {"cursor": "Zm9v"},
        "delete_note": {"uid": uid}, "patch_task": {"uid": uid, "updates": {}}, "get_task_list": {"uid": uid},
    }  # fmt: skip
    called = 0
    for tool, arguments in calls.items():
        if tool in any_tools.names:
            assert any_tools.call(tool, **arguments).next, tool
            called += 1
    assert called


def test_owners_never_see_each_other_in_hints(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_DATA="60000/60/60000").start()

    class Account:
        def __init__(self, name: str):
            self.port, self.connect, self.access = server.port, server.connect, [("X-Debug-Sub", name)]

    with HTTPPeer(Account("ada"), MODERN, {}) as ada, HTTPPeer(Account("eve"), MODERN, {}) as eve:
        made = ada.call("create_note", {"title": "Secret plans", "content": ""}).result["structuredContent"]
        for uid in (made["uid"], near(made["uid"])):
            for tool, arguments in [
                ("get_note", {"uid": uid}),
                ("get_task", {"uid": uid}),
                ("update_note", {"uid": uid, "title": "Secret plans", "content": "", "if_match": 1}),
                ("create_comment", {"content": "", "parent_type": "note", "parent_uid": uid}),
            ]:
                answer = eve.call(tool, arguments)
                assert answer.is_error and "Secret" not in answer.text.replace('"title":"Secret plans"', "")
                assert uid == near(made["uid"]) or made["uid"] not in answer.text.replace(f"not found: {uid}", "")
                assert uid == made["uid"] or made["uid"] not in answer.text


def test_a_refusal_without_data_still_has_its_two_lines(shared_server):
    """The oldest revision too."""
    for revision in ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"):
        with Client(shared_server, revision) as client:
            answer = client.call("get_note", uid=new_uid())
            assert answer.refusal["code"] == "not_found" and answer.text.split("\n")[0] == "note not found"


def test_a_database_that_is_away(server):
    """An error of ours carries the id under which the log has its cause, and `health_check` says that something is wrong."""
    with Client(server) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        assert client.call("health_check").value["status"] == "healthy"
        with contextlib.closing(sqlite3.connect(server.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            answer = client.call("create_note", title="T", content="")
            health = client.call("health_check").value["status"]
            assert client.call("get_note", uid=uid).value["version"] == 1
            other.execute("ROLLBACK")
        refusal = answer.refusal
        assert (refusal["code"], refusal["status"]) == ("unavailable", 503) and refusal["correlation_id"]
        assert "create_note" in next_step(answer)
        check_telling(answer.text)
        assert not client.call("create_note", title="T", content="").is_error
        assert client.call("health_check").value["status"] == "healthy"
        assert health == "degraded"

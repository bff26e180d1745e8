"""T-23: what is stored is data. A hundred hostile texts in every place that takes one change nothing that the server says of itself."""

import json

import pytest

from support.hostile import ORDER, TEXTS, hidden_in, texts_in
from support.kinds import PATHS, new_uid
from support.mcp import encode
from support.peer import HTTPPeer
from support.polling import until
from support.program import Server
from support.schema import LEGACY, MODERN, REVISIONS
from support.wire import Connection

LISTS = ["tools/list", "prompts/list", "resources/templates/list", "server/discover"]
TOOLSETS = ["", "?toolsets=compact", "?toolsets=all", "?toolsets=all&readonly=1"]
# Stored as it came; whoever reads it knows that.
PAYLOADS = frozenset(["payload"])


class Account:
    """One of several owners of a server: a client sees only this one's items."""

    def __init__(self, server, name: str):
        self.server, self.port, self.connect = server, server.port, server.connect
        self.access = [("X-Debug-Sub", name)]

    def request(self, method: str, target: str, body=None):
        return self.server.request(method, target, body, self.access, token=False)

    def peer(self, revision: str = MODERN, toolsets: str = "?toolsets=all") -> HTTPPeer:
        return HTTPPeer(self, revision, {}, path=f"/mcp{toolsets}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"), ENV="dev", RATE_LIMIT_DATA="60000/60/60000").start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def victim(server):
    """An owner of a hundred hostile notes, and of as many items of the other kinds."""
    account = Account(server, "victim")
    account.made = fill(account)
    return account


@pytest.fixture(scope="module")
def stranger(server):
    return Account(server, "stranger")


def fill(account: Account) -> list[tuple[str, dict, bytes]]:
    """Stores every text as title, content, tag, status, name of a member and whatever else a kind has; returns kind, item and what was sent."""
    made = []

    def store(path: str, fields: dict):
        body = encode(fields)
        response = account.request("POST", f"/v1/{path}", body)
        assert response.status == 201, (response, fields)
        made.append((path, response.json(), body))
        return response.json()["uid"]

    for number, text in enumerate(TEXTS):
        note = store(
            "notes",
            {"title": text, "content": f"{text}\n\n{text}", "tags": [text, "hostile"], "status": text, text: text, "number": number},
        )
        category = store("task_list_categories", {"name": text})
        task_list = store("task_lists", {"title": text, "description": text, "categoryUid": category, "color": text})
        task = {"title": text, "description": text, "priority": text, "tags": [text], "taskListUid": task_list}
        store("tasks", {**task, "status": text if number % 2 else "todo", "dueDate": text if number % 3 else "2026-01-01"})
        store("comments", {"content": text, "author": text, "status": text, "parentType": "note", "parentUid": note})
        chat = store("chats", {"title": text, "description": text, "participants": [text]})
        store("chat_messages", {"chatUid": chat, "content": text, "sender": text, "messageType": text})
    return made


def check_shown(value, where: str):
    """Nothing that is shown hides anything."""
    for text in texts_in(value, without=PAYLOADS):
        assert not hidden_in(text), (where, hidden_in(text)[:5])


def check_line(text: str, where: str, most: int = 200):
    """A title: one line, not too long."""
    assert "\n" not in text and "\t" not in text, (where, text)
    assert len(text.encode()) <= most, (where, len(text.encode()))


def raw(account: Account, method: str, toolsets: str) -> bytes:
    """The body of an answer, byte for byte."""
    peer = account.peer(toolsets=toolsets)
    params = {"_meta": peer.meta()}
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    with Connection(account.port) as connection:
        response = connection.request("POST", peer.path, peer.fields(message), encode(message))
    assert response.status == 200, response
    return response.body


@pytest.mark.parametrize("toolsets", TOOLSETS)
@pytest.mark.parametrize("method", LISTS)
def test_what_a_server_says_of_itself_does_not_depend_on_what_is_stored(server, stranger, method, toolsets, victim):
    bodies = {raw(account, method, toolsets) for account in (victim, stranger, victim)}
    assert len(bodies) == 1
    text = bodies.pop().decode()
    assert ORDER not in text and not hidden_in(text)


@pytest.mark.parametrize("revision", LEGACY)
def test_nor_does_the_greeting(victim, stranger, revision):
    told = []
    for account in (victim, stranger):
        with account.peer(revision) as peer:
            told.append([peer.server, peer.request("tools/list"), peer.request("prompts/list")])
    assert told[0] == told[1]
    assert ORDER not in json.dumps(told[0])


@pytest.mark.parametrize("revision", REVISIONS)
def test_metadata_holds_no_character_that_hides(stranger, revision):
    with stranger.peer(revision) as peer:
        told = [peer.discover(), peer.request("tools/list"), peer.request("prompts/list"), peer.request("resources/templates/list")]
    for text in texts_in(told):
        assert not hidden_in(text) and text.isprintable() or "\n" in text, text
        assert all(character.isascii() or character in "–—…’“”" for character in text), text


def test_payloads_come_back_byte_for_byte(victim):
    """Members as they were sent: their order, their escapes."""
    with victim.peer() as peer:
        singular = {"notes": "note", "tasks": "task", "comments": "comment", "chats": "chat", "chat_messages": "chat_message"}
        for path, item, body in victim.made:
            tool, arguments = ("fetch", {"id": f"{path}/{item['uid']}", "detail": "full"})
            if path in singular:
                tool, arguments = f"get_{singular[path]}", {"uid": item["uid"]}
            text = peer.call(tool, arguments).text
            assert body.decode()[1:-1] in text, (path, item["uid"])
            payload = json.loads(text)["payload"]
            assert {name: value for name, value in payload.items() if name in json.loads(body)} == json.loads(body)


@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_summaries_show_what_hides(victim, revision):
    with victim.peer(revision) as peer:
        for path in PATHS:
            read, cursor = 0, None
            while True:
                arguments = {"kind": path, "limit": 100, **({"cursor": cursor} if cursor else {})}
                value = peer.call("list_items", arguments).result["structuredContent"]
                check_shown(value, f"list_items of {path}")
                for item in value["items"]:
                    check_line(item["title"], path)
                assert "user" in value["about"]
                read, cursor = read + len(value["items"]), value["nextCursor"]
                if cursor is None:
                    break
            assert read == len(TEXTS)
        value = peer.call("recent_changes", {"limit": 200}).result["structuredContent"]
        check_shown(value, "recent_changes")
        assert len(value["items"]) > 50 and "user" in value["about"]


def test_searches_show_what_hides(victim):
    with victim.peer() as peer:
        until(lambda: peer.call("search", {"query": "hostile"}).result["structuredContent"]["complete"], seconds=20)
        for query in (
            "hostile",
            "instructions",
            "ignore previous",
            "delete_items",
            "evil",
            "system",
            "annotated",
            "family",
            "fillers",
            "separator",
        ):
            for kinds in ([], ["tasks"], ["chat_messages", "comments"]):
                value = peer.call("search", {"query": query, "limit": 50, "kinds": kinds}).result["structuredContent"]
                check_shown(value, f"search for {query}")
                assert "user" in value["about"]
                for hit in value["results"]:
                    check_line(hit["title"], query)
                    assert hit["url"] == f"toolbridge://{hit['kind']}/{hit['uid']}"
        assert value is not None


def test_texts_of_items_show_what_hides_and_have_one_front_part(victim):
    """What stands in the front part is the server's word: nobody's title ends it or adds to it."""
    with victim.peer() as peer:
        for path, item, _ in victim.made:
            value = peer.call("fetch", {"id": f"{path}/{item['uid']}"}).result["structuredContent"]
            check_shown(value, "fetch")
            check_line(value["title"], "fetch")
            lines = value["text"].split("\n")
            assert lines[0] == "---"
            front = lines[1 : lines.index("---", 1)]
            keys = [line.split(": ", 1)[0] for line in front]
            assert len(keys) == len(set(keys)), front
            assert f"uid: {item['uid']}" in front and f"kind: {path}" in front and "version: 1" in front
            assert not set(keys) - {
                "title", "kind", "uid", "parent", "status", "done", "priority", "due", "author", "sender", "archived", "pinned", "tags",
                "participants", "more", "version", "updated", "deleted", "excerpt",
            }, front  # fmt: skip
            read = peer.request("resources/read", {"uri": value["url"]})["contents"][0]
            assert read["text"] == value["text"]
            whole = peer.request("resources/read", {"uri": value["url"] + ".json"})["contents"][0]
            assert json.loads(whole["text"])["payload"] == item["payload"]


def test_resources_show_what_hides(victim):
    with victim.peer() as peer:
        read, cursor = [], None
        while True:
            page = peer.request("resources/list", {"cursor": cursor} if cursor else {})
            check_shown(page["resources"], "resources/list")
            for resource in page["resources"]:
                assert resource["uri"].startswith("toolbridge://")
                for name in ("name", "title"):
                    if name in resource:
                        check_line(resource[name], "resources/list")
            read, cursor = [*read, *page["resources"]], page.get("nextCursor")
            if not cursor:
                break
        assert len(read) == 100
        for kind in PATHS:
            for typed in ("", "I", "hostile", "\u202e"):
                argument = {
                    "ref": {"type": "ref/resource", "uri": "toolbridge://{kind}/{uid}"},
                    "argument": {"name": "uid", "value": typed},
                }
                values = peer.request("completion/complete", {**argument, "context": {"arguments": {"kind": kind}}})["completion"]["values"]
                check_shown(values, "completion")


def test_prompts_show_what_hides_and_say_what_is_whose(victim):
    chats = [item["uid"] for path, item, _ in victim.made if path == "chats"]
    notes = [item["uid"] for path, item, _ in victim.made if path == "notes"]
    lists = [item["uid"] for path, item, _ in victim.made if path == "task_lists"]
    calls = [("plan_my_day", {}), ("review_my_week", {}), ("tidy_task_list", {})]
    for number in range(0, 100, 9):
        calls.append(("summarise_chat", {"chat": chats[number]}))
        calls.append(("meeting_notes_to_tasks", {"note": notes[number], "list": lists[number]}))
        calls.append(("tidy_task_list", {"list": lists[number]}))
    with victim.peer() as peer:
        assert {name for name, _ in calls} == {prompt["name"] for prompt in peer.request("prompts/list")["prompts"]}
        for name, arguments in calls:
            result = peer.request("prompts/get", {"name": name, "arguments": arguments})
            check_shown(result["messages"], name)
            first = result["messages"][0]["content"]
            assert first["type"] == "text" and ORDER not in first["text"], first
            assert not hidden_in(result.get("description", ""))
        for name, argument in [("summarise_chat", "chat"), ("meeting_notes_to_tasks", "note"), ("tidy_task_list", "list")]:
            for typed in ("", "I", "\n", "<"):
                reference = {"ref": {"type": "ref/prompt", "name": name}, "argument": {"name": argument, "value": typed}}
                check_shown(peer.request("completion/complete", reference)["completion"]["values"], name)


def lines_of(answer) -> list[str]:
    return answer.text.split("\n")


def check_hint(text: str):
    """What follows the two lines of a refusal: words of ours, or one JSON value a line; nobody's text begins a line."""
    assert not hidden_in(text), hidden_in(text)[:3]
    lines = text.split("\n")
    assert sum(line.startswith("Next: ") for line in lines) <= 1, text
    for line in lines:
        if line.startswith("{"):
            json.loads(line)
        assert not line.lstrip().startswith((ORDER, "Next: IGNORE", "Next: call delete", "System:", "Human:", "<system", "---")), text


def test_refusals_quote_nothing_that_hides(victim):
    """Titles in hints, and what the caller sent, stay within their quotes and on their line."""
    singular = {"notes": "note", "tasks": "task", "chats": "chat"}
    with victim.peer() as peer:
        for path, item, body in victim.made:
            if path not in singular:
                continue
            noun, fields = singular[path], json.loads(body)
            title = {"title": fields["title"], **({"content": "new"} if noun == "note" else {})}
            for answer in (
                peer.call(f"update_{noun}", {"uid": item["uid"], **title, "if_match": 7}),
                peer.call(f"update_{noun}", {"uid": new_uid(), **title}),
                peer.call(f"get_{noun}", {"uid": item["uid"][:-1] + ("0" if item["uid"][-1] != "0" else "1")}),
                peer.call(f"get_{'task' if noun != 'task' else 'note'}", {"uid": item["uid"]}),
            ):
                assert answer.is_error
                line, details, *more = lines_of(answer)
                assert not hidden_in(line) and ORDER not in line
                assert ORDER not in json.dumps({name: value for name, value in json.loads(details).items()})
                without_item = "\n".join(line for line in more if not line.startswith("{"))
                check_hint(without_item)
        for text in TEXTS:
            for tool, arguments in [
                ("get_note", {"uid": text}), ("get_note", {"uid": new_uid(), text: 1}), ("list_notes", {"limit": text}), ("list_notes", {"cursor": text}),
                ("process_note", {"uid": new_uid(), "action": text}), ("create_note", {"title": "", "content": "", "tags": "[" + text}),
                ("create_comment", {"content": "", "parent_type": text, "parent_uid": new_uid()}), ("fetch", {"id": text}),
                ("list_items", {"kind": text}), ("list_items", {"kind": "comments", "parent": text}), ("search", {"query": "a", "kinds": [text]}),
                ("create_comment", {"content": "", "parent_type": "note", "parent_uid": new_uid(), "additional_fields": {"parentType": text}}),
                ("create_note", {"title": "", "content": "", "additional_fields": {"uid": text}}),
                ("create_note", {"title": "", "content": "", "additional_fields": {text: {"a": "nul \x00"}}}),
            ]:  # fmt: skip
                answer = peer.call(tool, arguments)
                if not answer.is_error:
                    # An empty or blank cursor is none.
                    continue
                assert not hidden_in(answer.text), (tool, hidden_in(answer.text)[:3])
                check_hint("\n".join(lines_of(answer)[1:]))
                assert len(answer.text.encode()) < 4000, (tool, len(answer.text))


def test_batches_show_what_hides(victim):
    with victim.peer() as peer:
        notes = [(item, json.loads(body)) for path, item, body in victim.made if path == "notes"]
        items = [{"kind": "notes", "uid": item["uid"], "action": "pin"} for item, _ in notes]
        value = peer.call("process_items", {"items": items}).result["structuredContent"]
        assert value["succeeded"] == 100
        check_shown(value, "process_items")
        for result in value["results"]:
            check_line(result["title"], "process_items")
        wrong = [{"kind": text, "uid": new_uid(), "action": text} for text in TEXTS]
        value = peer.call("process_items", {"items": wrong}).result["structuredContent"]
        assert value["failed"] == 100
        check_shown(value, "process_items")
        for result in value["results"]:
            check_line(result["error"], "process_items", most=1000)
        wrong = [{"kind": "comments", "payload": {"content": "", "parentType": text, "parentUid": text}} for text in TEXTS]
        value = peer.call("create_items", {"items": wrong}).result["structuredContent"]
        assert value["failed"] == 100
        check_shown(value, "create_items")


def test_the_log_holds_no_stored_text(server, victim):
    assert ORDER.encode() not in server.log.read_bytes() + server.errors.read_bytes()
    assert victim.made

"""Every item as a resource: read, listed, completed, and watched over each transport in each revision, whoever changes it."""

import contextlib
import json
import subprocess
from types import SimpleNamespace

import pytest

from support.kinds import create, new_uid
from support.peer import CLIENTS, HTTPPeer, Peer, SSEPeer, StdioPeer
from support.places import PROGRAM
from support.program import environment
from support.schema import MODERN

UPDATED = "notifications/resources/updated"
LIST = "notifications/resources/list_changed"
MARKDOWN = "toolbridge://{kind}/{uid}"
JSON = "toolbridge://{kind}/{uid}.json"


def start_stdio(database, folder, **variables: str) -> subprocess.Popen:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [str(PROGRAM), "stdio", "--database", f"sqlite:{database}"],
        env=environment(folder, **variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )


@pytest.fixture
def visit(request, tmp_path):
    """Makes clients of a server: over HTTP, or of a process of their own on the same database."""
    with contextlib.ExitStack() as stack:

        def connect(server, transport: str, revision: str) -> Peer:
            match transport:
                case "http":
                    peer = HTTPPeer(server, revision)
                case "sse":
                    peer = SSEPeer(server, revision)
                case _:
                    peer = StdioPeer(start_stdio(server.database, tmp_path / "stdio"), revision)
            return stack.enter_context(peer)

        yield connect


@pytest.fixture(params=CLIENTS, ids="-".join)
def visitor(request, visit, shared_server) -> Peer:
    """The test runs once for every transport and revision."""
    return visit(shared_server, *request.param)


def address(path: str, uid: str) -> str:
    return f"toolbridge://{path}/{uid}"


def read(peer: Peer, uri: str) -> dict:
    result = peer.request("resources/read", {"uri": uri})
    if peer.is_modern:
        assert (result["ttlMs"], result["cacheScope"]) == (0, "private"), "K6"
    (contents,) = result["contents"]
    assert contents["uri"] == uri
    return contents


def as_subject(server, name: str):
    """The same server for somebody else, in the profile for development."""
    return SimpleNamespace(port=server.port, connect=server.connect, access=[("X-Debug-Sub", name)], database=server.database)


# MARK: reading


def test_rs9_an_item_is_read_as_markdown_and_as_json(visitor, shared_server):
    payload = '{"title":"Mügel \\u0031\\/2","content":"# One\\n\\ntwo","n":1.50,"uid":"%s"}' % (uid := new_uid())
    assert shared_server.request("POST", "/v1/notes", payload.encode()).status == 201
    markdown = read(visitor, address("notes", uid))
    assert markdown["mimeType"] == "text/markdown"
    assert "Mügel 1/2" in markdown["text"] and "# One\n\ntwo" in markdown["text"]
    contents = read(visitor, address("notes", uid) + ".json")
    assert contents["mimeType"] == "application/json"
    item = json.loads(contents["text"])
    tool = visitor.call("get_note", {"uid": uid})
    assert item == {"kind": "notes", **json.loads(tool.text)}
    # Byte for byte but for what the server writes.
    assert '"title":"Mügel \\u0031\\/2"' in contents["text"] and '"n":1.50' in contents["text"]
    for spelled in (uid.upper(), uid.replace("-", ""), "%7B" + uid + "%7D", "urn:uuid:" + uid):
        assert json.loads(read(visitor, address("notes", spelled) + ".json")["text"]) == item, spelled


def test_every_kind_is_a_resource(visitor, shared_server):
    for path in ("notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories"):
        item = create(shared_server, path)
        assert json.loads(read(visitor, address(path, item["uid"]) + ".json")["text"])["kind"] == path


def test_rs3_unknown_deleted_and_malformed_addresses_are_unknown(visitor, shared_server):
    live, deleted = create(shared_server, "notes")["uid"], create(shared_server, "notes")["uid"]
    assert shared_server.request("DELETE", f"/v1/notes/{deleted}").status == 200
    for uri in (
        address("notes", new_uid()),
        address("notes", deleted),
        address("notes", deleted) + ".json",
        address("tasks", live),
        address("folders", live),
        address("notes", "x"),
        address("notes", live) + ".xml",
        address("notes", live) + "/more",
        address("notes", live) + "?x",
        "toolbridge://notes/" + live + "%2Ejson",
        "other://notes/" + live,
    ):
        error = visitor.ask("resources/read", {"uri": uri}).error
        assert error["code"] == (-32602 if visitor.is_modern else -32002), uri
        assert error["data"] == {"uri": uri}


def test_rs3_what_belongs_to_somebody_else_is_unknown(make_server):
    server = make_server(ENV="dev").start()
    uid = new_uid()
    headers = [("X-Debug-Sub", "alice")]
    assert server.request("POST", "/v1/notes", {"uid": uid, "title": "hers"}, headers, token=False).status == 201
    with HTTPPeer(as_subject(server, "alice")) as alice, HTTPPeer(as_subject(server, "bob")) as bob:
        assert "hers" in read(alice, address("notes", uid))["text"]
        assert bob.ask("resources/read", {"uri": address("notes", uid)}).error["code"] == -32602
        assert bob.request("resources/list")["resources"] == []
        assert [one["uri"] for one in alice.request("resources/list")["resources"]] == [address("notes", uid)]


# MARK: lists


def test_rs8_rs10_the_templates(visitor):
    result = visitor.request("resources/templates/list")
    if visitor.is_modern:
        assert (result["ttlMs"], result["cacheScope"]) == (3_600_000, "public"), "K6"
    templates = {one["uriTemplate"]: one for one in result["resourceTemplates"]}
    assert set(templates) == {MARKDOWN, JSON}
    assert all(one["name"] and one["description"] for one in templates.values())
    assert (templates[MARKDOWN]["mimeType"], templates[JSON]["mimeType"]) == ("text/markdown", "application/json")
    assert visitor.discover()["capabilities"]["resources"] == {"subscribe": True, "listChanged": True}, "RS1"


@pytest.mark.parametrize(("transport", "revision"), [("http", MODERN), ("http", "2025-03-26"), ("stdio", MODERN), ("sse", "2024-11-05")])
def test_rs10_the_hundred_items_that_changed_last_are_listed(visit, server, transport, revision):
    peer = visit(server, transport, revision)
    assert peer.request("resources/list")["resources"] == []
    names = []
    for number in range(104):
        path = ("notes", "tasks", "chats")[number % 3]
        item = server.request("POST", f"/v1/{path}", {"title": f"{path} {number}"}).json()
        names.append((address(path, item["uid"]), f"{path} {number}"))
    # The oldest comes back by a change, and the newest goes.
    first, last = names[0][0].rsplit("/", 1)[1], names.pop()[0].rsplit("/", 1)[1]
    assert server.request("PATCH", f"/v1/notes/{first}", {"pinned": True}).status == 200
    assert server.request("DELETE", f"/v1/tasks/{last}").status == 200
    names.append(names.pop(0))
    result = peer.request("resources/list")
    assert "nextCursor" not in result
    if peer.is_modern:
        assert (result["ttlMs"], result["cacheScope"]) == (5_000, "private"), "K6"
    found = result["resources"]
    assert [(one["uri"], one["name"]) for one in found] == list(reversed(names))[:100]
    assert found[0]["description"].startswith("note, changed 20") and found[0]["mimeType"] == "text/markdown"
    assert (found[0].get("annotations", {}).get("lastModified") is not None) == (revision >= "2025-06-18")


def test_what_hides_in_a_title_is_shown(visitor, shared_server):
    uid = shared_server.request("POST", "/v1/notes", {"title": "a\u202eb\nc"}).json()["uid"]
    (name,) = (one["name"] for one in visitor.request("resources/list")["resources"] if one["uri"] == address("notes", uid))
    assert "\u202e" not in name and "\n" not in name and "\\u{202E}" in name


# MARK: completion


def complete(peer: Peer, name: str, value: str, template: str = MARKDOWN, **chosen: str) -> list[str]:
    params = {"ref": {"type": "ref/resource", "uri": template}, "argument": {"name": name, "value": value}}
    if chosen:
        params["context"] = {"arguments": chosen}
    return peer.request("completion/complete", params)["completion"]["values"]


def test_c1_c2_kinds_and_uids_are_completed(visitor, shared_server):
    assert complete(visitor, "kind", "") == [
        "notes",
        "tasks",
        "comments",
        "chats",
        "chat_messages",
        "task_lists",
        "task_list_categories",
    ]
    assert complete(visitor, "kind", "task_") == ["task_lists", "task_list_categories"]
    word = "w" + new_uid()[:8]
    note = shared_server.request("POST", "/v1/notes", {"title": f"Plan {word}"}).json()["uid"]
    task = shared_server.request("POST", "/v1/tasks", {"title": f"Plan {word}"}).json()["uid"]
    for template in (MARKDOWN, JSON):
        assert set(complete(visitor, "uid", word, template)) == {note, task}
    assert complete(visitor, "uid", note[:13]) == [note]
    assert complete(visitor, "uid", "", JSON)[:2] == [task, note]
    if visitor.revision >= "2025-06-18":
        assert complete(visitor, "uid", word, kind="notes") == [note]
        assert complete(visitor, "uid", word, kind="folders") == []
    bad = {"ref": {"type": "ref/resource", "uri": MARKDOWN}, "argument": {"name": "colour", "value": ""}}
    assert visitor.ask("completion/complete", bad).error["code"] == -32602, "C3"


# MARK: watching


class Changer:
    """Changes an item by each path there is."""

    def __init__(self, server, visit):
        self.server = server
        self.visit = visit

    def tool(self, uid: str):
        with HTTPPeer(self.server) as peer:
            assert not peer.call("patch_note", {"uid": uid, "updates": {"by": "tool"}}).is_error

    def rest(self, uid: str):
        assert self.server.request("PATCH", f"/v1/notes/{uid}", {"by": "REST"}).status == 200

    def sync(self, uid: str):
        session = self.server.request("POST", "/v1/sync/sessions").json()
        fields = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
        item = {"uid": uid, "title": "by sync", "updatedTs": "2030-03-01T10:00:00Z", "sync": {"version": 9}}
        (answer,) = self.server.request("POST", "/v1/sync/notes/push", {"items": [item]}, fields).json()
        assert not answer.get("error"), answer

    def process(self, uid: str):
        other = self.visit(self.server, "stdio", MODERN)
        assert not other.call("patch_note", {"uid": uid, "updates": {"by": "another process"}}).is_error


@pytest.mark.parametrize("path", ["tool", "rest", "sync", "process"])
@pytest.mark.parametrize(("transport", "revision"), CLIENTS, ids=map("-".join, CLIENTS))
def test_rs6_rs7_a_change_by_any_path_is_told(visit, shared_server, transport, revision, path):
    server = shared_server
    mine, other = create(server, "notes")["uid"], create(server, "notes")["uid"]
    peer = visit(server, transport, revision)
    # In the spelling of the client.
    spelled = address("notes", mine.upper())
    with peer.watch(uris=[spelled, address("notes", mine) + ".json"]) as watch:
        changer = Changer(server, visit)
        changer.rest(other)
        getattr(changer, path)(mine)
        told = [watch.next() for _ in range(2)]
        assert {(one["method"], one["params"]["uri"]) for one in told} == {(UPDATED, spelled), (UPDATED, address("notes", mine) + ".json")}
        assert json.loads(read(peer, address("notes", mine) + ".json")["text"])["version"] == 2


@pytest.mark.parametrize(("transport", "revision"), CLIENTS, ids=map("-".join, CLIENTS))
def test_the_list_is_told_when_items_come_and_go(visit, server, transport, revision):
    old = create(server, "notes")["uid"]
    peer = visit(server, transport, revision)
    with peer.watch(resources=True) as watch:
        # A change of what is listed makes no other list.
        assert server.request("PATCH", f"/v1/notes/{old}", {"pinned": True}).status == 200
        uid = create(server, "notes")["uid"]
        assert watch.next()["method"] == LIST
        assert peer.request("resources/list")["resources"][0]["uri"] == address("notes", uid)
        assert server.request("DELETE", f"/v1/notes/{uid}").status == 200
        assert watch.next()["method"] == LIST
        assert [one["uri"] for one in peer.request("resources/list")["resources"]] == [address("notes", old)]
        assert server.request("POST", f"/v1/notes/{uid}/restore").status == 200
        assert watch.next()["method"] == LIST
        wipe(server)
        assert watch.next()["method"] == LIST


@pytest.mark.parametrize(("transport", "revision"), CLIENTS, ids=map("-".join, CLIENTS))
def test_a_wipe_is_told_to_all_who_watch(visit, server, transport, revision):
    uids = [create(server, "notes")["uid"] for _ in range(3)]
    peer = visit(server, transport, revision)
    with peer.watch(uris=[address("notes", uid) for uid in uids]) as watch:
        wipe(server)
        told = {watch.next()["params"]["uri"] for _ in uids} if peer.is_modern else set()
        while not peer.is_modern and len(told) < 3:
            one = watch.next()
            if one["method"] == UPDATED:
                told.add(one["params"]["uri"])
        assert told == {address("notes", uid) for uid in uids}
        # And everything goes on after it.
        assert server.request("POST", "/v1/notes", {"uid": uids[0], "title": "anew"}).status == 201
        while (one := watch.next())["method"] != UPDATED:
            pass
        assert one["params"]["uri"] == address("notes", uids[0])


def wipe(server):
    session = server.request("POST", "/v1/sync/sessions").json()
    fields = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
    answer = server.request("POST", "/v1/sync/wipe", {"confirm": "WIPE"}, fields)
    assert answer.status == 200, (answer.status, answer.body)

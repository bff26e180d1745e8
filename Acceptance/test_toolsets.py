"""Which tools are offered: chosen by flags, the environment and the address of each request."""

import json

import pytest

from support.kinds import new_uid
from support.mcp import ACCEPT, JSON_BODY, Client, Refused, Stdio, encode
from support.peer import SSEPeer
from support.program import run
from support.schema import LEGACY, MODERN

BOTH_ERAS = [MODERN, "2025-11-25"]
TOOLSETS = ["standard", "compact", "all", "notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories", "find", "batch"]
FIND = ["search", "fetch", "list_items", "recent_changes"]
BATCH = ["create_items", "update_items", "delete_items", "process_items", "restore_item"]


def of_kind(kind: str) -> list[str]:
    one = {"task_list_categories": "task_list_category"}.get(kind, kind.removesuffix("s"))
    return [f"list_{kind}", *(f"{verb}_{one}" for verb in ["get", "create", "update", "patch", "delete", "archive", "process"])]


STANDARD = [name for kind in ["notes", "tasks", "comments", "chats", "chat_messages"] for name in of_kind(kind)] + ["health_check"]
ALL = [*STANDARD, *of_kind("task_lists"), *of_kind("task_list_categories"), *FIND, *BATCH]
READING = [name for name in ALL if name.startswith(("list_", "get_")) or name in ["health_check", *FIND]]


def names(client) -> list[str]:
    return [tool["name"] for tool in client.request("tools/list")["tools"]]


def reading(names: list[str]) -> list[str]:
    return [name for name in names if name in READING]


CHOICES = [
    ("", STANDARD),
    ("?", STANDARD),
    ("?toolsets=standard", STANDARD),
    ("?toolsets=compact", ["health_check", *FIND, *BATCH]),
    ("?toolsets=all", ALL),
    ("?toolsets=notes", [*of_kind("notes"), "health_check"]),
    ("?toolsets=tasks,notes", [*of_kind("notes"), *of_kind("tasks"), "health_check"]),
    ("?toolsets=notes%2C+find", [*of_kind("notes"), "health_check", *FIND]),
    ("?toolsets=task_lists,chats", [*of_kind("chats"), "health_check", *of_kind("task_lists")]),
    ("?readonly=1", reading(STANDARD)),
    ("?toolsets=all&readonly=true", reading(ALL)),
    ("?readonly=0&toolsets=batch", ["health_check", *BATCH]),
    ("?toolsets=batch&readonly=1", ["health_check"]),
    ("?something=else", STANDARD),
]


@pytest.mark.parametrize("revision", BOTH_ERAS)
@pytest.mark.parametrize("path", ["/mcp", "/sse"])
@pytest.mark.parametrize(("query", "expected"), CHOICES, ids=[query for query, _ in CHOICES])
def test_the_address_chooses(shared_server, path, query, expected, revision):
    with Client(shared_server, revision, path=path + query) as client:
        assert names(client) == expected


@pytest.mark.parametrize(("query", "expected"), CHOICES[:1] + CHOICES[3:5], ids=[query for query, _ in CHOICES[:1] + CHOICES[3:5]])
def test_on_http_with_sse_the_address_of_the_stream_chooses(shared_server, query, expected):
    with SSEPeer(shared_server, path="/sse" + query) as peer:
        assert [tool["name"] for tool in peer.request("tools/list")["tools"]] == expected


REFUSED = [
    ("toolsets=nots", "toolsets", "there is no toolset nots"),
    ("toolsets=notes,Tasks", "toolsets", "there is no toolset Tasks"),
    ("toolsets=", "toolsets", "no toolset is named"),
    ("toolsets", "toolsets", "no toolset is named"),
    ("toolsets=,", "toolsets", "no toolset is named"),
    ("toolsets=notes&toolsets=tasks", "toolsets", "toolsets was given more than once"),
    ("toolsets=%ff", "toolsets", "toolsets can't be read"),
    ("readonly=maybe", "readonly", "readonly must be 1, 0, true or false"),
    ("readonly", "readonly", "readonly must be 1, 0, true or false"),
    ("READONLY=1", "readonly", "write readonly, in small letters alone"),
    ("toolsets=all&read%5Fonly=1", "readonly", "write readonly, in small letters alone"),
    ("toolset=notes", "toolsets", "write toolsets, in small letters alone"),
    ("readonly=1&readonly=1", "readonly", "readonly was given more than once"),
    ("toolsets=all&readonly=2", "readonly", "readonly must be 1, 0, true or false"),
]


@pytest.mark.parametrize(("query", "field", "text"), REFUSED, ids=[query for query, _, _ in REFUSED])
def test_a_choice_that_cannot_be_is_refused_before_anything_begins(shared_server, query, field, text):
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    initialize = encode({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
    for method, path, body in [("POST", "/mcp", initialize), ("POST", "/sse", initialize), ("GET", "/sse", None), ("POST", "/mcp", b"{")]:
        with shared_server.connect() as connection:
            fields = [shared_server.authorization, ACCEPT, *([JSON_BODY] if body else [])]
            response = connection.request(method, f"{path}?{query}", fields, body)
        assert (response.status, response.header("Mcp-Session-Id")) == (400, None)
        refusal = response.json()
        assert (refusal["code"], refusal["field"]) == ("invalid_parameter", field)
        assert refusal["error"].startswith(text)
        if text.startswith(("there is no", "no toolset")):
            assert refusal["toolsets"] == TOOLSETS
            assert refusal["error"] == f"{text}: choose from {', '.join(TOOLSETS)}"


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_a_tool_that_is_not_chosen_is_unknown(shared_server, revision):
    with Client(shared_server, revision) as client:
        uid = client.call("create_note", title="T", content="C").value["uid"]
    for query, tool, arguments in [
        ("?toolsets=tasks", "get_note", {"uid": uid}),
        ("?toolsets=notes", "search", {"query": "T"}),
        ("?readonly=1", "delete_note", {"uid": uid}),
        ("?toolsets=all&readonly=1", "delete_items", {"items": [{"kind": "notes", "uid": uid}]}),
    ]:
        with Client(shared_server, revision, path="/mcp" + query) as client:
            with pytest.raises(Refused) as refused:
                client.call(tool, **arguments)
            assert refused.value.code == -32602
    with Client(shared_server, revision, path="/mcp?readonly=1&toolsets=notes") as client:
        assert client.call("get_note", uid=uid).value["version"] == 1


@pytest.mark.parametrize("revision", LEGACY)
def test_a_session_belongs_to_no_address(shared_server, revision):
    with Client(shared_server, revision, path="/mcp?toolsets=notes") as client:
        assert names(client) == [*of_kind("notes"), "health_check"]
        client.path = "/mcp?toolsets=tasks&readonly=1"
        assert names(client) == ["list_tasks", "get_task", "health_check"]
        client.path = "/mcp"
        assert names(client) == STANDARD


def test_the_operators_choice_is_the_standard_and_the_bound(make_server):
    server = make_server(arguments=("--toolsets", "notes,compact")).start()
    chosen = [*of_kind("notes"), "health_check", *FIND, *BATCH]
    for query, expected in [
        ("", chosen), ("?toolsets=notes", [*of_kind("notes"), "health_check"]), ("?toolsets=find,batch,notes", chosen),
        ("?toolsets=compact&readonly=1", ["health_check", *FIND]),
    ]:  # fmt: skip
        with Client(server, path="/mcp" + query) as client:
            assert names(client) == expected
    for text in ["tasks", "standard", "all", "notes,tasks"]:
        response = server.request("POST", f"/mcp?toolsets={text}", b"{}", [JSON_BODY, ACCEPT])
        assert response.status == 400
        assert response.json()["toolsets"] == ["compact", "notes", "find", "batch"]
        assert response.json()["error"] == "not all of these toolsets are offered: choose from compact, notes, find, batch"


def test_read_only_cannot_be_lifted_by_an_address(make_server):
    server = make_server(arguments=("--read-only",)).start()
    for query, expected in [("", STANDARD), ("?readonly=0", STANDARD), ("?toolsets=all&readonly=false", ALL), ("?toolsets=all", ALL)]:
        for revision in BOTH_ERAS:
            with Client(server, revision, path="/mcp" + query) as client:
                assert names(client) == reading(expected)
                with pytest.raises(Refused) as refused:
                    client.call("create_note", title="T", content="C")
                assert refused.value.code == -32602
    # REST isn't the tools' business.
    assert server.request("POST", "/v1/notes", {"title": "T"}, [JSON_BODY]).status == 201


OPERATORS = [
    ((), {"TOOLBRIDGE_TOOLSETS": "notes"}, [*of_kind("notes"), "health_check"]),
    (("--toolsets", "chats"), {"TOOLBRIDGE_TOOLSETS": "notes"}, [*of_kind("chats"), "health_check"]),
    ((), {"TOOLBRIDGE_TOOLSETS": "notes", "TOOLBRIDGE_READ_ONLY": "true"}, ["list_notes", "get_note", "health_check"]),
    (("--read-only",), {"TOOLBRIDGE_READ_ONLY": "0"}, reading(STANDARD)),
    (("--toolsets", "all"), {"TOOLBRIDGE_READ_ONLY": "1"}, reading(ALL)),
    ((), {"TOOLBRIDGE_TOOLSETS": "", "TOOLBRIDGE_READ_ONLY": ""}, STANDARD),
]


@pytest.mark.parametrize(("arguments", "variables", "expected"), OPERATORS)
def test_flags_come_before_the_environment(make_server, stdio, tmp_path, arguments, variables, expected):
    server = make_server(arguments=arguments, **variables).start()
    with Client(server) as client:
        assert names(client) == expected
    for revision in BOTH_ERAS:
        client = Stdio(stdio(tmp_path / "stdio.db", *arguments, **variables), revision)
        if revision != MODERN:
            client.request("initialize", {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}})
        assert names(client) == expected
        missing = next(name for name in ALL if name not in expected)
        with pytest.raises(Refused) as refused:
            client.call(missing)
        assert refused.value.code == -32602


BAD_STARTS = [
    (("--toolsets", "nots"), {}, "--toolsets must be"),
    (("--toolsets", ""), {}, "--toolsets must be"),
    ((), {"TOOLBRIDGE_TOOLSETS": "notes,nots"}, "TOOLBRIDGE_TOOLSETS must be"),
    ((), {"TOOLBRIDGE_TOOLSETS": ","}, "TOOLBRIDGE_TOOLSETS must be"),
    ((), {"TOOLBRIDGE_READ_ONLY": "maybe"}, "TOOLBRIDGE_READ_ONLY must be true, false, 1 or 0"),
    ((), {"TOOLBRIDGE_TOOL_PAGE_BYTES": "999"}, "TOOLBRIDGE_TOOL_PAGE_BYTES must be 1000 to 1000000"),
    ((), {"TOOLBRIDGE_TOOL_PAGE_BYTES": "1000001"}, "TOOLBRIDGE_TOOL_PAGE_BYTES must be 1000 to 1000000"),
    ((), {"TOOLBRIDGE_TOOL_PAGE_BYTES": "40kB"}, "TOOLBRIDGE_TOOL_PAGE_BYTES must be 1000 to 1000000"),
]


@pytest.mark.parametrize("command", ["serve", "stdio"])
@pytest.mark.parametrize(("arguments", "variables", "text"), BAD_STARTS)
def test_what_cannot_be_stops_the_start_with_one_line(tmp_path, command, arguments, variables, text):
    port = ("--port", "0") if command == "serve" else ()
    done = run(command, *port, "--database", f"sqlite:{tmp_path}/d.db", *arguments, home=tmp_path, **variables)
    assert done.returncode > 0
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and text in lines[0], lines
    if "toolsets" in text.lower():
        assert ", ".join(TOOLSETS) in lines[0]


def test_pages_end_where_the_operator_says(make_server):
    server = make_server(TOOLBRIDGE_TOOL_PAGE_BYTES="3000").start()
    with Client(server) as client:
        for _ in range(8):
            client.call("create_note", title="T", content="x" * 1_000)
        page = client.call("list_notes").value
        assert 1 <= len(page["items"]) < 4 and page["nextCursor"]
        assert len(json.dumps(page, separators=(",", ":"))) < 3_500
        rest = client.call("list_notes", cursor=page["nextCursor"]).value["items"]
        assert not {item["uid"] for item in rest} & {item["uid"] for item in page["items"]}


def many_choices(count: int) -> list[str]:
    kinds = ["notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories", "find", "batch"]
    return [",".join(kind for place, kind in enumerate(kinds) if bits >> place & 1) for bits in range(1, count + 1)]


def test_more_choices_than_are_kept_are_answered_right(server):
    """They are made anew, and each answer is that of its own choice."""
    with Client(server) as client:
        for _ in range(2):
            for text in many_choices(80):
                client.path = f"/mcp?toolsets={text}"
                chosen = {name for part in text.split(",") for name in {"find": FIND, "batch": BATCH}.get(part) or of_kind(part)}
                assert names(client) == [name for name in ALL if name in chosen or name == "health_check"]


def test_subscriptions_and_uids_work_at_every_address(shared_server):
    uid = new_uid()
    with Client(shared_server, path="/mcp?toolsets=compact") as client:
        done = client.call("create_items", items=[{"kind": "notes", "payload": {"uid": uid, "title": "Compact"}}]).value
        assert done["succeeded"] == 1
    with Client(shared_server, path="/mcp?toolsets=notes") as client:
        assert client.call("get_note", uid=uid).value["payload"]["title"] == "Compact"


# What `toolbridge tools` prints.


def printed(tmp_path, *arguments: str, **variables: str) -> dict:
    done = run("tools", "--json", *arguments, home=tmp_path, **variables)
    assert (done.returncode, done.stderr) == (0, b"")
    return json.loads(done.stdout)


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_the_printed_sizes_are_what_clients_get(shared_server, tmp_path, toolset):
    catalogue = printed(tmp_path, "--toolsets", toolset)
    with Client(shared_server, path=f"/mcp?toolsets={toolset}") as client:
        response, answer = client.post("tools/list")
    framing = len(encode({"jsonrpc": "2.0", "id": answer["id"], "result": None})) - len("null")
    assert catalogue["total"] == {
        "tools": len(answer["result"]["tools"]), "bytes": len(response.body) - framing, "tokens": -(-(len(response.body) - framing) // 4),
    }  # fmt: skip
    assert [tool["name"] for tool in catalogue["tools"]] == [tool["name"] for tool in answer["result"]["tools"]]
    for own, tool in zip(catalogue["tools"], answer["result"]["tools"], strict=True):
        assert own["bytes"] == len(encode(tool))
        assert own["tokens"] == -(-own["bytes"] // 4)
        assert own["annotations"] == {key: value for key, value in tool["annotations"].items() if key != "title"}
    assert next(total for total in catalogue["toolsets"] if total["name"] == toolset) == {"name": toolset, **catalogue["total"]}
    assert [total["name"] for total in catalogue["toolsets"]] == TOOLSETS


def test_it_prints_scopes(tmp_path):
    scopes = {tool["name"]: tool["scope"] for tool in printed(tmp_path, "--toolsets", "all")["tools"]}
    assert list(scopes) == ALL
    for kind in TOOLSETS[3:10]:
        for name in of_kind(kind):
            assert scopes[name] == f"{kind}:{'read' if name in READING else 'write'}"
    for name in [*FIND, *BATCH]:
        assert scopes[name] == f"items:{'read' if name in READING else 'write'}"
    assert scopes["health_check"] is None


def test_it_prints_tables_that_say_the_same(tmp_path):
    done = run("tools", home=tmp_path, TOOLBRIDGE_TOOLSETS="notes", TOOLBRIDGE_READ_ONLY="1")
    assert (done.returncode, done.stderr) == (0, b"")
    catalogue = printed(tmp_path, "--toolsets", "notes", "--read-only")
    text = done.stdout.decode()
    rows = [line.split() for line in text.splitlines()]
    assert ["tool", "bytes", "tokens", "scope", "hints"] in rows and ["toolset", "tools", "bytes", "tokens"] in rows
    for tool in catalogue["tools"]:
        assert [tool["name"], str(tool["bytes"]), str(tool["tokens"]), tool["scope"] or "none", "read-only,", "idempotent"] in rows
    assert ["3", "tools", str(catalogue["total"]["bytes"]), str(catalogue["total"]["tokens"])] in rows
    for total in catalogue["toolsets"]:
        assert [total["name"], *(str(total[key]) for key in ("tools", "bytes", "tokens"))] in rows
    assert "bytes / 4" in text


def test_it_needs_no_database_and_writes_nothing(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    done = run("tools", home=home, DATABASE_URL="sqlite:/nowhere/at/all.db")
    assert done.returncode == 0
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("arguments", [("--toolsets", "nots"), ("--toolsets", "")])
def test_it_refuses_unknown_names(tmp_path, arguments):
    done = run("tools", *arguments, home=tmp_path)
    assert done.returncode > 0 and done.stdout == b""
    assert ", ".join(TOOLSETS) in done.stderr.decode()

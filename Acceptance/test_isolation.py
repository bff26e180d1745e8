"""T-1: what a stranger asks for is answered as what there is none of, on every route and by every tool.

The rows are every operation of `/openapi.json`, every tool, and what else MCP reads. One that has no row here fails.
"""

import itertools
import json
import re
import time
from dataclasses import dataclass, field

import pytest

from support.kinds import ACTIONS, PATHS, check_error, new_uid
from support.owners import Person, start_tenants, token
from support.toolcases import LEAST, SEVEN

CANARY = "canary-5f2c1e"
ABSENT = "absent"

# Fresh strangers for each request: what one of them did is not what the next one finds.
STRANGERS = {
    "another of the tenant": lambda n: ("acme", f"bob-{n}"),
    "the same subject elsewhere": lambda n: (f"tenant-{n}", "alice"),
    "another elsewhere": lambda n: (f"tenant-{n}", f"bob-{n}"),
}
numbers = itertools.count(1)


@dataclass
class World:
    """Things of one owner, by name, or such as nobody has."""

    uids: dict[str, str]
    gone: dict[str, str]
    session: str
    epoch: str = "1"

    @staticmethod
    def absent() -> "World":
        return World({path: new_uid() for path in PATHS}, {path: new_uid() for path in PATHS}, new_uid())


@dataclass
class Call:
    method: str
    target: str
    body: object = None
    headers: list = field(default_factory=list)

    def send(self, person: Person):
        return person.request(self.method, self.target, self.body, self.headers)


def fields(world: World, path: str, **more) -> dict:
    parents = {
        "comments": {"parentType": "note", "parentUid": world.uids.get("notes")},
        "chat_messages": {"chatUid": world.uids.get("chats")},
    }
    names = {"comments": "content", "chat_messages": "content", "task_list_categories": "name"}
    return {names.get(path, "title"): "of a stranger", **parents.get(path, {}), **more}


def pushed(world: World, path: str) -> dict:
    return {"items": [fields(world, path, uid=world.uids[path], updatedTs="2030-01-01T00:00:00.000Z", sync={"version": 1, "isDeleted": False})]}


def own_session(person: Person) -> list[tuple[str, str]]:
    answer = person.request("POST", "/v1/sync/sessions", {})
    assert answer.status == 201, answer
    return [("X-Sync-Session", answer.json()["id"]), ("X-Sync-Epoch", "1")]


# An operation, with K for any kind → the requests that name what is in a world. `p` is who asks, `k` the kind, `w` the world.
ROWS = {
    "get /v1/K": lambda p, k, w: [Call("GET", f"/v1/{k}?includeDeleted=true")],
    "post /v1/K": lambda p, k, w: [Call("POST", f"/v1/{k}", fields(w, k, uid=w.uids[k]))],
    "get /v1/K/{uid}": lambda p, k, w: [Call("GET", f"/v1/{k}/{uid}") for uid in (w.uids[k], w.gone[k])],
    "put /v1/K/{uid}": lambda p, k, w: [
        Call("PUT", f"/v1/{k}/{uid}", fields(w, k), headers) for uid in (w.uids[k], w.gone[k]) for headers in ([], [("If-Match", '"1"')])
    ],
    "patch /v1/K/{uid}": lambda p, k, w: [
        Call("PATCH", f"/v1/{k}/{uid}", {"status": "x"}, headers) for uid in (w.uids[k], w.gone[k]) for headers in ([], [("If-Match", '"1"')])
    ],
    "delete /v1/K/{uid}": lambda p, k, w: [Call("DELETE", f"/v1/{k}/{uid}") for uid in (w.uids[k], w.gone[k])],
    "post /v1/K/{uid}/restore": lambda p, k, w: [Call("POST", f"/v1/{k}/{uid}/restore") for uid in (w.uids[k], w.gone[k])],
    "post /v1/K/{uid}/archive": lambda p, k, w: [Call("POST", f"/v1/{k}/{uid}/archive") for uid in (w.uids[k], w.gone[k])],
    "post /v1/K/{uid}/process": lambda p, k, w: [
        Call("POST", f"/v1/{k}/{uid}/process", {"action": action}) for uid in (w.uids[k], w.gone[k]) for action in ACTIONS[k]
    ],
    "post /v1/batch": lambda p, k, w: [
        Call("POST", "/v1/batch", {"operations": operations(w), "atomic": atomic}) for atomic in (False, True)
    ],
    "get /v1/search": lambda p, k, w: [Call("GET", f"/v1/search?q={CANARY}"), Call("GET", "/v1/search?q=title")],
    "post /v1/sync/sessions": lambda p, k, w: [Call("POST", "/v1/sync/sessions", {})],
    "post /v1/sync/K/push": lambda p, k, w: [Call("POST", f"/v1/sync/{k}/push", pushed(w, k), own_session(p))],
    "get /v1/sync/K/pull": lambda p, k, w: [Call("GET", f"/v1/sync/{k}/pull", headers=own_session(p))],
    "post /v1/sync/wipe": lambda p, k, w: [Call("POST", "/v1/sync/wipe", {"confirm": "WIPE"}, own_session(p))],
    "get /v1/sync/state": lambda p, k, w: [Call("GET", "/v1/sync/state", headers=own_session(p))],
    "get /v1/recent": lambda p, k, w: [Call("GET", "/v1/recent?includeDeleted=true"), Call("GET", "/v1/recent?kinds=notes,tasks")],
    "get /v1/sync/changes": lambda p, k, w: [Call("GET", "/v1/sync/changes"), Call("GET", "/v1/sync/changes?kinds=notes,tasks")],
}
# Operations that anybody may ask for: they know nothing of owners.
OPEN = {
    "get /healthz",
    "get /health",
    "get /readyz",
    "get /",
    "get /v1/sync/info",
    "get /.well-known/jwks.json",
    "get /.well-known/oauth-protected-resource",
    "get /.well-known/oauth-protected-resource/mcp",
    "get /.well-known/oauth-protected-resource/sse",
    "get /.well-known/oauth-authorization-server",
    "get /.well-known/security.txt",
    "get /openapi.json",
    "get /docs",
    # It reads its token out of the form.
    "post /oauth/token",
}
# Operations on a session: who names another's is told that it isn't his (T-14).
SESSIONS = {"get /v1/sync/sessions/{id}", "delete /v1/sync/sessions/{id}"}
# Operations on the token alone, which name nothing of an owner's.
TOKEN_ONLY = {"get /v1/auth/tenant", "post /auth/token-exchange"}


def operations(world: World) -> list[dict]:
    return [{"op": "delete", "kind": path, "uid": uid} for path in PATHS for uid in (world.uids[path], world.gone[path])]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = start_tenants(tmp_path_factory.mktemp("tenants"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def alice(server):
    person = Person(server, "acme", "alice")
    yield person
    person.close()


@pytest.fixture(scope="module")
def world(alice):
    """What Alice has: an item of every kind, and one that she deleted."""
    world = World({}, {}, "")
    for path in PATHS:
        for uids in (world.uids, world.gone):
            answer = alice.request("POST", f"/v1/{path}", {**fields(world, path), **{name: CANARY for name in ("title", "content", "name")}})
            assert answer.status == 201, answer
            uids[path] = answer.json()["uid"]
        assert alice.request("DELETE", f"/v1/{path}/{world.gone[path]}").status == 200
    world.session = alice.request("POST", "/v1/sync/sessions", {}).json()["id"]
    return world


@pytest.fixture(scope="module")
def table(server) -> list[tuple[str, str]]:
    """Every operation: its method with its path, K for any kind, and the kind."""
    paths = server.request("GET", "/openapi.json", token=False).json()["paths"]
    return [(*generic(method, path),) for path, methods in paths.items() for method in methods if method in ("get", "put", "post", "delete", "patch")]


def generic(method: str, path: str) -> tuple[str, str]:
    for kind in PATHS:
        for prefix in ("/v1/", "/v1/sync/"):
            if path == prefix + kind or path.startswith(f"{prefix}{kind}/"):
                return f"{method} {prefix}K{path[len(prefix + kind):]}", kind
    return f"{method} {path}", "notes"


def masked(response, names: list[str]) -> tuple[int, str]:
    """An answer without what differs from answer to answer."""
    text = response.body.decode()
    for name in names:
        text = text.replace(name, ABSENT)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", text)
    text = re.sub(r'"(nextCursor|checkpoint|cursor)":"[^"]*"', r'"\1":"CURSOR"', text)
    return response.status, text


def check_alike(server, relation: str, world: World, ask):
    """Whoever asks for another's things gets what one who asks for nobody's gets, and nothing of theirs."""
    answers = []
    for asked in (world, World.absent()):
        stranger = Person(server, *STRANGERS[relation](next(numbers)))
        try:
            names = [*asked.uids.values(), *asked.gone.values(), asked.session]
            answers.append([masked(answer, [*names, stranger.tenant]) for answer in ask(stranger, asked)])
        finally:
            stranger.close()
    foreign, absent = answers
    assert foreign == absent
    assert CANARY not in re.sub(r'"q":"[^"]*"', "", json.dumps(foreign)), foreign
    return foreign


def everything_of(alice: Person) -> list[bytes]:
    answers = [alice.request("GET", f"/v1/{path}?includeDeleted=true&limit=1000") for path in PATHS]
    assert all(answer.status == 200 and CANARY.encode() in answer.body for answer in answers)
    return [answer.body for answer in answers]


def test_t_1_every_operation_has_a_row(table):
    assert {operation for operation, _ in table} - OPEN - TOKEN_ONLY - SESSIONS == set(ROWS)


@pytest.mark.parametrize("relation", STRANGERS)
def test_t_1_a_foreign_item_is_an_absent_one_on_every_route(server, alice, world, table, relation):
    before = everything_of(alice)
    for operation, kind in table:
        if operation not in ROWS:
            continue
        row = ROWS[operation]
        answers = check_alike(server, relation, world, lambda p, w: [call.send(p) for call in row(p, kind, w)])
        assert all(status < 500 for status, _ in answers), (operation, answers)
    assert everything_of(alice) == before


@pytest.mark.parametrize("relation", STRANGERS)
def test_t_14_a_foreign_session_opens_nothing(server, alice, world, relation):
    stranger = Person(server, *STRANGERS[relation](next(numbers)))
    foreign = [("X-Sync-Session", world.session), ("X-Sync-Epoch", "1")]
    try:
        for call in [
            Call("GET", f"/v1/sync/sessions/{world.session}"),
            Call("DELETE", f"/v1/sync/sessions/{world.session}"),
            Call("GET", "/v1/notes", headers=foreign),
            Call("GET", f"/v1/notes/{world.uids['notes']}", headers=foreign),
            Call("GET", "/v1/sync/notes/pull", headers=foreign),
            Call("POST", "/v1/sync/notes/push", pushed(world, "notes"), foreign),
            Call("GET", "/v1/sync/state", headers=foreign),
            Call("POST", "/v1/sync/wipe", {"confirm": "WIPE"}, foreign),
        ]:
            check_error(call.send(stranger), 403, "session_forbidden")
    finally:
        stranger.close()
    assert alice.request("GET", f"/v1/sync/sessions/{world.session}").status == 200


@pytest.mark.parametrize("relation", STRANGERS)
def test_t_2_a_foreign_parent_is_an_absent_one(server, alice, world, relation):
    def ask(person, world):
        own = {}
        for path, parent in (("comments", "notes"), ("chat_messages", "chats")):
            own_parent = person.request("POST", f"/v1/{parent}", {"title": "mine"}).json()["uid"]
            mine = World({**world.uids, parent: own_parent}, {}, "")
            own[path] = person.request("POST", f"/v1/{path}", fields(mine, path)).json()["uid"]
            yield person.request("POST", f"/v1/{path}", fields(world, path))
            yield person.request("PUT", f"/v1/{path}/{own[path]}", fields(world, path))
            yield person.request("PATCH", f"/v1/{path}/{own[path]}", fields(world, path))
            yield person.request("POST", f"/v1/sync/{path}/push", pushed(world, path), own_session(person))

    answers = check_alike(server, relation, world, ask)
    assert [status for status, _ in answers] == [422, 422, 422, 200] * 2
    assert all('"code":"invalid_parent"' in text for _, text in answers)


def refused_credentials(server) -> dict[str, tuple[list[tuple[str, str]], str]]:
    """Headers that are refused → the code."""
    person = Person(server, "acme", "alice")
    authorization, *tenant = person.access
    now = int(time.time())

    def bearer(**more):
        return ("Authorization", "Bearer " + token("alice", **more))

    return {
        "nothing": ([], "unauthorized"),
        "a tenant alone": (tenant, "unauthorized"),
        "an expired token": ([bearer(exp=now - 31), *tenant], "unauthorized"),
        "a token without an end": ([bearer(exp=None), *tenant], "unauthorized"),
        "another secret": ([bearer(secret="another-secret-0123456789abcdef-0123456789"), *tenant], "unauthorized"),
        "no signature": ([authorization, tenant[0]], "invalid_tenant_headers"),
        "no tenant": ([authorization], "invalid_tenant_headers"),
        "another's tenant under this signature": ([authorization, ("X-TB-Tenant-ID", "other"), *tenant[1:]], "invalid_tenant_headers"),
        "a debug subject": ([("X-Debug-Sub", "alice"), *tenant], "unauthorized"),
    }


def test_t_1_nobody_enters_without_token_and_proof(server, alice, world, table):
    before = everything_of(alice)
    with server.connect() as connection:
        for name, (headers, code) in refused_credentials(server).items():
            for operation, kind in table:
                if operation not in ROWS.keys() | SESSIONS:
                    continue
                for method, target, body in calls_of(operation, kind, world):
                    answer = connection.request(method, target, headers, body)
                    assert (answer.status, answer.json()["code"]) == (401, code), (name, operation, answer)
                    assert answer.header("WWW-Authenticate").startswith("Bearer")
            for path in ("/mcp", "/sse", "/messages/?session_id=0"):
                answer = connection.request("POST", path, [*headers, ("Content-Type", "application/json")], b"{}")
                assert answer.status == 401, (name, path, answer)
    assert everything_of(alice) == before


def calls_of(operation: str, kind: str, world: World):
    """The requests of a row, made by nobody."""
    method, target = operation.split(" ")
    target = target.replace("K", kind).replace("{uid}", world.uids[kind]).replace("{id}", world.session)
    yield method.upper(), target, b"{}" if method in ("post", "put", "patch") else None


def test_t_1_open_operations_and_those_on_tokens_tell_nothing_of_owners(server, alice, world, table):
    for operation, _ in table:
        if operation not in OPEN | TOKEN_ONLY:
            continue
        method, target = operation.split(" ")
        answer = alice.request(method.upper(), target, b"{}" if method == "post" else None)
        assert CANARY.encode() not in answer.body, operation
        assert not any(uid.encode() in answer.body for uid in world.uids.values())


# Arguments of tools that are no tool of one kind, in a world.
TOOL_ROWS = {
    "health_check": lambda w: [{}],
    "search": lambda w: [{"query": CANARY}, {"query": "title"}],
    "fetch": lambda w: [{"id": f"{path}/{uid}"} for path in PATHS for uid in (w.uids[path], w.gone[path])],
    "list_items": lambda w: [{}, {"detail": "full"}],
    "recent_changes": lambda w: [{}],
    "create_items": lambda w: [{"items": [{"kind": path, "uid": w.uids[path], "payload": fields(w, path)} for path in PATHS]}],
    "update_items": lambda w: [{"items": [{"kind": path, "uid": w.uids[path], "payload": {"status": "x"}} for path in PATHS]}],
    "delete_items": lambda w: [{"items": [{"kind": path, "uid": w.uids[path]} for path in PATHS]}],
    "process_items": lambda w: [{"items": [{"kind": path, "uid": w.uids[path], "action": next(iter(ACTIONS[path]))} for path in PATHS]}],
    "restore_item": lambda w: [{"kind": path, "uid": uid} for path in PATHS for uid in (w.uids[path], w.gone[path])],
}


def arguments_of(tool: str, world: World) -> list[dict]:
    if tool in TOOL_ROWS:
        return TOOL_ROWS[tool](world)
    verb, _, noun = tool.partition("_")
    if verb == "list":
        return [{}]
    path = SEVEN[noun]
    parents = {"comments": {"parent_type": "note", "parent_uid": world.uids["notes"]}, "chat_messages": {"chat_uid": world.uids["chats"]}}
    more = {
        "create": {**LEAST[noun], **parents.get(path, {})},
        "update": {**LEAST[noun], **parents.get(path, {})},
        "patch": {"additional_fields": {"x": 1}},
        "process": {"action": next(iter(ACTIONS[path]))},
    }.get(verb, {})
    if verb == "create":
        return [more]
    return [{"uid": uid, **more} for uid in (world.uids[path], world.gone[path])]


@pytest.mark.parametrize("relation", STRANGERS)
def test_t_1_a_foreign_item_is_an_absent_one_for_every_tool(server, alice, world, relation):
    before = everything_of(alice)
    tools = alice.mcp("tools/list", path="/mcp?toolsets=all").json()["result"]["tools"]
    assert len(tools) > 60
    for tool in tools:
        name = tool["name"]
        answers = check_alike(server, relation, world, lambda p, w: [p.call(name, arguments) for arguments in arguments_of(name, w)])
        assert all(status == 200 for status, _ in answers), (name, answers)
    assert everything_of(alice) == before


@pytest.mark.parametrize("relation", STRANGERS)
def test_t_1_resources_prompts_and_completions_know_no_strangers(server, alice, world, relation):
    def ask(person, world):
        yield person.mcp("resources/list")
        for path in PATHS:
            for uid in (world.uids[path], world.gone[path]):
                for suffix in ("", ".json"):
                    address = f"toolbridge://{path}/{uid}{suffix}"
                    yield person.mcp("resources/read", {"uri": address}, name=address)
            template = {"type": "ref/resource", "uri": "toolbridge://" + path + "/{uid}"}
            for begun in (CANARY[:4], world.uids[path][:4]):
                yield person.mcp("completion/complete", {"ref": template, "argument": {"name": "uid", "value": begun}})
        for prompt in alice.mcp("prompts/list").json()["result"]["prompts"]:
            given = {argument["name"]: world.uids["chats"] for argument in prompt.get("arguments", [])}
            yield person.mcp("prompts/get", {"name": prompt["name"], "arguments": given}, name=prompt["name"])

    check_alike(server, relation, world, ask)

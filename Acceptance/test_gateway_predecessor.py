"""The gateway in front of the predecessor's API: sessions and epochs on demand, its texts as codes, its ways with parents, nothing doubled."""

import json
import threading

import pytest

from support.edges import Nginx
from support.faults import FaultyProxy, cut, drop_after, drop_before
from support.gateway import Gateway
from support.kinds import ACTIONS, ARCHIVED, NOUNS, TOOL_KINDS, new_uid
from support.mcp import Client
from support.owners import token
from support.peer import SSEPeer
from support.refusals import check_refused, check_telling
from support.schema import MODERN
from support.toolcases import LEAST, Maker, own, split
from support.toolwork import THE_41

BOTH_ERAS = [MODERN, "2025-11-25"]
SESSION = "POST /v1/sync/sessions"


class Old:
    """The predecessor's API, and gateways in front of it."""

    def __init__(self, api, make_gateway):
        self.api, self.make_gateway = api, make_gateway

    def gateway(self, subject: str = "alice", at=None, **more):
        settings = {"TOOLBRIDGE_TENANT_ID": self.api.tenants[0], "TOOLBRIDGE_TENANT_HEADER_SECRET": self.api.secret}
        return self.make_gateway(at or self.api, token(subject), **settings | more)

    def seen(self) -> dict[str, int]:
        """The routes that were asked since the last time."""
        counts = dict(self.api.counts)
        self.api.forget_requests()
        return counts

    def data(self) -> dict[str, int]:
        """As `seen`, without what is no route of items."""
        return {route: count for route, count in self.seen().items() if route.split("/")[2] in NOUNS}


@pytest.fixture
def old(predecessor, make_gateway) -> Old:
    return Old(predecessor, make_gateway)


@pytest.fixture
def make_old(make_predecessor, make_gateway):
    return lambda **more: Old(make_predecessor(**more), make_gateway)


@pytest.fixture
def make_proxy():
    made = []

    def make(target) -> FaultyProxy:
        made.append(FaultyProxy(target).start())
        return made[-1]

    yield make
    for proxy in made:
        proxy.close()


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_a_life_from_creation_to_tombstone(old, revision):
    with Client(old.gateway(), revision) as client:
        maker = Maker(client)
        for noun, path in TOOL_KINDS.items():
            created = client.call(f"create_{noun}", **maker.least(noun)).value
            uid = created["uid"]
            parents = {key: value for key, value in created["payload"].items() if key in ("parentType", "parentUid", "chatUid")}
            assert created["version"] == 1 and created["deletedAt"] is None and created["payload"]["uid"] == uid
            assert client.call(f"get_{noun}", uid=uid.upper()).value == created
            assert created in client.call(f"list_{noun}s").value["items"]
            patched = client.call(f"patch_{noun}", uid=uid, updates={"tags": ["a"], "extra": None, "uid": new_uid()}).value
            assert (patched["version"], patched["uid"]) == (2, uid)
            assert patched["payload"]["tags"] == ["a"] and patched["payload"]["extra"] is None
            updated = client.call(f"update_{noun}", uid=uid, if_match=2, **LEAST[noun]).value
            assert updated["version"] == 3 and own(updated["payload"]) == {"uid": uid, **LEAST[noun], **parents}
            answer = client.call(f"update_{noun}", uid=uid, if_match=2, **LEAST[noun])
            assert answer.text.startswith("version mismatch: expected 2, actual 3\n")
            assert (answer.refusal["code"], answer.refusal["status"]) == ("version_mismatch", 412)
            version = 3
            for action, fields in ACTIONS[path].items():
                version += 1
                done = client.call(f"process_{noun}", uid=uid, action=action, metadata={"why": "test"}).value
                assert done["version"] == version and fields.items() <= done["payload"].items()
            archived = client.call(f"archive_{noun}", uid=uid).value
            assert archived["version"] == version + 1 and ARCHIVED[path].items() <= archived["payload"].items()
            deleted = client.call(f"delete_{noun}", uid=uid).value
            assert deleted["version"] == version + 2 and deleted["deletedAt"]
            check_refused(client.call(f"get_{noun}", uid=uid), "deleted", 410, f"{NOUNS[path]} deleted")
            check_refused(client.call(f"delete_{noun}", uid=uid), "deleted", 410, f"{NOUNS[path]} already deleted")
            check_refused(client.call(f"get_{noun}", uid=new_uid()), "not_found", 404, f"{NOUNS[path]} not found")
            assert client.call(f"get_{noun}", uid=uid, include_deleted=True).value == deleted
            assert uid not in [item["uid"] for item in client.call(f"list_{noun}s").value["items"]]
            assert uid in [item["uid"] for item in client.call(f"list_{noun}s", include_deleted=True).value["items"]]
        health = client.call("health_check").value
        assert (health["status"], health["upstream"], health["role"], health["go_api_base_url"]) == ("healthy", "compatible", "mcp", old.api.url)
    assert old.seen()[SESSION] == 1


def test_every_tool_costs_one_request_but_the_two_that_read_first(old):
    with Client(old.gateway()) as client:
        maker = Maker(client)
        arguments = {tool: maker.arguments(tool) for tool in THE_41}
        for tool in THE_41:
            old.seen()
            assert not client.call(tool, **arguments[tool]).is_error, tool
            seen = old.seen()
            kind = TOOL_KINDS.get(split(tool)[1])
            if tool == "health_check":
                assert not [route for route in seen if route.split("/")[2] in NOUNS]
            elif tool in ("update_comment", "update_chat_message"):
                assert seen == {f"GET /v1/{kind}/{{uid}}": 1, f"PUT /v1/{kind}/{{uid}}": 1}
            else:
                assert sum(seen.values()) == 1, (tool, seen)


@pytest.mark.parametrize("noun", ["comment", "chat_message"])
def test_replacing_keeps_the_parent_or_moves_it(old, noun):
    """Never again 36."""
    with Client(old.gateway()) as client:
        maker = Maker(client)
        item = maker.item(noun)
        parents = {key: value for key, value in item["payload"].items() if key in ("parentType", "parentUid", "chatUid")}
        updated = client.call(f"update_{noun}", uid=item["uid"], content="New").value
        assert own(updated["payload"]) == {"uid": item["uid"], "content": "New", **parents}
        other = maker.item({"comment": "task", "chat_message": "chat"}[noun])["uid"]
        moved = {"comment": {"parentType": "task", "parentUid": other}, "chat_message": {"chatUid": other}}[noun]
        updated = client.call(f"update_{noun}", uid=item["uid"], content="New", additional_fields=moved).value
        assert moved.items() <= updated["payload"].items() and updated["version"] == 3
        stale = client.call(f"update_{noun}", uid=item["uid"], content="Stale", if_match=2)
        check_refused(stale, "version_mismatch", 412)
        check_refused(client.call(f"update_{noun}", uid=new_uid(), content="New"), "not_found", 404)
        client.call(f"delete_{noun}", uid=item["uid"])
        check_refused(client.call(f"update_{noun}", uid=item["uid"], content="New"), "deleted", 410)


def test_what_it_writes_anew_is_the_same_value(old):
    fields = {"b": 1.5, "a": [1, None, True, {"z": "<&>\u2028 🦆"}], "": "empty key", "big": 12345678901}
    with Client(old.gateway()) as client:
        item = client.call("create_note", title="<b>T</b> & é", content="", tags=["x"], additional_fields=fields).value
        assert own(item["payload"]) == {"title": "<b>T</b> & é", "content": "", "tags": ["x"], **fields, "uid": item["uid"]}
        assert client.call("get_note", uid=item["uid"]).value == item


def test_pages_come_oldest_first_and_have_everything_once(old):
    with Client(old.gateway()) as client:
        made = {client.call("create_task", title=f"T{number}").value["uid"] for number in range(45)}
        seen, cursor, pages = [], None, 0
        while True:
            page = client.call("list_tasks", limit=20, cursor=cursor).value
            seen += [item["uid"] for item in page["items"]]
            pages, cursor = pages + 1, page["nextCursor"]
            if cursor is None:
                break
            assert pages < 6
        assert len(seen) == 45 and set(seen) == made
        times = [item["updatedAt"] for item in client.call("list_tasks", limit=200).value["items"]]
        assert times == sorted(times) and all(len(time) == 24 for time in times)


# Sessions and epochs.


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_a_session_is_made_on_demand_and_made_anew_when_the_api_forgets_it(old, revision):
    gateway = old.gateway()
    with Client(gateway, revision) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        for version in range(2, 6):
            old.api.restart()
            old.seen()
            assert client.call("patch_note", uid=uid, updates={"n": version}).value["version"] == version
            assert old.seen() == {SESSION: 1, "PATCH /v1/notes/{uid}": 2}
            assert client.call("get_note", uid=uid).value["version"] == version
            assert old.seen() == {"GET /v1/notes/{uid}": 1}
    lines = [line for line in gateway.lines() if line["level"] == "info" and line["msg"] == "API session created"]
    assert len(lines) == 5, gateway.lines()
    assert not [line for line in gateway.lines() for id in old.api.sessions if id in json.dumps(line)]


def test_after_a_wipe_elsewhere_the_new_epoch_is_learnt(old):
    with Client(old.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        old.api.wipe()
        old.seen()
        check_refused(client.call("get_note", uid=uid), "not_found", 404)
        # Beside them it may look for what else the note could be.
        seen = old.seen()
        assert (seen[SESSION], seen["GET /v1/notes/{uid}"]) == (1, 2)
        assert client.call("create_note", title="T", content="").value["version"] == 1
        assert old.seen() == {"POST /v1/notes": 1}
    assert {session.epoch for session in old.api.sessions.values()} == {1, 2}


def test_an_api_that_knows_no_session_ends_in_an_error_and_no_circle(make_old):
    old = make_old(session_seconds=0)
    with Client(old.gateway()) as client:
        for _ in range(3):
            old.seen()
            answer = client.call("list_notes")
            assert (answer.refusal["code"], answer.refusal["status"]) == ("session_invalid", 428), answer.text
            check_telling(answer.text)
            seen = old.seen()
            assert seen["GET /v1/notes"] <= 2 and seen[SESSION] <= 2


def test_many_calls_at_once_make_one_session(make_old):
    """Single flight per owner: the sessions' own rate limit would refuse more."""
    old = make_old(auth_limit=(60, 60, 2))
    gateway = old.gateway()
    failures = []
    # The gateway can't read tokens: two of one person are two owners to it, and two of different seconds differ.
    tokens = {f"user-{number}": token(f"user-{number}") for number in range(3)}

    def call(barrier: threading.Barrier, subject: str):
        with Client(gateway.seen_by(tokens[subject])) as client:
            client.tools()
            barrier.wait()
            if (answer := client.call("list_notes")).is_error:
                failures.append(answer.text)

    for _ in range(2):
        barrier = threading.Barrier(24)
        threads = [threading.Thread(target=call, args=(barrier, f"user-{number % 3}")) for number in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        old.api.restart()
    assert not failures and old.seen()[SESSION] == 6


def test_a_refused_session_is_told_as_the_rate_limit_that_it_is(make_old):
    old = make_old(auth_limit=(1, 60, 1))
    with Client(old.gateway()) as client:
        assert not client.call("list_notes").is_error
        old.api.restart()
        answer = client.call("list_notes")
        assert (answer.refusal["code"], answer.refusal["status"]) == ("rate_limited", 429), answer.text
        check_telling(answer.text)


def test_two_users_have_sessions_of_their_own(old):
    gateway = old.gateway()
    with Client(gateway) as alice, Client(gateway.seen_by(token("bob"))) as bob:
        uid = alice.call("create_note", title="T", content="").value["uid"]
        check_refused(bob.call("get_note", uid=uid), "not_found", 404)
        assert bob.call("list_notes").value["items"] == []
    assert {session.subject for session in old.api.sessions.values()} == {"alice", "bob"}


def test_an_expired_session_is_replaced(make_old):
    old = make_old(session_seconds=90)
    with Client(old.gateway()) as client:
        assert not client.call("list_notes").is_error
        old.api.ahead = 91
        assert not client.call("list_notes").is_error


# What it refuses.


def test_its_texts_become_lines_and_its_statuses_codes(old):
    gateway = old.gateway()
    for subject, settings, code, status, line in [
        ("alice", {"TOOLBRIDGE_TENANT_HEADER_SECRET": "wrong-secret-0123456789-0123456789"}, "unauthorized", 401, "Unauthorized: invalid tenant headers"),
        ("alice", {"TOOLBRIDGE_TENANT_ID": "org_other"}, "tenant_forbidden", 403, "Unauthorized: not authorized for requested tenant"),
    ]:
        with Client(old.gateway(subject, **settings)) as client:
            check_refused(client.call("list_notes"), code, status, line)
    with Client(gateway.seen_by("no.valid.token")) as client:
        check_refused(client.call("list_notes"), "unauthorized", 401, "unauthorized")
    with Client(gateway) as client:
        # A parent that is missing ended in a 500.
        answer = client.call("create_comment", content="", parent_type="note", parent_uid=new_uid())
        assert answer.refusal["code"] == "unavailable", answer.text
        check_telling(answer.text)


def test_its_data_limit_is_passed_on(make_old):
    old = make_old(data_limit=(60, 60, 3))
    with Client(old.gateway()) as client:
        answers = [client.call("list_notes") for _ in range(5)]
        assert [answer.is_error for answer in answers] == [False] * 3 + [True] * 2
        assert answers[-1].refusal["code"] == "rate_limited"
        assert answers[-1].text.startswith("rate limit exceeded, retry after ")


@pytest.mark.parametrize("ahead, most, works", [(250, None, True), (-250, None, True), (500, None, False), (500, "600", True), (-500, "600", True)])
def test_its_clock_may_be_wrong_as_far_as_the_setting_says(old, ahead, most, works):
    """v1 is good for five minutes each way; more needs the offset, which its `Date` tells."""
    old.api.ahead = ahead
    settings = {"TOOLBRIDGE_MAX_TIMESTAMP_SKEW_SECONDS": most} if most else {}
    with Client(old.gateway(**settings)) as client:
        answers = [client.call("list_notes") for _ in range(3)]
    assert [answer.is_error for answer in answers] == [not works] * 3, answers[0].text
    if not works:
        check_refused(answers[0], "unauthorized", 401, "Unauthorized: invalid tenant headers")


@pytest.mark.parametrize("how", [drop_before, drop_after, cut], ids=lambda how: how.__name__)
def test_a_write_whose_answer_is_lost_is_not_sent_again(old, make_proxy, how):
    """It knows no idempotency keys, so only what was surely not sent, or changes nothing, may be sent again."""
    proxy = make_proxy(old.api)
    with Client(old.gateway(at=proxy)) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        assert not client.call("list_notes").is_error
        for tool, arguments in [("create_note", {"title": "lost?", "content": ""}), ("patch_note", {"uid": uid, "updates": {"a": 1}})]:
            before = [item.version for item in old.api.owner().items.values()]
            proxy.forget()
            proxy.fail(how, times=1)
            answer = client.call(tool, **arguments)
            after = [item.version for item in old.api.owner().items.values()]
            done = sum(after) - sum(before)
            assert done <= 1 and (answer.is_error or done == 1), (tool, answer.text)
            if answer.is_error:
                assert answer.refusal["code"] == "unavailable", answer.text
        # What changes nothing may be.
        proxy.fail(how, times=1)
        assert not client.call("get_note", uid=uid).is_error
    assert len([item for item in old.api.owner().items.values() if item.payload["title"] == "lost?"]) <= 1


# Tokens.


@pytest.fixture
def exchanging(old, identity_provider):
    """A gateway with an authorization server, whose tokens the API takes for exchange."""
    public = "https://gateway.test"

    def make(subject: str = "alice", **more):
        settings = {
            "JWT_ISSUER": identity_provider.issuer,
            "JWT_JWKS_URL": identity_provider.told["serve"]["JWT_JWKS_URL"],
            "TOOLBRIDGE_PUBLIC_BASE_URL": public,
            "TOOLBRIDGE_BACKEND_API_AUDIENCE": "https://api.test",
        }
        gateway = old.gateway(subject, **settings | more)
        gateway.token = identity_provider.token(subject, f"{public}/mcp")
        old.api.issued[gateway.token] = subject
        return gateway

    return make


OLD_EXCHANGE, NEW_EXCHANGE = "POST /auth/token-exchange", "POST /oauth/token"


def test_tokens_are_exchanged_by_the_route_that_it_has(old, exchanging):
    gateway = exchanging()
    with Client(gateway) as client:
        assert not client.call("list_notes").is_error
        seen = old.seen()
        assert (seen[NEW_EXCHANGE], seen[OLD_EXCHANGE], seen[SESSION]) == (1, 1, 1)
        assert not client.call("list_notes").is_error
        assert old.seen() == {"GET /v1/notes": 1}
    for asked, _ in old.api.asked:
        if asked.path.startswith("/v1/notes"):
            assert asked.header("Authorization") != f"Bearer {gateway.token}"


def test_a_revoked_token_is_exchanged_once_more_by_the_route_that_was_found(old, exchanging):
    gateway = exchanging()
    with Client(gateway) as client:
        assert not client.call("list_notes").is_error
        old.api.revoked.update(asked.header("Authorization").split(" ")[1] for asked, _ in old.api.asked if asked.path == "/v1/notes")
        old.seen()
        assert not client.call("list_notes").is_error
        seen = old.seen()
        assert NEW_EXCHANGE not in seen and seen[OLD_EXCHANGE] == 1 and seen["GET /v1/notes"] == 2


def test_the_tenant_is_resolved_where_none_is_set(old, exchanging):
    with Client(exchanging(TOOLBRIDGE_TENANT_ID=None)) as client:
        assert not client.call("list_notes").is_error
        assert not client.call("list_notes").is_error
    assert old.seen()["GET /v1/auth/tenant"] == 1


# Restarts, two of them, and the old transport: as with our own API.


def test_a_restart_of_the_gateway_ends_no_session_of_a_client(old):
    gateway = old.gateway()
    with Client(gateway, "2025-11-25") as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        session = client.session
    gateway.restart()
    with Client(gateway, "2025-11-25", session=session) as client:
        assert client.call("get_note", uid=uid).value["version"] == 1
    assert old.seen()[SESSION] == 2


class At:
    def __init__(self, edge, gateway):
        self.edge, self.authorization, self.access, self.connect = edge, gateway.authorization, gateway.access, edge.connect


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_two_gateways_in_turn_each_have_a_session(old, tmp_path, revision):
    nginx = Nginx(tmp_path / "nginx")
    try:
        gateways = [old.gateway(**Gateway.behind(nginx)) for _ in range(2)]
        with Client(At(nginx.start(*gateways), gateways[0]), revision) as client:
            uid = client.call("create_note", title="T", content="").value["uid"]
            for version in range(2, 10):
                assert client.call("patch_note", uid=uid, updates={"n": version}).value["version"] == version
    finally:
        nginx.close()
    assert old.seen()[SESSION] == 2


def test_the_old_transport_in_front_of_the_old_api(old):
    with SSEPeer(old.gateway()) as peer:
        note = json.loads(peer.call("create_note", {"title": "T", "content": ""}).text)
        assert json.loads(peer.call("get_note", {"uid": note["uid"]}).text) == note

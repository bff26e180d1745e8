"""What the gateway is tested against must be right itself: the stand-in for the predecessor's API, the proxy that fails, the edges."""

import json
import threading
import time

import pytest

from support.faults import FaultyProxy, count_routes, cut, drop_after, drop_before, hold, slow, status
from support.kinds import NOUNS, new_uid
from support.polling import until
from support.predecessor import GRANT, Predecessor, moment, read_cursor, write_cursor
from support.tenant import sign_v1, sign_v2
from support.vectors import V1
from support.wire import Closed, Connection

TENANT = "tenant_b2c_default"


class Old:
    """A client of the predecessor, which does all that it demands."""

    def __init__(self, api: Predecessor, subject: str = "alice"):
        self.api, self.token = api, api.token(subject)
        self.session, self.epoch = None, None

    @property
    def bearer(self):
        return ("Authorization", f"Bearer {self.token}")

    def bare(self, method: str, target: str, headers=(), body=None):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        with Connection(self.api.port) as connection:
            return connection.request(method, target, [*headers, ("Content-Type", "application/json")], data)

    def open(self):
        answer = self.bare("POST", "/v1/sync/sessions", [self.bearer])
        assert answer.status == 201, answer
        self.session, self.epoch = answer.json()["id"], answer.header("X-Sync-Epoch")
        return self

    @property
    def headers(self):
        return [self.bearer, *sign_v1(self.api.secret, TENANT), ("X-Sync-Session", self.session), ("X-Sync-Epoch", self.epoch)]

    def ask(self, method: str, target: str, body=None, headers=()):
        return self.bare(method, target, [*self.headers, *headers], body)


@pytest.fixture
def old(predecessor) -> Old:
    return Old(predecessor).open()


def text(answer) -> tuple[int, str]:
    """Status and text of an answer in plain text."""
    assert answer.header("Content-Type") == "text/plain; charset=utf-8"
    return answer.status, answer.body.decode().strip()


def error(answer) -> tuple[int, str]:
    """Status and text of an answer in JSON, which has no code."""
    assert answer.header("Content-Type") == "application/json" and "code" not in answer.json(), answer
    return answer.status, answer.json()["error"]


def test_a_data_route_demands_token_proof_session_and_epoch_in_this_order(old, predecessor):
    signed = sign_v1("test-secret", TENANT)
    session, epoch = ("X-Sync-Session", old.session), ("X-Sync-Epoch", old.epoch)
    assert text(old.bare("GET", "/v1/notes", [*signed, session, epoch])) == (401, "unauthorized")
    assert text(old.bare("GET", "/v1/notes", [("Authorization", f"bearer {old.token}"), *signed, session, epoch])) == (401, "unauthorized")
    assert text(old.bare("GET", "/v1/notes", [("Authorization", "Bearer x.y.z"), *signed, session, epoch])) == (401, "unauthorized")
    assert text(old.bare("GET", "/v1/notes", [old.bearer, session, epoch])) == (401, "Unauthorized: missing tenant header")
    for wrong in (
        signed[:1],
        sign_v1("another", TENANT),
        sign_v1("test-secret", TENANT, int(time.time() * 1000) - 301_000),
        sign_v1("test-secret", TENANT, int(time.time() * 1000) + 301_000),
        sign_v2("test-secret", "default", TENANT, "GET", "/v1/notes", f"Bearer {old.token}"),
    ):
        assert text(old.bare("GET", "/v1/notes", [old.bearer, *wrong, session, epoch])) == (401, "Unauthorized: invalid tenant headers")
    foreign = sign_v1("test-secret", "org_other")
    assert text(old.bare("GET", "/v1/notes", [old.bearer, *foreign, session, epoch])) == (403, "Unauthorized: not authorized for requested tenant")
    assert old.bare("GET", "/v1/notes", [old.bearer, *signed]).status == 428
    assert old.bare("GET", "/v1/notes", [old.bearer, *signed, ("X-Sync-Session", new_uid()), epoch]).status == 428
    assert error(old.bare("GET", "/v1/notes", [old.bearer, *signed, session])) == (409, "epoch_mismatch")
    assert old.bare("GET", "/v1/notes", [old.bearer, *signed, session, ("X-Sync-Epoch", "7")]).status == 200
    assert old.ask("GET", "/v1/notes").json() == {"items": []}
    assert predecessor.counts["GET /v1/notes"] == 15


def test_it_signs_as_the_vectors(make_predecessor):
    for secret, tenant, timestamp, signature in V1:
        api = make_predecessor(secret=secret, tenants=(tenant,))
        api.ahead = timestamp / 1000 - time.time()
        old = Old(api).open()
        fields = [("X-TB-Tenant-ID", tenant), ("X-TB-Timestamp", str(timestamp)), ("X-TB-Signature", signature)]
        assert old.bare("GET", "/v1/tasks", [*old.headers[-2:], old.bearer, *fields]).status == 200


def test_a_wipe_a_restart_and_time_end_sessions(make_predecessor):
    api = make_predecessor(session_seconds=60)
    old = Old(api).open()
    assert old.ask("POST", "/v1/notes", {"title": "T"}).status == 201
    api.wipe()
    answer = old.ask("GET", "/v1/notes")
    assert error(answer) == (409, "epoch_mismatch") and answer.json()["epoch"] == 2 and answer.header("X-Sync-Epoch") == "2"
    assert answer.header("X-Correlation-ID") is None
    assert old.open().ask("GET", "/v1/notes").json() == {"items": []} and old.epoch == "2"
    api.restart()
    assert old.ask("GET", "/v1/notes").status == 428
    assert old.open().ask("GET", "/v1/notes").status == 200
    api.ahead = 61
    assert old.ask("GET", "/v1/notes").status == 428
    assert old.open().ask("GET", "/v1/sync/state").json()["epoch"] == 2


def test_sessions_have_a_rate_limit_of_their_own(make_predecessor):
    old = Old(make_predecessor(auth_limit=(60, 60, 3)))
    for _ in range(3):
        old.open()
    answer = old.bare("POST", "/v1/sync/sessions", [old.bearer])
    assert answer.status == 429 and int(answer.header("Retry-After")) >= 1
    assert old.ask("GET", "/v1/notes").status == 200
    assert Old(old.api, "bob").open().ask("GET", "/v1/notes").status == 200


def test_a_session_is_its_owners_alone(predecessor):
    alice, bob = Old(predecessor).open(), Old(predecessor, "bob").open()
    bob.session = alice.session
    assert text(bob.ask("GET", "/v1/notes")) == (403, "forbidden")
    assert predecessor.faults.pop() and not predecessor.faults


@pytest.mark.parametrize("kind", NOUNS)
def test_an_item_lives_as_it_did(old, kind):
    parents = {"comments": ("notes", {"parentType": "note"}, "parentUid"), "chat_messages": ("chats", {}, "chatUid")}
    fields = {"title": "<b>&", "b": 1.0, "a": 2}
    if kind in parents:
        of, more, key = parents[kind]
        assert text(old.ask("POST", f"/v1/{kind}", fields)) == (500, "internal server error")
        fields |= more | {key: old.ask("POST", f"/v1/{of}", {}).json()["uid"]}
    created = old.ask("POST", f"/v1/{kind}", fields)
    assert created.status == 201 and created.header("ETag") is None and created.header("Location") is None
    assert b"\\u003cb\\u003e\\u0026" in created.body and list(created.json()["payload"]) == sorted(created.json()["payload"])
    item = created.json()
    target = f"/v1/{kind}/{item['uid']}"
    assert item["version"] == 1 and old.ask("GET", target).json() == item
    patched = old.ask("PATCH", target, {"a": None, "uid": new_uid(), "sync": 5}).json()
    assert patched["version"] == 2 and patched["payload"]["a"] is None and patched["uid"] == item["uid"]
    assert error(old.ask("PUT", target, fields, [("If-Match", '"1"')])) == (412, "version mismatch: expected 1, actual 2")
    if kind in parents:
        assert old.ask("PUT", target, {"title": "New"}).status == 500
    assert old.ask("PUT", target, {**fields, "title": "New"}, [("If-Match", "W/nonsense")]).json()["version"] == 3
    assert old.ask("POST", f"{target}/archive", {}, [("If-Match", "1")]).json()["version"] == 4
    assert error(old.ask("POST", f"{target}/process", {"action": "drop"})) == (400, "invalid action: drop")
    assert error(old.ask("DELETE", f"/v1/{kind}/{new_uid()}")) == (404, f"{NOUNS[kind]} not found")
    deleted = old.ask("DELETE", target).json()
    assert deleted["version"] == 5 and deleted["deletedAt"]
    assert error(old.ask("GET", target)) == (410, f"{NOUNS[kind]} deleted")
    assert error(old.ask("DELETE", target)) == (410, f"{NOUNS[kind]} already deleted")
    assert old.ask("GET", f"{target}?includeDeleted=true").json() == deleted
    revived = old.ask("POST", f"/v1/{kind}", {**fields, "uid": item["uid"]})
    assert revived.status == 201 and revived.json()["version"] == 6 and "deletedAt" not in revived.json()


def test_lists_begin_with_the_oldest_and_end_with_an_empty_page(old):
    made = [old.ask("POST", "/v1/notes", {"n": number}).json() for number in range(5)]
    # Of the same millisecond, the lower uid is first.
    order = {item.uid: (item.updated, item.uid) for item in old.api.owner().items.values()}
    made.sort(key=lambda item: order[item["uid"]])
    seen, target = [], "/v1/notes?limit=2&order=desc"
    while True:
        page = old.ask("GET", target).json()
        if not page["items"]:
            assert "nextCursor" not in page
            break
        seen += page["items"]
        target = f"/v1/notes?limit=2&cursor={page['nextCursor']}"
    assert seen == made
    assert old.ask("GET", "/v1/notes?limit=x&cursor=nonsense").json()["items"] == made
    assert read_cursor(write_cursor(1730635200000, made[0]["uid"])) == (1730635200000, made[0]["uid"])
    # The contract's vector.
    vector = "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY"
    assert write_cursor(1730635200000, "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f") == vector


def test_texts_and_times_are_written_as_it_wrote_them(old):
    assert moment(1730635200120) == "2024-11-03T12:00:00.12Z" and moment(1730635200000) == "2024-11-03T12:00:00Z"
    assert error(old.ask("POST", "/v1/notes", b"{")) == (400, "invalid JSON")
    assert old.ask("POST", "/v1/notes", b'{"a":1} and more').status == 201
    assert old.ask("POST", "/v1/notes", b"null").status == 500
    assert error(old.ask("GET", "/v1/notes/nonsense")) == (400, "invalid UID")
    assert text(old.ask("GET", "/health")) == (404, "404 page not found")
    assert "features" not in old.bare("GET", "/v1/sync/info").json()
    assert text(old.bare("POST", "/oauth/token")) == (404, "404 page not found")


def test_it_exchanges_tokens_by_the_old_route_alone(old):
    body = {"grant_type": GRANT, "audience": "https://api.test"}
    answer = old.bare("POST", "/auth/token-exchange", [old.bearer], body).json()
    assert answer["expires_in"] == 3600 and answer["token_type"] == "Bearer"
    old.token = answer["access_token"]
    assert old.ask("GET", "/v1/notes").status == 200
    assert error(old.bare("POST", "/auth/token-exchange", [], body)) == (401, "Missing Authorization header")
    assert error(old.bare("POST", "/auth/token-exchange", [old.bearer], {"grant_type": GRANT})) == (400, "Missing audience")
    old.api.revoked.add(old.token)
    assert old.ask("GET", "/v1/notes").status == 401


# The proxy.


@pytest.fixture
def proxy(old):
    proxy = FaultyProxy(old.api).start()
    yield proxy
    proxy.close()


def through(proxy, old, method="POST", target="/v1/notes", body=b"{}"):
    with Connection(proxy.port, 5) as connection:
        return connection.request(method, target, [*old.headers, ("Content-Type", "application/json")], body)


def test_a_well_proxy_changes_nothing_and_counts(old, proxy):
    with Connection(proxy.port) as connection:
        for _ in range(3):
            answer = connection.request("POST", "/v1/notes", [*old.headers, ("Content-Type", "application/json")], b"{}")
            assert answer.status == 201 and answer.json()["version"] == 1
        listed = connection.request("GET", "/v1/notes?limit=2", old.headers)
    assert len(listed.json()["items"]) == 2
    assert proxy.connections == 1 and proxy.lines == ["POST /v1/notes"] * 3 + ["GET /v1/notes?limit=2"]
    assert count_routes([*proxy.lines, f"PUT /v1/notes/{new_uid()}"]) == {"POST /v1/notes": 3, "GET /v1/notes": 1, "PUT /v1/notes/{uid}": 1}
    assert [passed.status for passed in proxy.passed] == [201, 201, 201, 200]


@pytest.mark.parametrize("how, arrives", [(drop_before, 0), (drop_after, 1), (cut, 1)], ids=lambda value: getattr(value, "__name__", value))
def test_a_request_or_its_answer_is_lost(old, proxy, how, arrives):
    proxy.fail(how, times=1)
    with pytest.raises((Closed, ConnectionError)):
        through(proxy, old)
    assert len(old.ask("GET", "/v1/notes").json()["items"]) == arrives
    assert through(proxy, old).status == 201


def test_a_fault_meets_those_that_it_is_for_and_ends(old, proxy):
    proxy.fail(status(503, b"away", "text/plain", Retry_After="1"), times=2, when=lambda asked: asked.method == "GET")
    assert through(proxy, old).status == 201
    for _ in range(2):
        answer = through(proxy, old, "GET", body=None)
        assert (answer.status, answer.body, answer.header("Retry-After")) == (503, b"away", "1")
    assert through(proxy, old, "GET", body=None).status == 200


def test_who_is_held_is_let_go(old, proxy):
    proxy.fail(hold)
    ended = threading.Event()

    def call():
        with pytest.raises((Closed, ConnectionError)):
            through(proxy, old)
        ended.set()

    thread = threading.Thread(target=call)
    thread.start()
    until(lambda: proxy.lines, 5, "the request")
    assert not ended.is_set()
    proxy.recover()
    thread.join(5)
    assert ended.is_set() and old.ask("GET", "/v1/notes").json()["items"] == []


def test_an_answer_comes_late_and_a_clock_is_wrong(old, proxy):
    proxy.fail(slow(0.2))
    proxy.ahead = 100
    begun = time.monotonic()
    answer = through(proxy, old)
    assert answer.status == 201 and time.monotonic() - begun >= 0.2
    ahead = time.mktime(time.strptime(answer.header("Date"), "%a, %d %b %Y %H:%M:%S GMT")) - time.timezone - time.time()
    assert 95 < ahead < 105


def test_a_dead_proxy_refuses_connections_and_lives_again_at_the_same_port(old, proxy):
    port = proxy.port
    proxy.die()
    with pytest.raises(ConnectionRefusedError):
        through(proxy, old)
    proxy.live()
    assert proxy.port == port and through(proxy, old).status == 201

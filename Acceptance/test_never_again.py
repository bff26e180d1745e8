"""Defects of the predecessor, each as a test that fails on its behaviour: this file is the list.

| item | what must never be again | where it is tested, beside the tests of this file that carry its number |
|---|---|---|
| 1 | one user's tenants run together | test_isolation.py |
| 2 | a tenant without a membership | test_identity_servers.py |
| 3 | keys of caches run together | WorkOSMembershipsTests, NonceRequirement |
| 4 | probes that cost the identity provider | WorkOSMembershipsTests |
| 5 | an outage that lets in or locks out | WorkOSMembershipsTests (15 minutes of virtual time) |
| 6 | a removed member who stays | WorkOSMembershipsTests |
| 7 | the tenant of an upstream request | with `toolbridge mcp`, which asks an upstream |
| 8 | a crafted uid in a tool, another's draft | test_tool_injection.py; drafts with the tools that have them |
| 9 | claims that loosen checks | TokenClaimsTests, TokenExchangeTests |
| 10 | tokens that are none | TokenHeaderTests, test_tokens_judge.py |
| 11 | a token at another's door | test_exchange.py, TokenDoorsTests |
| 12, 13 | the exchange | test_exchange.py, TokenExchangeTests, ExchangeTests |
| 14 | a key set that can be flooded, or harms | RemoteKeySetTests, HTTPClientOutboundTests |
| 15 | an issuer without an audience | test_bad_configuration.py |
| 16 | AuthKit's host in two forms | WellKnownTests |
| 17, 18 | what `mcp` remembers | WorkOSMembershipsTests (bounds); with `toolbridge mcp` the rest |
| 19 | rows of those who were refused | test_limits.py |
| 20 | signatures that can be used again | SecondVersionTests |
| 21 | times that stop the process | FirstVersionTests |
| 22 | secrets in what is logged | test_canaries.py, test_headers.py |
| 23 | great and deep bodies | test_rest.py, test_broken_requests.py, test_headers.py |
| 24 | floods, and addresses that are made up | test_limits.py |
| 25 | slow heads and bodies | test_deadlines.py, test_feed.py |
| 26 | tool calls that are dear | upstream requests with `toolbridge mcp` |
| 44 | a fixed tenant without memberships | TenantPolicyTests; what `doctor` says with `doctor` |
"""

import base64
import contextlib
import itertools
import json
import os
import re
import secrets
import signal
import sqlite3
import threading
import time
from multiprocessing import get_context

import pytest

from support.identity import API, PUBLIC, Key, Keyring, base64url, bearer, claims, forge, mint, sign_v1, sign_v2
from support.kinds import PATHS, new_uid
from support.mcp import ACCEPT, JSON_BODY, Client
from support.peer import HTTPPeer, SSEPeer
from support.polling import until
from support.schema import MODERN
from support.wire import Connection, request_bytes

NOTE = b'{"title":"A note","content":""}'
DEFAULT = "tenant_thinkpen_b2c"
UNLIMITED = {"RATE_LIMIT_DATA": "off", "RATE_LIMIT_AUTH": "off", "RATE_LIMIT_ADDRESS": "off"}
SECRET = "a tenant secret of more than thirty-two bytes"


class Caller:
    """Somebody with a token, who names a tenant or not; a server for clients of MCP too."""

    def __init__(self, server, subject: str = "alice", tenant: str | None = None):
        self.server = server
        self.tenant = tenant
        self.api = [bearer(server.token_for(subject))]
        self.mcp = [bearer(server.mcp_token_for(subject))]
        self.port = server.port

    @property
    def named(self) -> list[tuple[str, str]]:
        return [] if self.tenant is None else [("X-TB-Tenant-ID", self.tenant)]

    @property
    def access(self) -> list[tuple[str, str]]:
        return [*self.mcp, *self.named]

    def connect(self) -> Connection:
        return Connection(self.port)

    def request(self, method: str, target: str, body=None, headers=()):
        return self.server.request(method, target, body, [*self.api, *self.named, *headers], token=False)

    def says(self) -> tuple[int, str | None]:
        return status_and_code(self.request("GET", "/v1/notes"))


def status_and_code(answer) -> tuple[int, str | None]:
    return answer.status, answer.json().get("code")


def ask(server, token: str, target: str = "/v1/notes", headers=(), method: str = "GET", body=None):
    return server.request(method, target, body, [bearer(token), *headers], token=False)


def rows(server, table: str) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


# Tenants and owners


def test_1_one_user_in_two_tenants(identity_provider, make_identity_server):
    identity_provider.memberships(alice=["org_A", "org_B"])
    server = make_identity_server(workos=True)
    here, there = Caller(server, tenant="org_A"), Caller(server, tenant="org_B")
    uid = new_uid()
    assert here.request("POST", "/v1/notes", {"uid": uid, "title": "of A"}).status == 201
    assert status_and_code(there.request("GET", f"/v1/notes/{uid}")) == (404, "not_found")
    assert there.request("GET", "/v1/notes?includeDeleted=true").json()["items"] == []
    assert there.request("POST", "/v1/comments", {"content": "x", "parentType": "note", "parentUid": uid}).status == 422
    assert there.request("POST", "/v1/notes", {"uid": uid, "title": "of B"}).status == 201
    session = there.request("POST", "/v1/sync/sessions", {}).json()
    proof = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
    pulled = there.request("GET", "/v1/sync/notes/pull", headers=proof).json()
    assert [item["title"] for item in pulled["upserts"]] == ["of B"] and pulled["deletes"] == []
    wiped = there.request("POST", "/v1/sync/wipe", {"confirm": "WIPE"}, proof)
    assert wiped.status == 200 and sum(wiped.json()["deleted"].values()) == 1
    assert here.request("GET", f"/v1/notes/{uid}").json()["payload"]["title"] == "of A"


@pytest.mark.parametrize("signed", [False, True], ids=["membership", "membership and signature"])
def test_2_a_tenant_without_a_membership(identity_provider, make_identity_server, signed):
    identity_provider.memberships(alice=["org_A"], bob=["org_B"])
    server = make_identity_server(workos=True, **({"TENANT_HEADER_SECRET": SECRET} if signed else {}))
    token = server.token_for("alice")

    def status(tenant: str):
        return status_and_code(ask(server, token, headers=sign_v1(SECRET, tenant) if signed else [("X-TB-Tenant-ID", tenant)]))

    assert status("org_A") == (200, None)
    for tenant in ("org_B", "org_C", "org_a", "org_", "org_A:", DEFAULT, "tenant.other", "a" * 128):
        assert status(tenant) == (403, "tenant_forbidden"), tenant
    expected = (401, "invalid_tenant_headers") if signed else (401, "tenant_required")
    assert status_and_code(ask(server, token)) == expected


def test_3_names_that_run_together_are_different_owners(make_identity_server):
    server = make_identity_server(TENANT_HEADER_SECRET=SECRET)

    def titles(tenant: str, subject: str) -> list[str]:
        answer = ask(server, server.token_for(subject), headers=sign_v1(SECRET, tenant))
        return [item["payload"]["title"] for item in answer.json()["items"]]

    owners = [("a:b", "c"), ("a", "b:c"), ("a:", "b:c"), ("a", ":b:c"), ("A", "b:c"), ("a", "b:C"), ("a", "e\u0301"), ("a", "\u00e9")]
    for number, (tenant, subject) in enumerate(owners):
        note = {"title": f"of {number}"}
        answer = ask(server, server.token_for(subject), "/v1/notes", sign_v1(SECRET, tenant), "POST", note)
        assert answer.status == 201, answer
    for number, owner in enumerate(owners):
        assert titles(*owner) == [f"of {number}"]


def test_4_ten_thousand_probes_for_foreign_tenants(identity_provider, make_identity_server, tell):
    identity_provider.memberships(alice=["org_A"], bob=["org_B"])
    server = make_identity_server(workos=True, **UNLIMITED)
    bob, carol = Caller(server, "bob", "org_B"), Caller(server, "carol", DEFAULT)
    assert bob.says() == (200, None)
    identity_provider.forget_requests()
    token = bearer(server.token_for("alice"))
    statuses: dict[int, int] = {}
    with server.connect() as connection:
        for number in range(10_000):
            # What is no organization's name costs WorkOS nothing, and what is one is counted.
            tenant = (f"org_{number}", f"tenant-{number}", f"org_{number}.x")[number % 3]
            answer = connection.request("GET", "/v1/notes", [token, ("X-TB-Tenant-ID", tenant)])
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            if number % 1000 == 0:
                assert bob.says() == (200, None)
    calls = identity_provider.counts.get("workos", 0)
    tell(f"10,000 probes: {calls} calls, answers {statuses}")
    assert calls < 1000 and set(statuses) <= {403, 503}, (calls, statuses)
    # Somebody else, who hasn't been seen before, is asked about.
    assert carol.says() == (200, None)


@pytest.mark.parametrize("mode", ["down", "unavailable", "limited", "unauthorized", "html", "garbage", "cut", "redirect", "huge", "empty", "silent"])
def test_5_while_workos_fails_known_users_work_and_nobody_else_enters(identity_provider, make_identity_server, mode):
    identity_provider.memberships(alice=["org_A"], bob=["org_A", "org_B"])
    server = make_identity_server(workos=True)
    alice, bob, carol = Caller(server, "alice", "org_A"), Caller(server, "bob", "org_A"), Caller(server, "carol", DEFAULT)
    stranger = Caller(server, "alice", "org_B")
    assert alice.says() == (200, None)
    assert stranger.says() == (403, "tenant_forbidden")
    resolved = alice.request("GET", "/v1/auth/tenant").body
    identity_provider.fail(workos={"mode": mode, "retry_after": 1})
    for _ in range(2):
        assert alice.says() == (200, None)
        assert stranger.says() == (403, "tenant_forbidden")
        assert alice.request("GET", "/v1/auth/tenant").body == resolved
    for unknown in (bob, carol):
        begun = time.monotonic()
        answer = unknown.request("GET", "/v1/notes")
        assert status_and_code(answer) == (503, "identity_provider_unavailable")
        assert int(answer.header("Retry-After")) >= 1
        assert time.monotonic() - begun < 9
    assert identity_provider.requests["followed"] == 0
    identity_provider.recover()
    assert until(lambda: bob.says() == (200, None), 10, "bob's entry")


def test_5_a_key_that_is_changed_and_many_organizations(identity_provider, make_identity_server):
    names = {f"org_{number:03}": f"Number {number}" for number in range(250)}
    identity_provider.memberships(alice=names, bob={"org_A": "A"})
    identity_provider.workos(keys=["sk_old"])
    server = make_identity_server(workos=True, WORKOS_API_KEY="sk_new,sk_old")
    answer = Caller(server).request("GET", "/v1/auth/tenant").json()
    assert list(answer) == ["tenant_id", "organizations", "requires_selection"] and answer["requires_selection"]
    assert answer["organizations"] == [{"id": id, "name": name} for id, name in names.items()]
    identity_provider.workos(keys=["sk_new"], names=False)
    assert Caller(server, "alice", "org_249").says() == (200, None)
    assert Caller(server, "bob", "org_A").says() == (200, None)
    answer = Caller(server, "bob").request("GET", "/v1/auth/tenant").json()
    assert (answer["tenant_id"], answer["requires_selection"]) == ("org_A", False)


@pytest.mark.parametrize("status", ["inactive", "pending", "ACTIVE", ""])
def test_5_only_active_memberships_count(identity_provider, make_identity_server, status):
    identity_provider.membership_rows({"user": "alice", "organization": "org_A", "name": "A", "status": status})
    server = make_identity_server(workos=True)
    assert Caller(server, "alice", "org_A").says() == (403, "tenant_forbidden")
    # Who belongs to none is in the default tenant.
    assert Caller(server, "alice", DEFAULT).says() == (200, None)
    assert Caller(server).request("GET", "/v1/auth/tenant").json()["tenant_id"] == DEFAULT


def test_6_a_removed_member_loses_the_tenant_within_a_minute(identity_provider, make_identity_server, tell):
    identity_provider.memberships(alice=["org_A"])
    servers = {
        "default-tenant": make_identity_server("lenient", workos=True),
        "deny": make_identity_server("strict", workos=True, WORKOS_NON_MEMBERS="deny"),
    }
    for server in servers.values():
        member = Caller(server, tenant="org_A")
        assert member.request("POST", "/v1/notes", {"title": "of the organization"}).status == 201
        assert Caller(server, "bob", DEFAULT).says() == ((200, None) if server is servers["default-tenant"] else (403, "tenant_forbidden"))
    assert Caller(servers["default-tenant"], "bob", DEFAULT).request("POST", "/v1/notes", {"title": "bob's own"}).status == 201
    identity_provider.memberships()
    removed = time.monotonic()
    for server in servers.values():
        member = Caller(server, tenant="org_A")
        while member.says() != (403, "tenant_forbidden"):
            # Two seconds more than promised are the machine's.
            assert time.monotonic() - removed < 62, "a removed member is still there"
            time.sleep(0.25)
    tell(f"removed members are out after {time.monotonic() - removed:.1f} s")
    # Where they may be without an organization they find what is theirs, and nothing else.
    alone = Caller(servers["default-tenant"], tenant=DEFAULT)
    assert alone.request("GET", "/v1/notes").json()["items"] == []
    assert Caller(servers["deny"], tenant=DEFAULT).says() == (403, "tenant_forbidden")


# Who belongs to several organizations is asked at MCP

CHOSEN = {"action": "accept", "content": {"organization": "org_B"}}


@pytest.mark.parametrize("revision", ["2025-06-18", "2025-11-25", MODERN])
def test_2_who_belongs_to_several_organizations_chooses_one(identity_provider, make_identity_server, revision):
    identity_provider.memberships(alice={"org_A": "Ink & Paper", "org_B": "Bees"}, bob=["org_B"])
    server = make_identity_server(workos=True)
    alice = Caller(server)
    assert status_and_code(alice.request("GET", "/v1/notes")) == (401, "tenant_required")
    with HTTPPeer(alice, revision, {"elicitation": {}}, lambda question: CHOSEN, path="/mcp?toolsets=all") as peer:
        session = peer.session
        # A stream for notices opens before the choice too.
        watch = peer.listen({"resourcesListChanged": True}) if revision == MODERN else peer.events()
        watch.stop()
        first = peer.call("create_note", {"title": "Honey", "content": "x"})
        (question,) = first.questions
        shown = json.dumps(question)
        assert "Ink & Paper" in shown and "Bees" in shown and "org_B" in shown
        assert not first.is_error
        # It is remembered, the call went on, and the session does.
        listed = peer.call("list_notes", {})
        assert not listed.questions and "Honey" in listed.text and peer.session == session
        assert peer.request("resources/list")["resources"]
    # Another session of the same person is asked no more.
    with HTTPPeer(alice, revision, {}, path="/mcp?toolsets=all") as peer:
        assert "Honey" in peer.call("list_notes", {}).text
    assert len(Caller(server, tenant="org_B").request("GET", "/v1/notes").json()["items"]) == 1
    assert Caller(server, tenant="org_A").request("GET", "/v1/notes").json()["items"] == []
    assert Caller(server, "bob", "org_B").request("GET", "/v1/notes").json()["items"] == []


def test_2_the_choice_over_the_first_transport(identity_provider, make_identity_server):
    identity_provider.memberships(alice={"org_A": "Ink & Paper", "org_B": "Bees"})
    alice = Caller(make_identity_server(workos=True))
    alice.mcp = [bearer(identity_provider.token("alice", f"{PUBLIC}/sse"))]
    with SSEPeer(alice, "2025-11-25", {"elicitation": {}}, lambda question: CHOSEN, path="/sse?toolsets=all") as peer:
        first, second = peer.call("create_note", {"title": "Honey", "content": "x"}), peer.call("list_notes", {})
        assert len(first.questions) == 1 and not second.questions and "Honey" in second.text


@pytest.mark.parametrize("revision", ["2025-03-26", "2025-11-25", MODERN])
def test_2_who_cannot_be_asked_is_told_how_to_choose(identity_provider, make_identity_server, revision):
    identity_provider.memberships(alice={"org_A": "Ink & Paper", "org_B": "Bees"})
    server = make_identity_server(workos=True)
    alice = Caller(server)
    with HTTPPeer(alice, revision, {}, path="/mcp?toolsets=all") as peer:
        refused = peer.call("list_notes", {})
        assert refused.is_error and "Bees" in refused.text and "org_B" in refused.text and "X-TB-Tenant-ID" in refused.text
        assert "Bees" in peer.ask("resources/list").error["message"]
    alice.tenant = "org_B"
    with HTTPPeer(alice, revision, {}, path="/mcp?toolsets=all") as peer:
        assert not peer.call("create_note", {"title": "Honey", "content": "x"}).is_error
    alice.tenant = "org_C"
    fields = [*alice.access, JSON_BODY, ACCEPT]
    with alice.connect() as connection:
        answer = connection.request("POST", "/mcp", fields, b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
    assert answer.status == 403 and "tenant_forbidden" in answer.body.decode()


@pytest.mark.parametrize(
    "said",
    [{"action": "decline"}, {"action": "cancel"}, {"action": "accept", "content": {"organization": "org_C"}}, {"action": "accept", "content": {}}],
    ids=lambda said: said["action"] + str(said.get("content", "")),
)
@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
def test_2_no_answer_opens_what_membership_does_not(identity_provider, make_identity_server, revision, said):
    identity_provider.memberships(alice=["org_A", "org_B"], bob=["org_C"])
    server = make_identity_server(workos=True)
    replies = itertools.chain([said], itertools.repeat({"action": "cancel"}))
    with HTTPPeer(Caller(server), revision, {"elicitation": {}}, lambda question: next(replies), path="/mcp?toolsets=all") as peer:
        exchange = peer.call("create_note", {"title": "Honey", "content": "x"})
        assert "error" in exchange.message or exchange.is_error
    assert rows(server, "item") == 0
    for tenant in ("org_A", "org_B"):
        assert Caller(server, tenant=tenant).request("GET", "/v1/notes").json()["items"] == []


# Tokens


def test_9_claims_of_exchanged_tokens_loosen_nothing(make_identity_server, identity_provider):
    server = make_identity_server()
    backend = {"token_type": "backend", "exchanged_from": "mcp_oauth", "act": {"sub": "mcp"}}
    for audience in ("https://elsewhere.test", server.resource, [], None, "toolbridge"):
        for issuer in (identity_provider.issuer, server.public, "toolbridge", None):
            token = identity_provider.mint({"sub": "alice", "aud": audience, "iss": issuer, **backend})
            assert ask(server, token).status == 401, (audience, issuer)
    assert ask(server, server.token_for(**backend)).status == 200


def test_10_what_is_no_token_of_the_issuer(identity_provider, make_identity_server):
    key, secret = Key.rsa("mine"), "the right secret, and more than thirty-two bytes"
    identity_provider.publish(key)
    server = make_identity_server(JWT_HS256_SECRET=secret, **UNLIMITED)
    good = claims(identity_provider.issuer, server.audience)
    assert ask(server, forge(key, good)).status == 200
    pid = server.pid
    without = [{name: value for name, value in good.items() if name != left_out} for left_out in ("exp", "aud", "iat", "sub", "iss")]
    shared = [Key.secret(secret, kid) for kid in (None, "mine")] + [Key.secret(key.public_pem, "mine"), Key.secret("", "mine")]
    numbers = [0, -1, 1e300, 2**53, 2**63, -(2**63), "99999999999", None, True, [1], {}]
    tokens = [
        *(forge(key, claims) for claims in without),
        *(forge(key, good | {"aud": audience}) for audience in ([], "", None, [None], {}, server.resource, API + "/")),
        *(forge(key, good | {"exp": number}) for number in numbers),
        *(forge(key, good, {"alg": alg}) for alg in ("RS384", "RS512", "PS256", "HS256", "ES256", "rs256", "", "RS256 ")),
        *(forge(one, good) for one in shared),
        *(forge(one, {"sub": "alice", "exp": good["exp"]}) for one in shared),
        *(forge(None, good, {"alg": alg, "kid": "mine"}) for alg in ("none", "None", "NONE", "nOnE", "none\0", " none")),
        *(forge(key, good, header) for header in ({"crit": ["exp"]}, {"typ": "dpop+jwt"}, {"kid": "m" * 129}, {"kid": None})),
        forge(key, b'{"exp":1e99999999,"sub":"alice"}'),
        forge(key, good, b'{"alg":"RS256","alg":"none","kid":"mine"}'),
        forge(key, b"[" * 3000),
        *("..", "a.b.c", ".".join(forge(key, good).split(".")[:2]) + ".", forge(key, good) + "=", "a" * 9000),
    ]
    for token in tokens:
        for target in ("/v1/notes", "/v1/auth/tenant"):
            assert ask(server, token, target).status in ((401, 400, 431) if len(token) > 8192 else (401,)), (token, target)
    assert server.is_alive() and server.pid == pid and ask(server, forge(key, good)).status == 200


def test_11_each_token_at_its_own_doors_alone(identity_provider, make_identity_server):
    server = make_identity_server(OIDC_CLIENT_IDS="an-app", **UNLIMITED)
    of_mcp = server.mcp_token_for()
    of_people = [identity_provider.mint({"sub": "alice", "aud": aud, **more})
                 for aud in ("an-app", server.audience, server.resource) for more in ({"nonce": "n"}, {"at_hash": "x"}, {"c_hash": "x"})]  # fmt: skip
    paths = server.request("GET", "/openapi.json", token=False).json()["paths"]
    tried = 0
    for path, operations in paths.items():
        if not path.startswith("/v1/") or path in ("/v1/sync/info", "/v1/auth/tenant"):
            continue
        for method in set(operations) & {"get", "put", "post", "patch", "delete"}:
            target = re.sub(r"\{\w+\}", new_uid(), path)
            for token in (of_mcp, of_people[0], of_people[3]):
                answer = ask(server, token, target, [], method.upper(), None if method in ("get", "delete") else {})
                assert answer.status == 401, (method, path, answer)
                tried += 1
    assert tried > 3 * 50
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    headers = [ACCEPT, JSON_BODY]
    for token in (*of_people, server.token_for()):
        assert ask(server, token, "/mcp", headers, "POST", ping).status == 401
    assert ask(server, of_mcp, "/mcp", headers, "POST", ping).status == 200
    # An app of old asks with an ID token of its own where its tenant is, and nowhere else.
    statuses = [ask(server, token, "/v1/auth/tenant").status for token in of_people]
    assert statuses == [200, 200, 200, 401, 401, 401, 401, 401, 401]
    assert ask(make_identity_server("other"), of_people[0], "/v1/auth/tenant").status == 401


def flood(port: int, seconds: float, count: int):
    """Tokens by keys that nobody has heard of, evenly spread."""
    now = int(time.time())
    payload = base64url(json.dumps({"iss": os.environ["FLOOD_ISSUER"], "sub": "x", "aud": API, "iat": now, "exp": now + 600}).encode())
    begun = time.monotonic()
    with Connection(port) as connection:
        for number in range(count):
            time.sleep(max(0, begun + seconds * number / count - time.monotonic()))
            header = base64url(json.dumps({"alg": "RS256", "kid": secrets.token_hex(8)}).encode())
            token = f"{header}.{payload}.{base64url(secrets.token_bytes(256))}"
            assert connection.request("GET", "/v1/notes", [bearer(token)]).status == 401


def durations(server, token: str, goes_on) -> list[float]:
    found = []
    with server.connect() as connection:
        while goes_on(len(found)):
            begun = time.monotonic()
            assert connection.request("GET", "/v1/notes?limit=1", [bearer(token)]).status == 200
            found.append(time.monotonic() - begun)
            time.sleep(0.004)
    return sorted(found)


BAD_KEY_SETS = [{"mode": "huge"}, {"mode": "drip", "milliseconds": 100}, *("redirect", "html", "empty", "garbage", "down", "silent")]


def test_14_neither_a_thousand_random_kids_nor_a_bad_key_set_is_felt(identity_provider, make_identity_server, monkeypatch, tell):
    """Half a minute goes by first: in the time after a fetch nothing makes the server fetch again, and here it is to do so."""
    monkeypatch.setenv("FLOOD_ISSUER", identity_provider.issuer)
    server = make_identity_server(**UNLIMITED)
    others = [make_identity_server(f"other {number}") for number in range(len(BAD_KEY_SETS))]
    begun = time.monotonic()
    token = server.token_for()
    for one in others:
        assert ask(one, token).status == 200
    quiet = durations(server, token, lambda count: count < 400)
    time.sleep(max(0, begun + 29 - time.monotonic()))
    # Whoever waited for a fetch would be found out.
    identity_provider.fail(jwks={"mode": "slow", "milliseconds": 1500})
    before = identity_provider.counts["jwks"]
    process = get_context("fork").Process(target=flood, args=(server.port, 5, 1000))
    process.start()
    busy = durations(server, token, lambda count: process.is_alive())
    process.join()
    assert process.exitcode == 0
    fetches = identity_provider.counts["jwks"] - before
    p99 = [1000 * times[len(times) * 99 // 100] for times in (quiet, busy)]
    tell(f"1,000 random kids: {fetches} fetches; p99 of valid requests {p99[0]:.1f} ms, under the flood {p99[1]:.1f} ms")
    assert 1 <= fetches <= 2
    assert p99[1] < 3 * p99[0] + 50 and busy[-1] < 1.2
    for mode, other in zip(BAD_KEY_SETS, others):
        check_bad_key_set(identity_provider, other, mode)


def check_bad_key_set(identity_provider, server, mode):
    identity_provider.fail(jwks=mode)
    before, fetches = memory(server.pid), identity_provider.counts["jwks"]
    unknown = mint(Key.rsa("unknown"), claims(identity_provider.issuer, server.audience))
    begun = time.monotonic()
    asking = threading.Thread(target=ask, args=(server, unknown), daemon=True)
    asking.start()
    until(lambda: identity_provider.counts["jwks"] > fetches, 5, f"the fetch of a key set that is {mode}")
    # Who is known doesn't wait, also with a token that is new.
    assert ask(server, server.token_for("bob")).status == 200
    assert time.monotonic() - begun < 4
    asking.join(15)
    assert not asking.is_alive() and time.monotonic() - begun < 12, mode
    assert ask(server, server.token_for("carol")).status == 200
    assert memory(server.pid) - before < 20_000_000, mode
    assert identity_provider.requests["followed"] == 0
    assert identity_provider.counts["jwks"] == fetches + 1


def memory(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as statistics:
        return int(statistics.read().split()[1]) * 4096


@pytest.mark.parametrize("more", [{"use": None}, {"alg": None}, {"use": None, "alg": None}], ids=str)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_14_keys_that_say_little_of_themselves_work(identity_provider, make_identity_server, kind, more):
    key = getattr(Key, kind)("mine")
    identity_provider.serve_key_set({"keys": [{"kty": "oct", "k": "AAAA", "kid": "mine"}, key.jwk(**more), key.jwk(kid="enc", use="enc")]})
    server = make_identity_server()
    good = claims(identity_provider.issuer, server.audience)
    assert ask(server, mint(key, good)).status == 200
    assert ask(server, mint(key, good, {"kid": "enc"})).status == 401


@pytest.mark.parametrize("domain", ["auth.example.test", "https://auth.example.test", "https://auth.example.test/"])
def test_16_authkit_as_a_host_and_as_an_address(make_identity_server, domain):
    server = make_identity_server(JWT_ISSUER=None, JWT_JWKS_URL=None, JWT_AUDIENCE=None, TOOLBRIDGE_AUTHKIT_DOMAIN=domain)
    for suffix in ("", "/mcp", "/sse"):
        answer = server.request("GET", f"/.well-known/oauth-protected-resource{suffix}", token=False)
        assert answer.status == 200 and answer.json()["authorization_servers"] == ["https://auth.example.test"]
        assert answer.json()["resource"] == f"{server.public}{suffix or '/mcp'}"


def test_19_who_is_refused_later_leaves_no_row_and_reading_writes_nothing(identity_provider, make_identity_server):
    identity_provider.memberships(alice=["org_A"], bob=["org_B"])
    server = make_identity_server(workos=True, RATE_LIMIT_DATA="1/86400/2")
    before = {table: rows(server, table) for table in ("owner", "session", "item")}
    assert set(before.values()) == {0}
    stranger, nobody = Caller(server, "alice", "org_B"), Caller(server, "alice")
    for method, target, body in [("POST", "/v1/notes", {"title": "x"}), ("GET", "/v1/notes", None), ("POST", "/v1/sync/sessions", {})]:
        assert stranger.request(method, target, body).status == 403
    assert nobody.request("POST", "/v1/notes", {"title": "x"}).status == 401
    # A session that is none, which costs no token, and a reader.
    alice = Caller(server, "alice", "org_A")
    foreign = [("X-Sync-Session", new_uid()), ("X-Sync-Epoch", "1")]
    assert alice.request("POST", "/v1/sync/notes/push", {"items": []}, foreign).status in (403, 428)
    assert alice.request("GET", "/v1/notes").status == 200
    assert alice.request("GET", f"/v1/tasks/{new_uid()}").status == 404
    # The limit.
    assert alice.request("POST", "/v1/notes", {"title": "x"}).status == 429
    assert Caller(server, "bob").request("GET", "/v1/auth/tenant").status == 200
    assert {table: rows(server, table) for table in before} == before


# Signatures


def test_20_what_was_signed_is_good_for_nothing_else(make_identity_server):
    ring = Keyring()
    server = make_identity_server(TENANT_HEADER_KEYS=str(ring))
    alice, bob = (bearer(server.token_for(subject)) for subject in ("alice", "bob"))

    def send(signed, method="POST", target="/v1/notes", body=NOTE, who=alice, more=()):
        answer = server.request(method, target, body, [who, *signed, *more], token=False)
        return answer.status, answer.json().get("reason")

    def sign(**more):
        return ring.sign("org_A", "POST", "/v1/notes", alice[1], NOTE, **more)

    assert send(sign(), target="/v1/tasks") == (401, "signature")
    assert send(sign(), target="/v1/notes?") == (401, "signature")
    assert send(sign(), body=NOTE + b" ") == (401, "signature")
    assert send(sign(), who=bob) == (401, "signature")
    assert send(sign(), method="GET", body=None) == (401, "signature")
    assert send([("X-TB-Tenant-ID", "org_B"), *sign()[1:]]) == (401, "signature")
    signed = sign()
    assert send([*signed[:2], ("X-TB-Nonce", base64url(bytes(16))), signed[3]]) == (401, "signature")
    assert send(signed) == (201, None)
    assert send(signed) == (401, "replayed")
    # One that was refused hasn't used up its nonce.
    signed = sign()
    assert send(signed, body=b"{}") == (401, "signature")
    assert send(signed) == (201, None)
    for name in ("X-TB-Tenant-ID", "X-TB-Timestamp", "X-TB-Nonce", "X-TB-Signature", "x-tb-tenant-id"):
        answer = server.request("POST", "/v1/notes", NOTE, [alice, *sign(), (name, "org_A")], token=False)
        assert status_and_code(answer) == (400, "duplicate_header"), name
    assert len(server.request("GET", "/v1/notes", headers=ring.sign("org_A", "GET", "/v1/notes", server.authorization[1])).json()["items"]) == 2


STAMPS = ["-9223372036854775808", "9223372036854775807", "9223372036854775808", "-1", "+1730635200000", "01730635200000", "1.7e12", "9" * 30]
STAMPS += ["0", "", "NaN", "1730635200000.0", "0x192f0a1d800", "9999999999999"]


@pytest.mark.parametrize("version", [1, 2])
def test_21_times_that_are_none(make_identity_server, version):
    ring = Keyring(default=SECRET.encode())
    server = make_identity_server(TENANT_HEADER_SECRET=SECRET)
    authorization, pid = server.authorization[1], server.pid
    for stamp in STAMPS:
        if version == 1:
            signed = sign_v1(SECRET, "org_A", stamp)
        else:
            signed = ring.sign("org_A", "GET", "/v1/notes", authorization, timestamp=stamp)
        answer = server.request("GET", "/v1/notes", headers=signed)
        assert status_and_code(answer) == (401, "invalid_tenant_headers"), (stamp, answer)
        assert answer.json()["reason"] in ("malformed", "clock_skew", "missing"), stamp
    with server.connect() as connection:
        # Arabic-Indic digits, which some readers of numbers take.
        stamp = "١٧٣٠٦٣٥٢٠٠٠٠٠".encode()
        head = request_bytes(server.port, "GET", "/v1/notes", [server.authorization, *sign_v1(SECRET, "org_A", "STAMP")])
        connection.send(head.replace(b"STAMP", stamp))
        assert connection.response().status in (400, 401)
    assert server.is_alive() and server.pid == pid
    assert server.request("GET", "/v1/notes", headers=sign_v1(SECRET, "org_A")).status == 200


def test_20_t_3_a_restart_forgets_no_nonce_that_is_kept_in_the_database(make_identity_server):
    ring = Keyring()
    server = make_identity_server(TENANT_HEADER_KEYS=str(ring), TOOLBRIDGE_REPLAY_STORE="database", TENANT_SIGNATURE_WINDOW_SECONDS="300")
    authorization = server.authorization[1]
    signed = [ring.sign("org_A", "POST", "/v1/notes", authorization, NOTE) for _ in range(3)]

    def send(headers):
        answer = server.request("POST", "/v1/notes", NOTE, headers)
        return answer.status, answer.json().get("reason")

    assert send(signed[0]) == (201, None)
    assert send(signed[0]) == (401, "replayed")
    server.restart()
    assert send(signed[0]) == (401, "replayed")
    assert send(signed[1]) == (201, None)
    # Nor a power cut.
    server.kill()
    server.start()
    assert [send(one) for one in signed] == [(401, "replayed"), (401, "replayed"), (201, None)]


@pytest.mark.parametrize("hangup", [False, True], ids=["noticed", "SIGHUP"])
def test_20_keys_are_changed_without_a_failed_request(tmp_path, make_identity_server, hangup):
    old, new = (Keyring(**{name: secrets.token_bytes(32)}) for name in ("old", "new"))
    both = Keyring(**old.keys, **new.keys)
    path = tmp_path / "keys"
    path.write_text(f"{old}\n")
    path.chmod(0o600)
    server = make_identity_server(TENANT_HEADER_KEYS_FILE=str(path), **UNLIMITED)
    authorization = server.authorization[1]

    def status(ring: Keyring) -> int:
        return server.request("GET", "/v1/notes", headers=ring.sign("org_A", "GET", "/v1/notes", authorization)).status

    def change(text: str):
        staged = tmp_path / "keys.new"
        staged.write_text(text)
        staged.replace(path)
        if hangup:
            os.kill(server.pid, signal.SIGHUP)

    assert (status(old), status(new)) == (200, 401)
    change(f"{both}")
    until(lambda: [status(old), status(new)] == [200, 200], 1.5 if hangup else 5, "the new key")
    # A file that is broken, or gone, changes nothing, and is told.
    for broken in ("new:not base64", "", "new:AAAA"):
        change(broken)
        time.sleep(0.3)
        assert (status(old), status(new)) == (200, 200)
    until(lambda: any(line["level"].lower() == "error" and "ey" in line["msg"] for line in server.lines()), 5, "a line about the file")
    change(f"{new}")
    until(lambda: status(old) == 401, 1.5 if hangup else 5, "the end of the old key")
    assert status(new) == 200 and server.is_alive()
    said = server.log.read_text() + server.errors.read_text()
    assert not any(base64.b64encode(key).decode()[:12] in said for key in both.keys.values())


def pieces(text: str, length: int = 12) -> set[str]:
    return {text[start : start + length] for start in range(0, max(1, len(text) - length + 1), 4)}


def test_22_nothing_secret_is_said_anywhere(identity_provider, make_identity_server):
    key, ring = Key.rsa("backend"), Keyring(k1=secrets.token_bytes(32))
    workos = "sk_" + secrets.token_hex(16)
    settings = {
        "JWT_BACKEND_RS256_PRIVATE_KEY": key.pem(),
        "JWT_BACKEND_KEY_ID": "backend",
        "TOKEN_EXCHANGE_CLIENTS": "mcp:" + secrets.token_hex(16),
        "TENANT_HEADER_SECRET": secrets.token_hex(20),
        "TENANT_HEADER_KEYS": str(ring),
        "WORKOS_API_KEY": workos,
        "JWT_HS256_SECRET": secrets.token_hex(20),
        "MCP_OAUTH_AUDIENCE": f"{PUBLIC}/mcp",
        "TOOLBRIDGE_STATE_KEYS": "s:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    identity_provider.memberships(alice=["org_A"])
    identity_provider.workos(keys=[workos])
    server = make_identity_server(workos=True, TOOLBRIDGE_LOG_LEVEL="trace", **settings)
    hidden = {value for name, value in settings.items() if name not in ("JWT_BACKEND_KEY_ID", "MCP_OAUTH_AUDIENCE")}
    hidden |= set(settings["TENANT_HEADER_KEYS"].split(":"))
    hidden |= {settings["TOKEN_EXCHANGE_CLIENTS"].split(":")[1], *key.pem().split("\n")[1:-2]}
    answers = []

    def send(method, target, body=None, headers=(), token=None, who=True):
        token = token or server.token
        hidden.update(token.split("."))
        for name, value in headers:
            if name in ("X-TB-Signature", "X-TB-Nonce", "Mcp-Session-Id"):
                hidden.update(part.split("=")[-1] for part in value.split(";"))
        answer = server.request(method, target, body, [*([bearer(token)] if who else []), *headers], token=False)
        answers.append((answer, token))
        return answer

    def sign(method, target, body=None, tenant="org_A", **more):
        return ring.sign(tenant, method, target, f"Bearer {server.token}", body, **more)

    payload = "canary-payload-" + secrets.token_hex(12)
    hidden.add(payload)
    note = json.dumps({"title": payload}).encode()
    assert send("POST", "/v1/notes", note, sign("POST", "/v1/notes", note)).status == 201
    twice = sign("POST", "/v1/notes", note)
    assert [send("POST", "/v1/notes", note, twice).status for _ in range(2)] == [201, 401]
    assert send("GET", "/v1/notes", headers=sign_v1(settings["TENANT_HEADER_SECRET"], "org_A")).status == 200
    wrong = [sign("GET", "/v1/tasks"), sign("GET", "/v1/notes", timestamp="1730635200000"), sign("GET", "/v1/notes", tenant="org_B")]
    for headers in wrong:
        assert send("GET", "/v1/notes", headers=headers).status in (401, 403)
    assert send("GET", "/v1/notes", headers=sign_v2(secrets.token_bytes(32), "k9", "org_A", "GET", "/v1/notes")).status == 401
    for token in (server.token[:-4] + "AAAA", server.mcp_token_for(), server.token_for(exp=1000), forge(Key.rsa("other"), {"sub": payload})):
        assert send("GET", "/v1/notes", token=token).status == 401
    assert send("GET", "/v1/auth/tenant").status == 200
    mcp = server.mcp_token_for()
    form = f"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token={mcp}&resource={API}"
    form += "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
    typed = ("Content-Type", "application/x-www-form-urlencoded")
    basic = ("Authorization", "Basic " + base64.b64encode(settings["TOKEN_EXCHANGE_CLIENTS"].encode()).decode())
    hidden.add(basic[1].split(" ")[1])
    exchanged = send("POST", "/oauth/token", form.encode(), [typed, basic], mcp, who=False)
    assert exchanged.status == 200, exchanged
    hidden.update(exchanged.json()["access_token"].split("."))
    answers.pop()
    assert send("POST", "/oauth/token", form.encode(), [typed], mcp, who=False).status == 401
    alice = Caller(server, tenant="org_A")
    alice.mcp = [bearer(mcp)]
    with HTTPPeer(alice, "2025-11-25", {}, path="/mcp?toolsets=all") as peer:
        hidden.add(peer.session)
        assert payload in peer.call("list_notes", {}).text
    identity_provider.fail(workos="unauthorized", jwks="html")
    assert send("GET", "/v1/auth/tenant", token=server.token_for("bob")).status == 503
    assert send("GET", "/v1/notes?token=" + server.token, token=server.token).status in (400, 401)
    server.terminate()
    said = server.log.read_text() + server.errors.read_text()
    assert said.count("\n") > 20
    # What every token begins with says nothing.
    common = {piece for text in (base64url(b'{"alg":"RS256"'), base64url(b'{"typ":"at+jwt"')) for piece in pieces(text)}
    for secret in hidden - {"", "v2"}:
        if len(secret) < 12:
            continue
        for piece in pieces(secret) - common:
            assert piece not in said, (secret, piece)
    for answer, token in answers:
        text = answer.body.decode() + str(answer.headers)
        if answer.status >= 400:
            assert not any(piece in text for secret in hidden if len(secret) >= 12 for piece in pieces(secret) - common), answer
    server.start()


# Limits and traffic


def test_23_great_and_deep_bodies(make_identity_server):
    server = make_identity_server()
    before, pid = memory(server.pid), server.pid
    session = server.request("POST", "/v1/sync/sessions", {}).json()
    proof = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
    with server.connect() as connection:
        connection.send(request_bytes(server.port, "POST", "/v1/notes", [server.authorization, ("Content-Length", str(1 << 30))]))
        assert status_and_code(connection.response()) == (413, "payload_too_large")
    million = b'{"items":[' + b",".join([b"{}"] * 1_000_000) + b"]}"
    assert server.request("POST", "/v1/sync/notes/push", million, proof).status == 413
    for bracket in (b"[", b'{"a":'):
        deep = bracket * (1_000_000 // len(bracket))
        for target in ("/v1/notes", "/v1/sync/notes/push", "/v1/batch"):
            assert status_and_code(server.request("POST", target, deep, proof)) == (400, "invalid_json"), target
    wrong = server.request("POST", "/v1/notes", NOTE, [("Content-Encoding", "gzip")])
    assert status_and_code(wrong) == (415, "unsupported_encoding")
    assert memory(server.pid) - before < 100_000_000 and server.is_alive() and server.pid == pid


def test_24_unauthenticated_floods_are_limited_and_addresses_that_are_made_up_count_for_nothing(make_identity_server, identity_provider):
    server = make_identity_server()
    statuses: dict[int, int] = {}
    assert ask(server, server.token).status == 200
    identity_provider.forget_requests()
    with server.connect() as connection:
        for number in range(1500):
            headers = [("X-Forwarded-For", f"198.51.{number % 250}.{number % 200}"), ("Fly-Client-IP", f"203.0.113.{number % 250}")]
            headers.append(bearer(f"{number}.{number}.{number}"))
            status = connection.request("GET", "/v1/notes", headers).status
            statuses[status] = statuses.get(status, 0) + 1
    assert set(statuses) == {401, 429} and statuses[429] > 1000, statuses
    assert identity_provider.counts.get("jwks", 0) <= 1
    assert rows(server, "owner") == 0


def test_24_wipe_and_state_are_limited(make_identity_server):
    server = make_identity_server(RATE_LIMIT_DATA="1/86400/4")
    session = server.request("POST", "/v1/sync/sessions", {}).json()
    proof = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
    statuses = [server.request("GET", "/v1/sync/state", headers=proof).status for _ in range(6)]
    assert 429 in statuses and set(statuses) == {200, 429}, statuses
    assert server.request("POST", "/v1/sync/wipe", {"confirm": "WIPE"}, proof).status == 429


def test_26_more_than_sixty_tool_calls_a_minute(make_identity_server):
    server = make_identity_server()
    with HTTPPeer(Caller(server), MODERN, {}, path="/mcp?toolsets=all") as peer:
        for number in range(120):
            assert not peer.call("create_note", {"title": f"{number}", "content": ""}).is_error


# Operation


FIXED = [({}, DEFAULT), ({"DEFAULT_TENANT_ID": "org_A"}, "org_A"), ({"TENANT_HEADER_SECRET": SECRET}, "org_A")]


@pytest.mark.parametrize("settings, tenant", FIXED, ids=str)
def test_44_a_fixed_tenant_without_memberships(make_identity_server, settings, tenant):
    server = make_identity_server(TOOLBRIDGE_TENANT_ID=tenant, **settings)
    signed = sign_v1(SECRET, tenant) if "TENANT_HEADER_SECRET" in settings else []
    with HTTPPeer(Caller(server), MODERN, {}, path="/mcp?toolsets=all") as peer:
        assert not peer.call("create_note", {"title": "Honey", "content": ""}).is_error
    answer = ask(server, server.token, headers=signed)
    assert [item["payload"]["title"] for item in answer.json()["items"]] == ["Honey"]
    other = Caller(server, tenant="org_B")
    with other.connect() as connection:
        answer = connection.request("POST", "/mcp", [*other.access, JSON_BODY, ACCEPT], b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
    assert answer.status in (401, 403)

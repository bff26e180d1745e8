"""Whose token goes where: a gateway behind an authorization server, tokens exchanged or sent on, tenants resolved or chosen."""

import json

import pytest

from support.faults import FaultyProxy, count_routes, status
from support.identity import API, Key, Keyring, bearer
from support.kinds import new_uid
from support.mcp import JSON_BODY, Client

GATEWAY = "https://gateway.test"
MCP = f"{GATEWAY}/mcp"
KEY = Key.rsa("backend-1")


class World:
    """An API with memberships and signed tenants, a proxy before it, and gateways that know the same identity provider."""

    def __init__(self, provider, api, proxy, make_gateway, ring):
        self.provider, self.api, self.proxy, self.make_gateway, self.ring = provider, api, proxy, make_gateway, ring

    def gateway(self, subject: str = "alice", audience: str = MCP, **more):
        settings = {
            "JWT_ISSUER": self.provider.issuer,
            "JWT_JWKS_URL": self.provider.told["serve"]["JWT_JWKS_URL"],
            "TOOLBRIDGE_PUBLIC_BASE_URL": GATEWAY,
            "TOOLBRIDGE_BACKEND_API_AUDIENCE": API,
            "TOOLBRIDGE_TENANT_HEADER_KEYS": str(self.ring),
        }
        return self.make_gateway(self.proxy, self.provider.token(subject, audience), **settings | more)

    def seen(self) -> dict[str, int]:
        """The routes that were asked since the last time."""
        counts = count_routes(self.proxy.lines)
        self.proxy.forget()
        return dict(counts)


@pytest.fixture
def world(identity_provider, make_identity_server, make_gateway):
    identity_provider.memberships(alice=["org_A"], bob=["org_A", "org_B"])
    ring = Keyring()
    off = {"RATE_LIMIT_DATA": "off", "RATE_LIMIT_AUTH": "off", "RATE_LIMIT_ADDRESS": "off"}
    signing = {"JWT_BACKEND_RS256_PRIVATE_KEY": KEY.pem(), "JWT_BACKEND_KEY_ID": KEY.kid}
    api = make_identity_server("api", workos=True, MCP_OAUTH_AUDIENCE=MCP, TENANT_HEADER_KEYS=str(ring), **off, **signing)
    proxy = FaultyProxy(api).start()
    yield World(identity_provider, api, proxy, make_gateway, ring)
    proxy.close()


EXCHANGE, RESOLVE, LIST = "POST /oauth/token", "GET /v1/auth/tenant", "GET /v1/notes"


def test_a_cold_call_exchanges_and_resolves_and_a_warm_one_does_neither(world):
    gateway = world.gateway()
    with Client(gateway) as client:
        world.seen()
        assert client.call("list_notes").value["items"] == []
        assert world.seen() == {EXCHANGE: 1, RESOLVE: 1, LIST: 1}
        for _ in range(3):
            assert not client.call("list_notes").is_error
            assert world.seen() == {LIST: 1}
        assert json.loads(client.call("health_check").text)["tenant_id"] == "org_A"


def test_the_clients_token_never_leaves_the_gateway_but_to_be_exchanged(world):
    gateway = world.gateway()
    with Client(gateway) as client:
        assert not client.call("create_note", title="T", content="").is_error
    for passed in world.proxy.passed:
        said = json.dumps(passed.asked.headers) + (passed.asked.body or b"").decode()
        assert (gateway.token in said) == (passed.line == EXCHANGE), passed.line
        if passed.asked.path.startswith("/v1/notes"):
            assert passed.asked.header("X-TB-Tenant-ID") == "org_A"
    assert gateway.token not in gateway.log.read_text()


def test_a_refused_token_is_exchanged_once_more_and_no_oftener(world):
    with Client(world.gateway()) as client:
        assert not client.call("list_notes").is_error
        world.seen()
        refusal = status(401, b'{"error":"unauthorized","code":"unauthorized","correlation_id":"c"}')
        world.proxy.fail(refusal, times=1, when=lambda asked: asked.path == "/v1/notes")
        assert not client.call("list_notes").is_error
        assert world.seen() == {EXCHANGE: 1, LIST: 2}
        world.proxy.fail(refusal, when=lambda asked: asked.path == "/v1/notes")
        assert client.call("list_notes").refusal["code"] == "unauthorized"
        assert world.seen() == {EXCHANGE: 1, LIST: 2}


def test_who_has_several_organizations_is_told_to_choose_and_may_by_header(world):
    gateway = world.gateway("bob")
    with Client(gateway) as client:
        answer = client.call("list_notes")
        assert answer.is_error and "org_A" in answer.text and "org_B" in answer.text
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_note", "arguments": {"title": "T", "content": ""}}}
    for tenant in ("org_A", "org_B"):
        answer = gateway.request("POST", "/mcp", message, [JSON_BODY, ("X-TB-Tenant-ID", tenant)])
        assert not answer.json()["result"].get("isError"), answer
    answer = gateway.request("POST", "/mcp", message, [JSON_BODY, ("X-TB-Tenant-ID", "org_C")]).json()["result"]
    assert answer["isError"] and '"tenant_forbidden"' in answer["content"][0]["text"]


def test_a_fixed_tenant_is_not_changed_by_a_header(world):
    gateway = world.gateway("bob", TOOLBRIDGE_TENANT_ID="org_A")
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "create_note", "arguments": {"title": "T", "content": ""}}}
    assert not gateway.request("POST", "/mcp", message, [JSON_BODY, ("X-TB-Tenant-ID", "org_B")]).json()["result"].get("isError")
    assert world.proxy.passed[-1].asked.header("X-TB-Tenant-ID") == "org_A"
    assert RESOLVE not in world.seen()


@pytest.mark.parametrize("why", ["no token", "another's audience", "an unknown key", "expired"])
def test_who_has_no_token_for_the_gateway_is_challenged_and_the_api_hears_nothing(world, why):
    gateway = world.gateway()
    wrong = {
        "no token": lambda: [],
        "another's audience": lambda: [bearer(world.provider.token("alice", "https://elsewhere.test"))],
        "an unknown key": lambda: [bearer(world.provider.token("alice", MCP)[:-8] + "AAAAAAAA")],
        "expired": lambda: [bearer(world.provider.token("alice", MCP, lifetime=-3600, iat=1))],
    }[why]()
    world.seen()
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    for path in ("/mcp", "/sse"):
        answer = gateway.request("POST", path, message, [JSON_BODY, *wrong], token=False)
        assert answer.status == 401 and answer.json()["code"] == "unauthorized", answer
        challenge = answer.header("WWW-Authenticate")
        assert challenge.startswith("Bearer") and f'resource_metadata="{GATEWAY}/.well-known/oauth-protected-resource' in challenge
    assert world.seen() == {}
    document = gateway.request("GET", "/.well-known/oauth-protected-resource/mcp", token=False).json()
    assert document["resource"] == MCP and document["authorization_servers"] == [world.provider.issuer]


def test_forward_sends_the_token_on_unchanged(world):
    """MCP server and API are one resource: the token is for the API too."""
    gateway = world.gateway(audience=API, TOOLBRIDGE_UPSTREAM_AUTH="forward", JWT_AUDIENCE=API, TOOLBRIDGE_TENANT_ID="org_A")
    with Client(gateway) as client:
        note = client.call("create_note", title="T", content="").value
        assert client.call("get_note", uid=note["uid"]).value == note
    assert {passed.asked.header("Authorization") for passed in world.proxy.passed if passed.asked.path.startswith("/v1/notes")} == {
        gateway.authorization[1]
    }
    assert EXCHANGE not in world.seen()


def test_a_redirect_is_never_followed_with_a_token(world):
    with Client(world.gateway()) as client:
        assert not client.call("list_notes").is_error
        elsewhere = FaultyProxy(world.api).start()
        try:
            world.proxy.fail(status(307, b"", Location=f"{elsewhere.url}/v1/notes"), when=lambda asked: asked.path.startswith("/v1/notes"))
            answer = client.call("get_note", uid=new_uid())
            assert answer.is_error and "127.0.0.1" not in answer.text
            assert elsewhere.lines == []
        finally:
            elsewhere.close()


def test_two_users_share_no_cache(world):
    world.provider.memberships(alice=["org_A"], carol=["org_B"])
    gateway = world.gateway()
    other = gateway.seen_by(world.provider.token("carol", MCP))
    with Client(gateway) as alice, Client(other) as carol:
        uid = alice.call("create_note", title="T", content="").value["uid"]
        assert carol.call("get_note", uid=uid).refusal["code"] == "not_found"
        world.seen()
        assert carol.call("list_notes").value["items"] == [] and len(alice.call("list_notes").value["items"]) == 1
        assert world.seen() == {LIST: 2}

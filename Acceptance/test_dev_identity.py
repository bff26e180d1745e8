"""The identity provider for development: a fake that is a real server has to be right, for others are judged by it."""

import base64
import hashlib
import secrets
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest

from support.identity import API, IdentityProvider, Key, claims, mint
from support.program import run
from support.wire import Closed, Connection

FORM = ("Content-Type", "application/x-www-form-urlencoded")
REDIRECT = "http://127.0.0.1:1/callback"


def key_set(provider) -> jwt.PyJWKSet:
    return jwt.PyJWKSet.from_dict(provider.request("GET", "/oauth2/jwks").json())


def read(provider, token: str, **more) -> dict:
    """What PyJWT reads by the provider's key set."""
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.decode(token, key_set(provider)[kid], ["RS256", "ES256"], issuer=provider.issuer, **({"options": {"verify_aud": False}} | more))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_its_tokens_verify_by_its_key_set(identity_provider, algorithm):
    token = identity_provider.token("bob", API, "notes:read", algorithm=algorithm)
    told = read(identity_provider, token, options={}, audience=API)
    assert told["sub"] == "bob" and told["scope"] == "notes:read" and told["exp"] - told["iat"] == 3600
    assert jwt.get_unverified_header(token) | {"kid": ""} == {"alg": algorithm, "typ": "at+jwt", "kid": ""}


def test_a_token_for_people_comes_as_text(identity_provider):
    answer = identity_provider.request("GET", "/dev/token?sub=%C3%A9&lifetime=60&algorithm=ES256")
    told = read(identity_provider, answer.body.decode())
    assert told["sub"] == "é" and told["exp"] - told["iat"] == 60 and told["aud"] == ["https://tools.test", "https://tools.test/mcp"]


def test_any_claim_and_header_can_be_had_or_left_out(identity_provider):
    token = identity_provider.mint({"aud": [], "exp": None, "é": {"a": [1, 1e2]}}, {"typ": None, "x5u": "x", "kid": "other"})
    payload = jwt.decode(token, options={"verify_signature": False})
    assert payload["aud"] == [] and "exp" not in payload and payload["é"] == {"a": [1, 100.0]}
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "x5u": "x", "kid": "other"}
    assert jwt.decode(identity_provider.mint(secret="s" * 32), "s" * 32, ["HS256"], options={"verify_aud": False})["sub"] == "alice"


def test_keys_rotate_with_and_without_overlap(identity_provider):
    old = identity_provider.token()
    identity_provider.rotate(overlap=True)
    new = identity_provider.token()
    assert len(key_set(identity_provider).keys) == 4
    assert read(identity_provider, old) and read(identity_provider, new)
    identity_provider.retire()
    assert read(identity_provider, new)
    with pytest.raises(KeyError):
        read(identity_provider, old)
    identity_provider.rotate(overlap=False)
    with pytest.raises(KeyError):
        read(identity_provider, new)
    identity_provider.announce()
    assert len(key_set(identity_provider).keys) == 4
    before = identity_provider.token()
    identity_provider.rotate(overlap=True)
    after = identity_provider.token()
    assert len(key_set(identity_provider).keys) == 4
    assert read(identity_provider, before) and read(identity_provider, after)
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    # Whoever asks for it gets a token by a key that is no longer published.
    assert jwt.get_unverified_header(identity_provider.mint(kid="dev-rsa-1"))["kid"] == "dev-rsa-1"


def test_keys_of_the_tests_own_are_published(identity_provider):
    key = Key.ec("mine")
    identity_provider.publish(key)
    assert read(identity_provider, mint(key, claims(identity_provider.issuer, API)))["sub"] == "alice"
    identity_provider.serve_key_set(b'{"keys": 1}')
    assert identity_provider.request("GET", "/oauth2/jwks").body == b'{"keys": 1}'
    identity_provider.serve_key_set(None)
    assert len(key_set(identity_provider).keys) == 3


def test_the_same_ids_with_other_keys(identity_provider):
    token = identity_provider.token()
    identity_provider.fail(jwks="wrong-key")
    with pytest.raises(jwt.InvalidSignatureError):
        read(identity_provider, token)


def test_failures_are_as_they_are_called(identity_provider):
    def ask(**how) -> object:
        identity_provider.fail(jwks=how)
        return identity_provider.request("GET", "/oauth2/jwks")

    whole = identity_provider.request("GET", "/oauth2/jwks").body
    assert [ask(mode=mode).status for mode in ("down", "unavailable", "limited", "unauthorized")] == [500, 503, 429, 401]
    assert ask(mode="limited", retry_after=7).header("Retry-After") == "7"
    assert ask(mode="empty").json() == {"keys": []}
    assert ask(mode="garbage").body == whole[: len(whole) // 2]
    assert ask(mode="html").header("Content-Type").startswith("text/html")
    begun = time.monotonic()
    assert ask(mode="slow", milliseconds=300).body == whole and time.monotonic() - begun >= 0.3
    begun = time.monotonic()
    assert ask(mode="drip", milliseconds=1).body == whole and time.monotonic() - begun >= len(whole) / 1000
    huge = ask(mode="huge", bytes=1_048_576).body
    assert len(huge) == 1_048_576 + len(whole) and huge.strip() == whole
    with pytest.raises(Closed):
        ask(mode="cut")
    identity_provider.fail(jwks="silent")
    with Connection(identity_provider.port, timeout=0.3) as connection, pytest.raises(TimeoutError):
        connection.request("GET", "/oauth2/jwks")
    moved = ask(mode="redirect")
    assert moved.status == 302
    assert identity_provider.request("GET", moved.header("Location").removeprefix(identity_provider.issuer)).body == whole
    assert identity_provider.requests["followed"] == 1
    identity_provider.recover()
    assert identity_provider.request("GET", "/oauth2/jwks").body == whole


def test_a_failure_ends_after_as_many_times_as_it_was_told(identity_provider):
    identity_provider.fail(metadata={"mode": "down", "times": 2})
    statuses = [identity_provider.request("GET", "/.well-known/openid-configuration").status for _ in range(4)]
    assert statuses == [500, 500, 200, 200]
    assert identity_provider.counts == {"metadata": 4, "jwks": 0, "authorize": 0, "token": 0, "register": 0, "workos": 0}
    identity_provider.forget_requests()
    assert identity_provider.counts["metadata"] == 0


class TestWorkOS:
    def ask(self, provider, key: str = "sk_dev_workos", **query) -> object:
        target = f"/user_management/organization_memberships?{urlencode(query)}"
        return provider.request("GET", target, headers=[("Authorization", f"Bearer {key}")])

    def test_memberships_come_in_pages(self, identity_provider):
        identity_provider.memberships(alice={f"org_{number}": f"Number {number}" for number in range(250)}, bob=["org_7"])
        seen, after = [], {}
        while after is not None:
            page = self.ask(identity_provider, user_id="alice", limit=100, **after).json()
            seen += page["data"]
            after = {"after": page["list_metadata"]["after"]} if page["list_metadata"]["after"] else None
        assert [row["organization_id"] for row in seen] == [f"org_{number}" for number in range(250)]
        assert seen[3]["organization_name"] == "Number 3" and {row["user_id"] for row in seen} == {"alice"}
        assert identity_provider.counts["workos"] == 3
        rows = self.ask(identity_provider, user_id="bob", organization_id="org_7", limit=1).json()["data"]
        assert [(row["user_id"], row["status"]) for row in rows] == [("bob", "active")]

    def test_one_user_changes_and_others_stay(self, identity_provider):
        identity_provider.memberships(alice=["org_A"], bob=["org_B"])
        identity_provider.membership_rows({"organization": "org_C", "status": "pending"}, user="alice")
        assert [row["status"] for row in self.ask(identity_provider, user_id="alice").json()["data"]] == ["pending"]
        assert self.ask(identity_provider, user_id="alice", statuses="active").json()["data"] == []
        assert len(self.ask(identity_provider, user_id="bob").json()["data"]) == 1

    def test_the_key_is_asked_for_and_can_be_changed(self, identity_provider):
        assert self.ask(identity_provider, key="other", user_id="alice").status == 401
        identity_provider.workos(keys=["other"], names=False)
        identity_provider.memberships(alice=["org_A"])
        answer = self.ask(identity_provider, key="other", user_id="alice")
        assert answer.status == 200 and "organization_name" not in answer.json()["data"][0]
        assert self.ask(identity_provider, user_id="alice").status == 401


class Client:
    """An OAuth client that does what the RFCs say, by hand."""

    def __init__(self, provider, method: str = "none"):
        self.provider = provider
        answer = provider.request("POST", "/oauth2/register", {"redirect_uris": [REDIRECT], "token_endpoint_auth_method": method})
        assert answer.status == 201
        self.id, self.secret = answer.json()["client_id"], answer.json().get("client_secret")
        self.verifier = secrets.token_urlsafe(32)

    def authorize(self, **more) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            **{"client_id": self.id, "redirect_uri": REDIRECT, "response_type": "code", "state": "s t&"},
            **{"code_challenge_method": "S256", "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()},
        }
        answer = self.provider.request("GET", f"/oauth2/authorize?{urlencode(asked | more)}")
        if answer.status != 302:
            return {"status": answer.status}
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.header("Location")).query).items()}

    def token(self, headers=(), **form):
        asked = {"client_id": self.id} | ({"client_secret": self.secret} if self.secret else {}) | form
        return self.provider.request("POST", "/oauth2/token", urlencode(asked).encode(), [FORM, *headers])

    def redeem(self, code: str, **more):
        return self.token(**({"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": self.verifier} | more))


class TestOAuth:
    def test_a_code_becomes_a_token_for_the_resource(self, identity_provider):
        client = Client(identity_provider)
        answer = client.authorize(resource="https://tools.test/mcp", scope="notes:read openid", nonce="n", login_hint="bob")
        assert answer["state"] == "s t&" and answer["iss"] == identity_provider.issuer
        tokens = client.redeem(answer["code"], resource="https://tools.test/mcp").json()
        told = read(identity_provider, tokens["access_token"], options={}, audience="https://tools.test/mcp")
        assert (told["sub"], told["scope"], told["client_id"]) == ("bob", "notes:read openid", client.id)
        told = read(identity_provider, tokens["id_token"], options={}, audience=client.id)
        assert (told["sub"], told["nonce"]) == ("bob", "n")

    def test_a_code_is_good_once_and_for_its_client_verifier_and_address(self, identity_provider):
        client, other = Client(identity_provider), Client(identity_provider)
        code = client.authorize()["code"]
        assert client.redeem(code).status == 200
        assert client.redeem(code).json()["error"] == "invalid_grant"
        for wrong in ({"code_verifier": "x" * 43}, {"redirect_uri": REDIRECT + "/other"}, {"client_id": other.id}):
            answer = client.redeem(client.authorize()["code"], **wrong)
            assert answer.status == 400 and answer.json()["error"] == "invalid_grant", wrong
        answer = client.redeem(client.authorize(resource="https://a.test")["code"], resource="https://b.test")
        assert answer.json()["error"] == "invalid_target"

    def test_what_is_asked_wrongly_is_refused(self, identity_provider):
        client = Client(identity_provider)
        assert client.authorize(client_id="nobody") == {"status": 400}
        assert client.authorize(redirect_uri="https://evil.test/callback") == {"status": 400}
        assert client.authorize(redirect_uri="http://127.0.0.1:65000/callback")["code"]
        assert client.authorize(redirect_uri="http://127.0.0.1.evil.test/callback") == {"status": 400}
        assert client.authorize(code_challenge_method="plain")["error"] == "invalid_request"
        assert client.authorize(response_type="token")["error"] == "unsupported_response_type"
        assert client.token(grant_type="password").json()["error"] == "unsupported_grant_type"

    def test_a_refresh_token_is_good_once_and_for_no_more_scopes(self, identity_provider):
        client = Client(identity_provider)
        identity_provider.settings(lifetime=60, user="carol")
        first = client.redeem(client.authorize(scope="notes:read notes:write")["code"]).json()
        assert first["expires_in"] == 60
        second = client.token(grant_type="refresh_token", refresh_token=first["refresh_token"], scope="notes:read").json()
        told = read(identity_provider, second["access_token"])
        assert (told["sub"], told["scope"], told["exp"] - told["iat"]) == ("carol", "notes:read", 60)
        assert client.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()["error"] == "invalid_grant"
        answer = client.token(grant_type="refresh_token", refresh_token=second["refresh_token"], scope="tasks:write")
        assert answer.json()["error"] == "invalid_scope"

    def test_a_client_with_a_secret_gets_a_token_of_its_own(self, identity_provider):
        client = Client(identity_provider, "client_secret_basic")
        asked = {"grant_type": "client_credentials", "resource": API}
        told = read(identity_provider, client.token(**asked).json()["access_token"], options={}, audience=API)
        assert told["sub"] == client.id
        basic = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
        client.secret = None
        assert client.token([("Authorization", f"Basic {basic}")], **asked).status == 200
        assert client.token(**asked).status == 401
        assert Client(identity_provider).token(**asked).json()["error"] == "unauthorized_client"


@pytest.mark.parametrize(
    "arguments, variables, named",
    [
        ((), {}, "ENV=dev"),
        ((), {"ENV": "prod"}, "ENV=dev"),
        ((), {"ENV": "dev", "FLY_APP_NAME": "app"}, "FLY_APP_NAME"),
        ((), {"ENV": "dev", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "KUBERNETES_SERVICE_HOST"),
        (("--host", "0.0.0.0"), {"ENV": "dev"}, "0.0.0.0"),
        (("--server", "http://127.0.0.1:8080/mcp"), {"ENV": "dev"}, "--server"),
    ],
)
def test_it_starts_only_where_development_has_a_place(tmp_path, arguments, variables, named):
    ended = run("dev-idp", "--port", "0", *arguments, home=tmp_path, **variables)
    assert ended.returncode != 0 and ended.stdout == b""
    assert len(ended.stderr.splitlines()) == 1 and named.encode() in ended.stderr


def test_its_line_says_how_to_go_on(tmp_path):
    provider = IdentityProvider(tmp_path, server="http://127.0.0.1:8080").start()
    try:
        told = provider.told
        assert told["pid"] == provider.pid and provider.issuer == f"http://127.0.0.1:{provider.port}"
        assert told["serve"]["JWT_ISSUER"] == provider.issuer and told["workos"]["WORKOS_API_BASE_URL"] == provider.issuer
        metadata = provider.request("GET", "/.well-known/oauth-authorization-server").json()
        assert metadata["issuer"] == provider.issuer and metadata["jwks_uri"] == told["serve"]["JWT_JWKS_URL"]
        for line in (f"JWT_ISSUER={provider.issuer}", f"'{provider.issuer}/dev/token?sub=alice'"):
            assert line in provider.errors.read_text()
    finally:
        provider.close()

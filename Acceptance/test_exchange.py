"""Token exchange of the built program: RFC 8693 in detail, whom its tokens open which doors, and a key that is changed under load (P-16)."""

import base64
import http.server
import json
import threading
import time
from collections import Counter
from urllib.parse import urlencode

import jwt
import pytest
from support.identity import Key, claims, mint
from support.polling import until
from support.wire import Connection

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
API, MCP, PUBLIC = "https://api.example.com", "https://mcp.example.com/mcp", "https://mcp.example.com"
FORM = ("Content-Type", "application/x-www-form-urlencoded")
SUBJECT = "user_1"


class Provider:
    """An identity provider: its key, and an address from which everybody gets the public half."""

    def __init__(self):
        self.key = Key.rsa("provider-1")
        document = json.dumps({"keys": [self.key.jwk()]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"

    def token(self, audience=MCP, **more) -> str:
        return mint(self.key, claims(self.issuer, audience, SUBJECT, **more))

    def settings(self, own: Key, others: list[Key] = (), **more: str) -> dict[str, str]:
        """Of a server that signs exchanged tokens with `own` and publishes the public halves of `others` beside it."""
        return {
            "JWT_ISSUER": self.issuer,
            "JWT_JWKS_URL": f"{self.issuer}/jwks.json",
            "JWT_AUDIENCE": API,
            "MCP_OAUTH_AUDIENCE": MCP,
            "TOOLBRIDGE_PUBLIC_BASE_URL": PUBLIC,
            "JWT_BACKEND_RS256_PRIVATE_KEY": own.pem(),
            "JWT_BACKEND_KEY_ID": own.kid,
            "RATE_LIMIT_AUTH": "off",
            "RATE_LIMIT_DATA": "off",
            "RATE_LIMIT_ADDRESS": "off",
            **({"JWT_BACKEND_PUBLIC_KEYS": json.dumps({"keys": [key.jwk() for key in others]})} if others else {}),
            **more,
        }


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    yield provider
    provider.http.shutdown()
    provider.http.server_close()


@pytest.fixture(scope="module")
def keys() -> tuple[Key, Key]:
    return Key.rsa("k20260801"), Key.rsa("k20261101")


def form(token: str, more: dict[str, str | None] | None = None) -> bytes:
    fields = {"grant_type": GRANT, "subject_token": token, "subject_token_type": ACCESS_TOKEN, "resource": API, **(more or {})}
    return urlencode({name: value for name, value in fields.items() if value is not None}).encode()


def exchange(server, token: str, *headers, **more):
    return server.request("POST", "/oauth/token", form(token, more), [FORM, *headers], token=False)


def bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")


def basic(text: str) -> tuple[str, str]:
    return ("Authorization", "Basic " + base64.b64encode(text.encode()).decode())


def call(server, method: str, path: str, token: str, body=None):
    return server.request(method, path, body, [bearer(token)], token=False)


def published(server) -> jwt.PyJWKSet:
    response = server.request("GET", "/.well-known/jwks.json", token=False)
    assert response.status == 200 and response.header("Cache-Control") == "max-age=300"
    return jwt.PyJWKSet.from_dict(response.json())


def verified(server, token: str) -> dict:
    """The claims, as somebody else believes them who has only the published keys (PyJWT)."""
    key = published(server)[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["RS256"], audience=API, issuer=PUBLIC, options={"require": ["exp", "iat", "nbf", "sub", "jti"]})


def test_never_again_13_what_rfc_8693_asks_for_comes_back(make_server, provider, keys):
    server = make_server(**provider.settings(keys[0])).start()
    subject = provider.token(scope="notes:read openid")
    begun = int(time.time())
    response = exchange(server, subject, scope="notes:read")
    assert response.status == 200, response.body
    assert response.header("Content-Type") == "application/json" and response.header("Cache-Control") == "no-store"
    answer = response.json()
    assert list(answer) == ["access_token", "issued_token_type", "token_type", "expires_in"]
    assert (answer["issued_token_type"], answer["token_type"], answer["expires_in"]) == (ACCESS_TOKEN, "Bearer", 600)
    header = jwt.get_unverified_header(answer["access_token"])
    assert header == {"alg": "RS256", "kid": keys[0].kid, "typ": "at+jwt"}
    found = verified(server, answer["access_token"])
    assert found["sub"] == SUBJECT and found["scope"] == "notes:read" and found["token_type"] == "backend" and found["exchanged_from"] == "mcp_oauth"
    assert begun <= found["iat"] == found["nbf"] <= time.time() and found["exp"] == found["iat"] + 600 and "act" not in found
    # Without a scope it is all of them, and then the answer says which.
    assert exchange(server, subject).json()["scope"] == "notes:read openid"
    # The older route.
    body = {"grant_type": GRANT, "audience": API}
    older = call(server, "POST", "/auth/token-exchange", subject, body)
    assert older.status == 200 and list(older.json()) == ["access_token", "issued_token_type", "token_type", "expires_in"]
    assert verified(server, older.json()["access_token"])["sub"] == SUBJECT


def test_never_again_11_and_12_each_token_opens_its_own_doors_alone(make_server, provider, keys):
    server = make_server(**provider.settings(keys[0])).start()
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    exchanged = exchange(server, provider.token()).json()["access_token"]
    assert call(server, "GET", "/v1/notes", exchanged).status == 200
    assert call(server, "GET", "/v1/auth/tenant", exchanged).status == 200
    assert call(server, "POST", "/mcp", exchanged, initialize).status == 401
    assert call(server, "GET", "/v1/notes", provider.token()).status == 401
    # Never for longer, never again, never for others.
    short = exchange(server, provider.token(lifetime=90)).json()
    assert 85 <= short["expires_in"] <= 90
    for token, more, code in [
        (exchanged, {}, "invalid_grant"),
        (provider.token(lifetime=-40), {}, "invalid_grant"),
        (provider.token("https://elsewhere.example"), {}, "invalid_grant"),
        (provider.token(nonce="n"), {}, "invalid_grant"),
        (mint(keys[1], claims(provider.issuer, MCP)), {}, "invalid_grant"),
        (mint(Key.rsa(provider.key.kid), claims(provider.issuer, MCP)), {}, "invalid_grant"),
        ("", {}, "invalid_request"),
        ("x", {}, "invalid_grant"),
        (provider.token(), {"resource": MCP}, "invalid_target"),
        (provider.token(), {"resource": "https://elsewhere.example"}, "invalid_target"),
        (provider.token(), {"audience": "https://elsewhere.example"}, "invalid_target"),
        (provider.token(), {"resource": None}, "invalid_request"),
        (provider.token(), {"scope": "notes:write"}, "invalid_scope"),
        (provider.token(scope="openid notes:read"), {"scope": "openid"}, "invalid_scope"),
        (provider.token(), {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        (provider.token(), {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        (provider.token(), {"grant_type": "client_credentials"}, "unsupported_grant_type"),
    ]:
        response = exchange(server, token, **more)
        assert response.status == 400, (more, response.body)
        assert response.json()["error"] == response.json()["code"] == code and response.json()["error_description"]
        assert response.header("Cache-Control") == "no-store"
    twice = server.request("POST", "/oauth/token", form(provider.token()) + b"&resource=" + API.encode(), [FORM], token=False)
    assert twice.status == 400 and twice.json()["error"] == "invalid_request"
    body = {"grant_type": GRANT, "audience": API}
    assert call(server, "POST", "/auth/token-exchange", exchanged, body).json()["code"] == "invalid_grant"
    assert call(server, "POST", "/auth/token-exchange", "x.y.z", body).status == 401
    assert call(server, "POST", "/auth/token-exchange", provider.token(), body | {"audience": MCP}).json()["code"] == "invalid_target"


def test_clients_that_must_authenticate(make_server, provider, keys):
    server = make_server(**provider.settings(keys[0], TOKEN_EXCHANGE_CLIENTS="mcp:canary-old,mcp:canary-new,other:x")).start()
    token = provider.token()
    for headers, more in [([basic("mcp:canary-old")], {}), ([], {"client_id": "mcp", "client_secret": "canary-new"})]:
        response = exchange(server, token, *headers, **more)
        assert verified(server, response.json()["access_token"])["act"] == {"sub": "mcp"}
    for headers, more in [([], {}), ([basic("mcp:x")], {}), ([bearer(token)], {}), ([], {"client_id": "mcp"})]:
        response = exchange(server, token, *headers, **more)
        assert response.status == 401 and response.json()["error"] == "invalid_client" and response.header("WWW-Authenticate").startswith("Basic ")
    older = call(server, "POST", "/auth/token-exchange", token, {"grant_type": GRANT, "audience": API})
    assert older.status == 403 and older.json()["code"] == "exchange_client_required"
    server.terminate()
    assert "canary" not in server.log.read_text() + server.errors.read_text()


class Load:
    """Clients of several replicas: each exchanges its token at one and uses what it gets at any, as a balancer would send it."""

    def __init__(self, provider: Provider, ports: list[int]):
        self.provider = provider
        self.ports = ports
        self.lock = threading.Lock()
        self.results: Counter = Counter()
        self.failures: list[str] = []
        self.kids: Counter = Counter()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(4)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=30)

    def run(self, number: int):
        # Tokens are used until they are replaced, as a client's cache does: also after the key that signed them signs no more.
        tokens: list[str] = []
        turn = number
        while not self.stopping.is_set():
            turn += 1
            with self.lock:
                ports = list(self.ports)
            subject = self.provider.token()
            answer = self.send(ports[turn % len(ports)], "POST", "/oauth/token", [FORM], form(subject))
            if answer is not None:
                token = answer.json()["access_token"]
                with self.lock:
                    self.kids[jwt.get_unverified_header(token)["kid"]] += 1
                tokens = [token, *tokens][:8]
            for token in tokens:
                for port in ports:
                    self.send(port, "GET", "/v1/notes?limit=1", [bearer(token)])

    def send(self, port: int, method: str, path: str, headers, body=None):
        try:
            with Connection(port) as connection:
                response = connection.request(method, path, headers, body)
        except OSError as error:
            # A replica that is being replaced: the balancer has taken it out, this thread has not seen it yet.
            with self.lock:
                gone = port not in self.ports
                if not gone:
                    self.failures.append(f"{method} {path}: {error}")
            return None
        with self.lock:
            self.results[response.status] += 1
            if response.status != 200:
                self.failures.append(f"{method} {path}: {response.status} {response.body[:200]}")
        return response if response.status == 200 else None

    def count(self) -> int:
        with self.lock:
            return sum(self.results.values())

    def go_on(self, requests: int = 200):
        target = self.count() + requests
        until(lambda: self.count() >= target or self.failures, 60, "requests")


def test_p_16_the_key_of_exchanged_tokens_is_changed_under_load_without_a_failed_request(make_server, provider, keys):
    old, new = keys
    # A deployment in steps, each rolled out replica by replica: add the new key, sign with it, retire the old one.
    steps = {"before": (old, []), "add": (old, [new]), "switch": (new, [old]), "retire": (new, [])}
    replicas = [make_server(f"{name}-before", **provider.settings(old)).start() for name in ("a", "b")]
    kids = {}
    with Load(provider, [replica.port for replica in replicas]) as load:
        load.go_on()
        for step, (own, others) in list(steps.items())[1:]:
            if step == "retire":
                # What the old key has signed is used no more: its life, ten minutes, is over by the runbook. Here clients let go of it.
                until(lambda: old.kid not in recent(load, 200), 60, "the old key's tokens to go")
            for index, name in enumerate(("a", "b")):
                fresh = make_server(f"{name}-{step}", **provider.settings(own, others)).start()
                with load.lock:
                    load.ports[index] = fresh.port
                leaving, replicas[index] = replicas[index], fresh
                load.go_on()
                leaving.terminate()
            kids[step] = published(replicas[0]).keys
            load.go_on()
        results, failures, signed = load.results, load.failures, load.kids
    assert failures == [] and set(results) == {200} and sum(results.values()) > 1000
    assert signed[old.kid] > 20 and signed[new.kid] > 20
    assert [[key.key_id for key in kids[step]] for step in ("add", "switch", "retire")] == [[old.kid, new.kid], [new.kid, old.kid], [new.kid]]


def recent(load: Load, requests: int) -> set[str]:
    """The keys of the tokens that were made while so many requests went through."""
    with load.lock:
        before = Counter(load.kids)
    load.go_on(requests)
    with load.lock:
        return set(load.kids - before)


def test_p_16_a_key_that_was_not_added_first_fails_the_drill(make_server, provider, keys):
    """The drill can fail: a replica that has not got the new key yet refuses its tokens."""
    old, new = keys
    behind = make_server("behind", **provider.settings(old)).start()
    ahead = make_server("ahead", **provider.settings(new)).start()
    token = exchange(ahead, provider.token()).json()["access_token"]
    assert call(ahead, "GET", "/v1/notes", token).status == 200
    assert call(behind, "GET", "/v1/notes", token).status == 401

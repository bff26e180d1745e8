"""Bad configurations: each stops the start with one line that names the setting and holds no secret (T-30); and what is written about settings."""

import json
import os
import subprocess

import pytest

from support.identity import Key
from support.places import GATEWAY, PROGRAM, ROOT
from support.program import environment

ISSUER = {"JWT_ISSUER": "https://issuer.example", "JWT_JWKS_URL": "https://issuer.example/jwks", "JWT_AUDIENCE": "https://api.example"}
HS256 = {"JWT_ALLOW_HS256": "true", "JWT_HS256_SECRET": "canary" * 8}
SHORT = "canarycanary"
KEY = "k1:Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5"
RSA = Key.rsa("canary-kid")
SIGNER = {"JWT_BACKEND_RS256_PRIVATE_KEY": RSA.pem(), "JWT_BACKEND_KEY_ID": "k1"}


def without(variables: dict, name: str) -> dict:
    return {key: value for key, value in variables.items() if key != name}


# What is set, and the setting that must be named.
BAD = {
    "an issuer without its keys": (without(ISSUER, "JWT_JWKS_URL"), "JWT_JWKS_URL"),
    "keys without an issuer": (without(ISSUER, "JWT_ISSUER"), "JWT_ISSUER"),
    "never again 15: an issuer without an audience": (without(ISSUER, "JWT_AUDIENCE"), "JWT_AUDIENCE"),
    "an issuer with an empty audience": ({**ISSUER, "JWT_AUDIENCE": " , "}, "JWT_AUDIENCE"),
    "an audience with a space": ({**ISSUER, "JWT_AUDIENCE": "a b"}, "JWT_AUDIENCE"),
    "T-29: an issuer without TLS": ({**ISSUER, "JWT_ISSUER": "http://issuer.example"}, "JWT_ISSUER"),
    "T-29: keys without TLS": ({**ISSUER, "JWT_JWKS_URL": "http://issuer.example/jwks"}, "JWT_JWKS_URL"),
    "keys in a file": ({**ISSUER, "JWT_JWKS_URL": "file:///etc/passwd"}, "JWT_JWKS_URL"),
    "keys behind a password": ({**ISSUER, "JWT_JWKS_URL": "https://u:canary@issuer.example/jwks"}, "JWT_JWKS_URL"),
    "keys at a name that looks like loopback": ({**ISSUER, "JWT_JWKS_URL": "http://127.0.0.1.evil.example/jwks"}, "JWT_JWKS_URL"),
    "an issuer with a fragment": ({**ISSUER, "JWT_ISSUER": "https://issuer.example/#x"}, "JWT_ISSUER"),
    "an issuer of two lines": ({**ISSUER, "JWT_ISSUER": "https://issuer.example\nx"}, "JWT_ISSUER"),
    "an issuer that is this server": ({**ISSUER, "TOOLBRIDGE_PUBLIC_BASE_URL": "https://issuer.example"}, "JWT_ISSUER"),
    "two issuers": ({**ISSUER, "TOOLBRIDGE_AUTHKIT_DOMAIN": "x.authkit.example", "TOOLBRIDGE_PUBLIC_BASE_URL": "https://a.example"}, "TOOLBRIDGE_AUTHKIT_DOMAIN"),
    "an authorization server without a public URL": ({"TOOLBRIDGE_AUTHKIT_DOMAIN": "x.authkit.example"}, "TOOLBRIDGE_PUBLIC_BASE_URL"),
    "an authorization server with a path": (
        {"TOOLBRIDGE_AUTHKIT_DOMAIN": "x.authkit.example/a", "TOOLBRIDGE_PUBLIC_BASE_URL": "https://a.example"},
        "TOOLBRIDGE_AUTHKIT_DOMAIN",
    ),
    "a public URL with /mcp": ({**ISSUER, "TOOLBRIDGE_PUBLIC_BASE_URL": "https://a.example/mcp"}, "TOOLBRIDGE_PUBLIC_BASE_URL"),
    "a public URL without TLS": ({**ISSUER, "TOOLBRIDGE_PUBLIC_BASE_URL": "http://a.example"}, "TOOLBRIDGE_PUBLIC_BASE_URL"),
    "scopes that nobody can be asked for": ({"TOOLBRIDGE_REQUIRED_SCOPES": "notes:read"}, "TOOLBRIDGE_REQUIRED_SCOPES"),
    "scopes that are none": ({**ISSUER, "TOOLBRIDGE_PUBLIC_BASE_URL": "https://a.example", "TOOLBRIDGE_REQUIRED_SCOPES": 'a"b'}, "TOOLBRIDGE_REQUIRED_SCOPES"),
    "HS256 without a secret": ({"JWT_ALLOW_HS256": "true"}, "JWT_HS256_SECRET"),
    "HS256 with a short secret": ({**HS256, "JWT_HS256_SECRET": SHORT}, "JWT_HS256_SECRET"),
    "HS256 beside an issuer with a short secret": ({**ISSUER, **HS256, "JWT_HS256_SECRET": SHORT}, "JWT_HS256_SECRET"),
    "a secret that says nothing": ({"JWT_HS256_SECRET": "canary" * 8}, "JWT_ALLOW_HS256"),
    "HS256 perhaps": ({**HS256, "JWT_ALLOW_HS256": "maybe"}, "JWT_ALLOW_HS256"),
    "a signing key without its id": (without({**ISSUER, **SIGNER}, "JWT_BACKEND_KEY_ID"), "JWT_BACKEND_KEY_ID"),
    "an id without its key": ({**ISSUER, "JWT_BACKEND_KEY_ID": "k1"}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "a signing key that is none": ({**ISSUER, **SIGNER, "JWT_BACKEND_RS256_PRIVATE_KEY": "canary"}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "a signing key that is cut": ({**ISSUER, **SIGNER, "JWT_BACKEND_RS256_PRIVATE_KEY": RSA.pem()[:400]}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "a signing key on a curve": ({**ISSUER, **SIGNER, "JWT_BACKEND_RS256_PRIVATE_KEY": Key.ec().pem()}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "a short signing key": ({**ISSUER, **SIGNER, "JWT_BACKEND_RS256_PRIVATE_KEY": Key.rsa(bits=1024).pem()}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "a public key for signing": ({**ISSUER, **SIGNER, "JWT_BACKEND_RS256_PRIVATE_KEY": RSA.public_pem}, "JWT_BACKEND_RS256_PRIVATE_KEY"),
    "an id that is too long": ({**ISSUER, **SIGNER, "JWT_BACKEND_KEY_ID": "k" * 129}, "JWT_BACKEND_KEY_ID"),
    "exchange for nobody": ({**HS256, **SIGNER}, "JWT_AUDIENCE"),
    "further keys that are none": ({**ISSUER, **SIGNER, "JWT_BACKEND_PUBLIC_KEYS": "canary"}, "JWT_BACKEND_PUBLIC_KEYS"),
    "further keys that are secret": (
        {**ISSUER, **SIGNER, "JWT_BACKEND_PUBLIC_KEYS": json.dumps({"keys": [RSA.jwk(d="canary")]})},
        "JWT_BACKEND_PUBLIC_KEYS",
    ),
    "an exchanged token for a second": ({**ISSUER, **SIGNER, "TOKEN_EXCHANGE_TTL_SECONDS": "1"}, "TOKEN_EXCHANGE_TTL_SECONDS"),
    "an exchanged token for ever": ({**ISSUER, **SIGNER, "TOKEN_EXCHANGE_TTL_SECONDS": "9" * 30}, "TOKEN_EXCHANGE_TTL_SECONDS"),
    "clients without secrets": ({**ISSUER, **SIGNER, "TOKEN_EXCHANGE_CLIENTS": "canary"}, "TOKEN_EXCHANGE_CLIENTS"),
    "no targets": ({**ISSUER, **SIGNER, "TOKEN_EXCHANGE_AUDIENCES": ","}, "TOKEN_EXCHANGE_AUDIENCES"),
    "a keyring without base64": ({**HS256, "TENANT_HEADER_KEYS": "k1:canary"}, "TENANT_HEADER_KEYS"),
    "a keyring without ids": ({**HS256, "TENANT_HEADER_KEYS": "canary"}, "TENANT_HEADER_KEYS"),
    "a keyring with a short key": ({**HS256, "TENANT_HEADER_KEYS": "k1:Y2FuYXJ5"}, "TENANT_HEADER_KEYS"),
    "a keyring with one id twice": ({**HS256, "TENANT_HEADER_KEYS": f"{KEY},{KEY}"}, "TENANT_HEADER_KEYS"),
    "a window of nothing": ({**HS256, "TENANT_HEADER_KEYS": KEY, "TENANT_SIGNATURE_WINDOW_SECONDS": "0"}, "TENANT_SIGNATURE_WINDOW_SECONDS"),
    "a window of an hour": ({**HS256, "TENANT_HEADER_KEYS": KEY, "TENANT_SIGNATURE_WINDOW_SECONDS": "3600"}, "TENANT_SIGNATURE_WINDOW_SECONDS"),
    "nonces elsewhere": ({**HS256, "TENANT_HEADER_KEYS": KEY, "TOOLBRIDGE_REPLAY_STORE": "redis"}, "TOOLBRIDGE_REPLAY_STORE"),
    "WorkOS for one person": ({"WORKOS_API_KEY": "canary"}, "WORKOS_API_KEY"),
    "WorkOS with three keys": ({**ISSUER, "WORKOS_API_KEY": "canary,canary2,canary3"}, "WORKOS_API_KEY"),
    "WorkOS with a key of two lines": ({**ISSUER, "WORKOS_API_KEY": "canary\r\nX-Canary: 1"}, "WORKOS_API_KEY"),
    "WorkOS without TLS": ({**ISSUER, "WORKOS_API_KEY": "canary", "WORKOS_API_BASE_URL": "http://workos.example"}, "WORKOS_API_BASE_URL"),
    "users without an organization": ({**ISSUER, "WORKOS_API_KEY": "canary", "WORKOS_NON_MEMBERS": "allow"}, "WORKOS_NON_MEMBERS"),
    "a tenant that is none": ({"TOOLBRIDGE_TENANT_ID": "a b"}, "TOOLBRIDGE_TENANT_ID"),
    "a tenant without a name": ({"DEFAULT_TENANT_NAME": "x" * 129}, "DEFAULT_TENANT_NAME"),
    "proxies that are none": ({"TOOLBRIDGE_TRUSTED_PROXIES": "10.0.0.0/33"}, "TOOLBRIDGE_TRUSTED_PROXIES"),
    "a contact that is none": ({"TOOLBRIDGE_SECURITY_CONTACT": "somebody"}, "TOOLBRIDGE_SECURITY_CONTACT"),
    "T-30: development on a platform with an issuer": ({**ISSUER, "ENV": "dev", "FLY_APP_NAME": "x"}, "ENV"),
    "a secret and its file": ({**HS256, "JWT_HS256_SECRET_FILE": "/dev/null"}, "JWT_HS256_SECRET_FILE"),
    "a secret's file that isn't there": ({"JWT_ALLOW_HS256": "true", "JWT_HS256_SECRET_FILE": "/nonexistent"}, "JWT_HS256_SECRET_FILE"),
    "a secret's file that is empty": ({"TENANT_HEADER_SECRET_FILE": "{folder}/empty"}, "TENANT_HEADER_SECRET_FILE"),
    "a secret's file of two lines": ({"TENANT_HEADER_SECRET_FILE": "{folder}/two"}, "TENANT_HEADER_SECRET_FILE"),
    "a keyring's file that is none": ({**HS256, "TENANT_HEADER_KEYS_FILE": "{folder}/two"}, "TENANT_HEADER_KEYS_FILE"),
    "a signing key's file that is none": (
        {**ISSUER, "JWT_BACKEND_KEY_ID": "k1", "JWT_BACKEND_RS256_PRIVATE_KEY_FILE": "{folder}/two"},
        "JWT_BACKEND_RS256_PRIVATE_KEY",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_configuration_is_one_line_and_no_start(tmp_path, name):
    variables, named = BAD[name]
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "two").write_text("canary one\ncanary two\n")
    variables = {key: value.replace("{folder}", str(tmp_path)) for key, value in variables.items()}
    database = tmp_path / "toolbridge.db"
    done = subprocess.run(
        [str(PROGRAM), "serve", "--port", "0", "--database", f"sqlite:{database}"],
        env=environment(tmp_path, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
    )
    assert done.returncode > 0, done
    lines = [line for line in done.stderr.decode().splitlines() if line.strip()]
    assert len(lines) == 1 and named in lines[0], lines
    said = (done.stdout + done.stderr).decode()
    assert "canary" not in said.replace(str(tmp_path), "") and "PRIVATE KEY-----" not in said, said
    assert not database.exists(), "something was opened first"


PROVIDER = {"TOOLBRIDGE_AUTHKIT_DOMAIN": "x.authkit.example", "TOOLBRIDGE_PUBLIC_BASE_URL": "https://mcp.example"}
TENANT = {"TOOLBRIDGE_TENANT_ID": "tenant_a"}

# The same of `mcp`.
BAD_GATEWAYS = {
    "nobody tells the tenant": ({}, "TOOLBRIDGE_TENANT_ID"),
    "two APIs": (
        {**TENANT, "TOOLBRIDGE_GO_API_BASE_URL": "https://a.example", "TOOLBRIDGE_API_BASE_URL": "https://b.example"},
        "TOOLBRIDGE_GO_API_BASE_URL",
    ),
    "an API without TLS": ({**TENANT, "TOOLBRIDGE_GO_API_BASE_URL": "http://api.example.com"}, "TOOLBRIDGE_GO_API_BASE_URL"),
    "an API at a name that looks like loopback": ({**TENANT, "TOOLBRIDGE_API_BASE_URL": "http://127.0.0.1.evil.example"}, "TOOLBRIDGE_API_BASE_URL"),
    "an API at another address without TLS": ({**TENANT, "TOOLBRIDGE_API_BASE_URL": "http://10.0.0.1:8080"}, "TOOLBRIDGE_API_BASE_URL"),
    "an API behind a password": ({**TENANT, "TOOLBRIDGE_API_BASE_URL": "https://u:canary@api.example"}, "TOOLBRIDGE_API_BASE_URL"),
    "an API with a query": ({**TENANT, "TOOLBRIDGE_API_BASE_URL": "https://api.example/?key=canary"}, "TOOLBRIDGE_API_BASE_URL"),
    "a way to authenticate that isn't": ({**TENANT, "TOOLBRIDGE_UPSTREAM_AUTH": "basic"}, "TOOLBRIDGE_UPSTREAM_AUTH"),
    "an exchange of tokens that nobody can read": ({**TENANT, "TOOLBRIDGE_UPSTREAM_AUTH": "exchange"}, "TOOLBRIDGE_UPSTREAM_AUTH"),
    "an authorization server without a public URL": ({"TOOLBRIDGE_AUTHKIT_DOMAIN": "x.authkit.example"}, "TOOLBRIDGE_PUBLIC_BASE_URL"),
    "an issuer without a public URL": ({"JWT_ISSUER": "https://a.example", "JWT_JWKS_URL": "https://a.example/jwks"}, "TOOLBRIDGE_PUBLIC_BASE_URL"),
    "an issuer without its keys": ({**TENANT, "JWT_ISSUER": "https://a.example"}, "JWT_JWKS_URL"),
    "scopes that nobody can be asked for": ({**TENANT, "TOOLBRIDGE_REQUIRED_SCOPES": "notes:read"}, "TOOLBRIDGE_REQUIRED_SCOPES"),
    "everybody's token for everybody": ({**TENANT, "TOOLBRIDGE_JWT_TOKEN": "canary", "TOOLBRIDGE_HOST": "0.0.0.0"}, "TOOLBRIDGE_JWT_TOKEN"),
    "everybody's token, and clients' to exchange": ({**PROVIDER, **TENANT, "TOOLBRIDGE_JWT_TOKEN": "canary"}, "TOOLBRIDGE_JWT_TOKEN"),
    "everybody's token of nobody knows which tenant": (
        {**PROVIDER, "TOOLBRIDGE_UPSTREAM_AUTH": "forward", "TOOLBRIDGE_JWT_TOKEN": "canary"},
        "TOOLBRIDGE_TENANT_ID",
    ),
    "a token of two words": ({**TENANT, "TOOLBRIDGE_JWT_TOKEN": "canary canary"}, "TOOLBRIDGE_JWT_TOKEN"),
    "a tenant that can't be one": ({"TOOLBRIDGE_TENANT_ID": "a b"}, "TOOLBRIDGE_TENANT_ID"),
    "keys that are none": ({**TENANT, "TOOLBRIDGE_TENANT_HEADER_KEYS": "canary"}, "TOOLBRIDGE_TENANT_HEADER_KEYS"),
    "another tenant's key": ({**TENANT, "TOOLBRIDGE_TENANT_HEADER_KEYS": "k1:tenant_b:" + "A" * 43 + "="}, "TOOLBRIDGE_TENANT_HEADER_KEYS"),
    "state keys that are none": ({**TENANT, "TOOLBRIDGE_STATE_KEYS": "k1:canary"}, "TOOLBRIDGE_STATE_KEYS"),
    "a client without a secret": ({**TENANT, "TOOLBRIDGE_EXCHANGE_CLIENT": "canary"}, "TOOLBRIDGE_EXCHANGE_CLIENT"),
    "a token endpoint without TLS": ({**TENANT, "TOOLBRIDGE_TOKEN_ENDPOINT": "http://a.example/oauth/token"}, "TOOLBRIDGE_TOKEN_ENDPOINT"),
    "a skew without end": ({**TENANT, "TOOLBRIDGE_MAX_TIMESTAMP_SKEW_SECONDS": "1e9"}, "TOOLBRIDGE_MAX_TIMESTAMP_SKEW_SECONDS"),
    "a port that isn't": ({**TENANT, "TOOLBRIDGE_PORT": "65536"}, "TOOLBRIDGE_PORT"),
    "a host with a port": ({**TENANT, "TOOLBRIDGE_HOST": "127.0.0.1:80"}, "TOOLBRIDGE_HOST"),
    "an access log perhaps": ({**TENANT, "TOOLBRIDGE_UVICORN_ACCESS_LOG": "maybe"}, "TOOLBRIDGE_UVICORN_ACCESS_LOG"),
    "a stream that is idle for a word": ({**TENANT, "TOOLBRIDGE_SSE_IDLE_SECONDS": "never"}, "TOOLBRIDGE_SSE_IDLE_SECONDS"),
}


@pytest.mark.parametrize("name", BAD_GATEWAYS)
def test_a_gateway_with_a_bad_configuration_is_one_line_and_no_start(tmp_path, name):
    variables, named = BAD_GATEWAYS[name]
    usual = {"TOOLBRIDGE_HOST": "127.0.0.1", "TOOLBRIDGE_PORT": "0", "TOOLBRIDGE_METRICS_ADDR": "off"}
    done = subprocess.run(
        [str(GATEWAY), "mcp"],
        env=environment(tmp_path, **usual | variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
    )
    assert done.returncode > 0, done
    lines = [line for line in done.stderr.decode().splitlines() if line.strip()]
    assert len(lines) == 1 and named in lines[0], lines
    assert "canary" not in (done.stdout + done.stderr).decode().replace(str(tmp_path), "")


def test_what_is_set_is_logged_without_secrets(make_server):
    server = make_server(**ISSUER, **HS256, **SIGNER, WORKOS_API_KEY="sk_canary", GRPC_ADDR=":9090", TENANT_HEADER_SECRET="canary").start()
    server.terminate()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    fields = next(line["fields"] for line in lines if line["msg"] == "configuration")
    assert fields["JWT_ISSUER"] == ISSUER["JWT_ISSUER"] and fields["WORKOS_API_KEY"] == "set" and fields["TENANT_HEADER_KEYS"] == "unset"
    warned = {line["fields"]["name"] for line in lines if line["msg"] == "setting"}
    assert {"GRPC_ADDR", "TENANT_HEADER_SECRET"} <= warned, warned
    assert next(line for line in lines if line["msg"] == "ToolBridge started")["fields"]["profile"] == "oidc"
    assert "canary" not in server.log.read_text() + server.errors.read_text()


def test_secrets_come_from_files(make_server, tmp_path):
    (tmp_path / "key.pem").write_text(RSA.pem(traditional=True))
    (tmp_path / "secret").write_text("x" * 40 + "\n")
    server = make_server(
        **ISSUER,
        JWT_BACKEND_KEY_ID="k1",
        JWT_BACKEND_RS256_PRIVATE_KEY_FILE=str(tmp_path / "key.pem"),
        TENANT_HEADER_SECRET_FILE=str(tmp_path / "secret"),
    ).start()
    keys = json.loads(server.request("GET", "/.well-known/jwks.json", token=False).body)["keys"]
    assert [(key["kid"], key["n"]) for key in keys] == [("k1", RSA.jwk()["n"])]


def test_the_documentation_lists_the_settings_that_there_are():
    table = subprocess.run([str(PROGRAM), "settings"], env=dict(os.environ), capture_output=True, check=True).stdout.decode().strip()
    assert table in (ROOT / "docs" / "configuration.md").read_text(), "docs/configuration.md differs from what `toolbridge settings` prints"

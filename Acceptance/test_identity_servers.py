"""The server with an identity provider, in each of the ways in which a tenant can be proved: that usual callers get in, and unusual ones don't."""

import pytest

from support.identity import Key, Keyring, bearer, claims, mint, sign_v1

NOTE = b'{"title":"A note","content":""}'


def status_and_code(answer) -> tuple[int, str | None]:
    return answer.status, answer.json().get("code")


@pytest.mark.parametrize("key", [Key.rsa("mine"), Key.ec("mine")], ids=lambda key: key.algorithm)
def test_tokens_of_both_algorithms_by_keys_that_the_server_has_never_made(identity_provider, make_identity_server, key):
    identity_provider.publish(key)
    server = make_identity_server()
    good = claims(identity_provider.issuer, server.audience, "dora")

    def ask(token: str) -> int:
        return server.request("GET", "/v1/notes", headers=[bearer(token)], token=False).status

    assert ask(mint(key, good)) == 200
    assert ask(mint(key, good | {"aud": "https://other.test"})) == 401
    assert ask(mint(key, good | {"iss": "https://other.test"})) == 401
    assert ask(mint(type(key)(key.private, "unknown"), good)) == 401
    other = Key.rsa("mine") if key.algorithm == "RS256" else Key.ec("mine")
    assert ask(mint(other, good)) == 401
    # For the MCP endpoint, and not for the API.
    assert ask(mint(key, good | {"aud": server.resource})) == 401


def test_tenants_signed_by_version_1(make_identity_server):
    secret = "a secret of more than thirty-two bytes"
    server = make_identity_server(TENANT_HEADER_SECRET=secret)
    assert server.request("POST", "/v1/notes", NOTE, sign_v1(secret, "org_A")).status == 201
    assert len(server.request("GET", "/v1/notes", headers=sign_v1(secret, "org_A")).json()["items"]) == 1
    assert server.request("GET", "/v1/notes", headers=sign_v1(secret, "org_B")).json()["items"] == []
    assert status_and_code(server.request("GET", "/v1/notes", headers=sign_v1("another", "org_A"))) == (401, "invalid_tenant_headers")
    assert status_and_code(server.request("GET", "/v1/notes")) == (401, "invalid_tenant_headers")


def test_tenants_signed_by_version_2(make_identity_server):
    ring = Keyring()
    server = make_identity_server(TENANT_HEADER_KEYS=str(ring))
    authorization = server.authorization[1]
    signed = ring.sign("org_A", "POST", "/v1/notes", authorization, NOTE)
    assert server.request("POST", "/v1/notes", NOTE, signed).status == 201
    answer = server.request("POST", "/v1/notes", NOTE, signed)
    assert status_and_code(answer) == (401, "invalid_tenant_headers") and answer.json()["reason"] == "replayed"
    signed = ring.sign("org_A", "GET", "/v1/notes?limit=5", authorization)
    for _ in range(2):
        assert len(server.request("GET", "/v1/notes?limit=5", headers=signed).json()["items"]) == 1
    assert server.request("GET", "/v1/notes?limit=6", headers=signed).json()["reason"] == "signature"


def test_tenants_by_membership(identity_provider, make_identity_server):
    identity_provider.memberships(alice={"org_A": "Ink & Paper"})
    server = make_identity_server(workos=True)

    def ask(subject: str, tenant: str):
        return server.request("GET", "/v1/notes", headers=[bearer(server.token_for(subject)), ("X-TB-Tenant-ID", tenant)], token=False)

    assert ask("alice", "org_A").status == 200
    assert status_and_code(ask("alice", "org_B")) == (403, "tenant_forbidden")
    assert status_and_code(ask("bob", "org_A")) == (403, "tenant_forbidden")
    resolved = server.request("GET", "/v1/auth/tenant").json()
    assert resolved == {"tenant_id": "org_A", "organization_name": "Ink & Paper", "requires_selection": False}
    identity_provider.fail(workos="down")
    assert ask("alice", "org_A").status == 200
    assert status_and_code(ask("carol", "org_A")) == (503, "identity_provider_unavailable")


def test_signature_and_membership_together(identity_provider, make_identity_server):
    ring = Keyring()
    identity_provider.memberships(alice=["org_A"])
    server = make_identity_server(workos=True, TENANT_HEADER_KEYS=str(ring))

    def ask(tenant: str):
        return server.request("GET", "/v1/notes", headers=ring.sign(tenant, "GET", "/v1/notes", server.authorization[1]))

    assert ask("org_A").status == 200
    assert status_and_code(ask("org_B")) == (403, "tenant_forbidden")
    assert server.request("GET", "/v1/notes", headers=[("X-TB-Tenant-ID", "org_A")]).status == 401

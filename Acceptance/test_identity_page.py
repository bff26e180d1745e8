"""The signer of docs/identity.md signs as our own tests do, and a server takes what it signs."""

import re

import pytest

from support.identity import Keyring, base64url, sign_v2
from support.owners import token
from support.places import ROOT

SECRET = "an-hs256-secret-of-the-tests-0123456789abcdef"


@pytest.fixture(scope="module")
def sign():
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "identity.md").read_text(), re.DOTALL)
    names = {}
    exec(code.group(1), names)
    return names["sign"]


@pytest.mark.parametrize(
    ("method", "target", "authorization", "body"),
    [
        ("GET", "/v1/notes?limit=50&order=desc", "Bearer header.payload.signature", b""),
        ("POST", "/v1/notes", "Bearer header.payload.signature", b'{"title":"Hello","content":"World"}'),
        ("GET", "/v1/sync/notes/pull?cursor=a%2Fb%2Bc&limit=10&limit=20", "", b""),
    ],
)
def test_the_signer_of_the_page_agrees_with_ours(sign, method, target, authorization, body):
    key, nonce = bytes(range(32)), base64url(bytes([1] * 16))
    said = sign("k1", key, "org_A", method, target, authorization, body, 1764000000123, nonce)
    assert said == dict(sign_v2(key, "k1", "org_A", method, target, authorization or None, body or None, 1764000000123, nonce))


def test_a_server_takes_what_the_page_signs_once(make_server, sign):
    ring = Keyring()
    (key_id, key), *_ = ring.keys.items()
    server = make_server(JWT_ALLOW_HS256="true", JWT_HS256_SECRET=SECRET, TENANT_HEADER_KEYS=str(ring)).start()
    authorization = f"Bearer {token('alice', SECRET)}"
    body = b'{"title":"Signed","content":""}'
    headers = [("Authorization", authorization), *sign(key_id, key, "org_A", "POST", "/v1/notes", authorization, body).items()]
    assert server.request("POST", "/v1/notes", body, headers, token=False).status == 201
    again = server.request("POST", "/v1/notes", body, headers, token=False)
    assert (again.status, again.json()["reason"]) == (401, "replayed")

"""The tests' own signer and minter, held against the vectors that everybody signs by: what judges the program must be right itself."""

import hashlib
import time

import jwt
import pytest
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.hashes import SHA256

from support.tenant import Keyring, derived, sign_v1, sign_v2, string_to_sign
from support.tokens import Key, base64url, claims, forge, mint

BEARER = "Bearer header.payload.signature"
ORGANIZATION = "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"
KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64)), "default": b"test-secret"}

V1 = [
    ("test-secret", "tenant_b2c_default", 1730635200000, "2741854cc00d302f44abbf2adabcd481b110a93c7c58da0d0e2568a69ffffc53"),
    ("test-secret", ORGANIZATION, 1730635200123, "9ced85af55bd59d91b072a517b986850bc6ad9986282e992635e467f94a69b86"),
    (
        "c2VjcmV0LXRoYXQtbG9va3MtbGlrZS1iYXNlNjQ=",
        ORGANIZATION,
        1764000000123,
        "80a9ccd94bf3ea095566317bef410ba8b087a7ce64e303acbc6290310fd12e03",
    ),
    ("pässwörd-ünïcode-0123456789abcdef", "tenant.a:b-c_d", 1764000000123, "a0f0f1c1b34d2b683b0a0be08622358c90a4909bb63db9aaf37944f7988bb1a0"),
    ("x", "t", 1764000000000, "b09552a3f50ec18a3d5cc1ff18c14e2553d20ed2b674ad326f8289d347ead927"),
    ("k" * 80, "tenant_b2c_default", 1893456000000, "ae9fd425f805b88f7cb748ab71eedd7dc2f57c977883313a3ca67ba0d480de7c"),
]

# Key id, timestamp, tenant, method, target, authorization, body, digest of the string to sign, signature.
V2 = [
    (
        *("k1", 1764000000123, ORGANIZATION, "GET", "/v1/notes?limit=50&order=desc", BEARER, None),
        "2a4d8513ecad17c983c56a0b9256ee7bd50d375c471da6b9a4a491d7152c0aae",
        "-XRlpM9lTvu0ltUZWwkfUz1RMtca2RzmbGqZYC0Fcv8",
    ),
    (
        *("k1", 1764000000123, ORGANIZATION, "POST", "/v1/notes", BEARER, b'{"title":"Hello","content":"World"}'),
        "a1d3bb3c96eb0ec2ed34c3360da85096ac4854b6b1f657ad23b8180ef94ce874",
        "a28CocbjhZfQosjt5fX2939J-Wl7N-_OS5GH5beYnug",
    ),
    (
        *("k2", 1764000000123, "tenant_b2c_default", "PATCH", "/v1/tasks/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", BEARER),
        '{"title":"Grüße 😀"}'.encode(),
        "d886e17b617b7af06a5b94ac3aaadcc9feb8ee37c3224879f18d54a42d82cbb1",
        "8ryrlzs0owsawDoId9v3dx0VpPE-E9c6S_wC6HPQo3A",
    ),
    (
        *("k2", 1764000000123, "tenant.a:b-c_d", "DELETE", "/v1/chat_messages/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", BEARER, None),
        "e4d404f773fc18bc79a02a1d6d549266f8b864e3935698a776d85e328691910f",
        "-SttF9POdGaWBnTX442azoGJu67n-bit3EG-7YAbYsI",
    ),
    (
        *("k1", 1764000000999, "tenant_b2c_default", "GET", "/v1/notes?", BEARER, None),
        "fa7f7ce0da5f37e7adf85f17efeb56b0f4df0bbf274c0ccef352b8505fa7c764",
        "tmLZgwmaz5IbCwoRmLPH-i-I-EKK5n2oaG_pF9sgRdk",
    ),
    (
        *("k1", 1764000000999, "tenant_b2c_default", "GET", "/v1/sync/notes/pull?cursor=a%2Fb%2Bc&limit=10&limit=20", None, None),
        "1f8e4503fc8194b12c20aae97a250aabea707b8153281744db16e5a85773172a",
        "bQU2ASJsAA0UbIrghr3cbXTcNKORq9OMolE-8-4OIxI",
    ),
    (
        *("default", 1764000000123, "tenant_b2c_default", "POST", "/v1/sync/notes/push", BEARER, b'{"items":[]}\n'),
        "139eac40317cd5a006a415430328e632a62ec5808ff9a5379d8d7fa703b083c3",
        "JFtzqDP9aPqPmXU2QJ2E5mNdJlyFwX8iuNSGxE587AM",
    ),
]


@pytest.mark.parametrize("secret, tenant, timestamp, expected", V1)
def test_v1_signs_as_the_vectors(secret, tenant, timestamp, expected):
    assert dict(sign_v1(secret, tenant, timestamp)) == {
        "X-TB-Tenant-ID": tenant,
        "X-TB-Timestamp": str(timestamp),
        "X-TB-Signature": expected,
    }


@pytest.mark.parametrize("number, vector", list(enumerate(V2, start=1)))
def test_v2_signs_as_the_vectors(number, vector):
    key_id, timestamp, tenant, method, target, authorization, body, digest, signature = vector
    nonce = base64url(bytes([number]) * 16)
    text = string_to_sign(tenant, method, target, authorization, body, str(timestamp), nonce)
    assert hashlib.sha256(text).hexdigest() == digest
    headers = dict(sign_v2(KEYS[key_id], key_id, tenant, method, target, authorization, body, timestamp, nonce))
    assert headers["X-TB-Signature"] == f"v2;k={key_id};s={signature}"
    assert headers["X-TB-Nonce"] == nonce


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_the_derived_key_is_that_of_cryptography(key):
    expected = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tb2|tenant").derive(key)
    assert derived(key, "tenant") == expected


def test_a_keyring_signs_with_its_first_key():
    ring = Keyring(new=bytes(32), old=bytes(range(32)))
    assert str(ring) == "new:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,old:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    assert dict(ring.sign("t", "GET", "/"))["X-TB-Signature"].startswith("v2;k=new;s=")


@pytest.mark.parametrize("key", [Key.rsa(), Key.ec(), Key.secret(bytes(32), "s-1")], ids=lambda key: key.algorithm)
@pytest.mark.parametrize("make", [mint, forge], ids=lambda make: make.__name__)
def test_tokens_of_both_makers_verify(key, make):
    token = make(key, claims("https://issuer.test", "https://api.test", scope="notes:read"))
    public = key.private if isinstance(key.private, bytes) else jwt.PyJWK(key.jwk()).key
    read = jwt.decode(token, public, [key.algorithm], audience="https://api.test", issuer="https://issuer.test")
    assert read["sub"] == "alice" and read["scope"] == "notes:read" and read["exp"] > time.time() + 3500
    assert jwt.get_unverified_header(token) == {"alg": key.algorithm, "typ": "at+jwt", "kid": key.kid}


def test_a_forged_token_has_any_header_and_no_more_than_is_asked():
    token = forge(None, claims(None, None, exp=None, iat=None), {"alg": "nOnE", "kid": None, "crit": ["b64"]})
    head, payload, signature = token.split(".")
    assert signature == ""
    assert jwt.utils.base64url_decode(head) == b'{"alg": "nOnE", "typ": "at+jwt", "crit": ["b64"]}'
    assert jwt.utils.base64url_decode(payload) == b'{"sub": "alice"}'

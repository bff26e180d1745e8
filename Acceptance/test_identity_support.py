"""The tests' own signer and minter, held against the vectors that everybody signs by: what judges the program must be right itself."""

import hashlib
import time

import jwt
import pytest
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.hashes import SHA256

from support.tenant import Keyring, derived, sign_v1, sign_v2, string_to_sign
from support.tokens import Key, base64url, claims, forge, mint
from support.vectors import KEYS, V1, V2


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

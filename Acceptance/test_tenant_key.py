"""`toolbridge token tenant-key`: one tenant's keys out of the keyring, as an independent HKDF (RFC 5869) makes them."""

import base64
import hashlib
import hmac

import pytest
from support.program import run as program

FIRST, SECOND = bytes(32), b"a" * 40


def run(*arguments, **settings):
    result = program(*arguments, **settings)
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    return result


def derived(key: bytes, tenant: str) -> str:
    extracted = hmac.digest(bytes(32), key, hashlib.sha256)
    return base64.b64encode(hmac.digest(extracted, b"tb2|" + tenant.encode() + b"\1", hashlib.sha256)).decode()


RING = f"k1:{base64.b64encode(FIRST).decode()},k2:{base64.b64encode(SECOND).decode()}"
TENANT = "org:1_A.b-c"


def test_all_keys_of_the_ring_are_made_into_the_tenants_own(tmp_path):
    result = run("token", "tenant-key", TENANT, home=tmp_path, TENANT_HEADER_KEYS=RING)
    assert result.stdout == f"k1:{TENANT}:{derived(FIRST, TENANT)},k2:{TENANT}:{derived(SECOND, TENANT)}\n"
    assert not any(tmp_path.iterdir())


def test_the_keyring_may_be_a_file_and_what_is_printed_is_a_keyring_too(tmp_path):
    (tmp_path / "ring").write_text(RING)
    first = run("token", "tenant-key", TENANT, home=tmp_path, TENANT_HEADER_KEYS_FILE=str(tmp_path / "ring"))
    again = run("token", "tenant-key", TENANT, home=tmp_path, TENANT_HEADER_KEYS=first.stdout.strip())
    assert first.returncode == 0 and again.stdout == first.stdout


def test_of_a_secret_it_makes_the_key_named_default(tmp_path):
    result = run("token", "tenant-key", TENANT, home=tmp_path, TENANT_HEADER_SECRET="a" * 40)
    assert result.stdout == f"default:{TENANT}:{derived(SECOND, TENANT)}\n"


@pytest.mark.parametrize(
    "tenant, settings, text",
    [
        (TENANT, {}, "TENANT_HEADER_KEYS is not set"),
        ("no tenant", {"TENANT_HEADER_KEYS": RING}, "a tenant's id is 1 to 128 of A-Z a-z 0-9 . _ : -"),
        (TENANT, {"TENANT_HEADER_KEYS": "k1:AAAA"}, "TENANT_HEADER_KEYS: key 1 has fewer than 32 bytes"),
        ("other", {"TENANT_HEADER_KEYS": f"k1:{TENANT}:{derived(FIRST, TENANT)}"}, "none of the keys is for tenant 'other'"),
    ],
)
def test_what_it_cannot_make_it_says_without_the_key(tmp_path, tenant, settings, text):
    result = run("token", "tenant-key", tenant, home=tmp_path, **settings)
    assert result.returncode != 0 and result.stdout == "" and text in result.stderr
    assert not any(part in result.stderr for part in ("AAAA", derived(FIRST, TENANT)))

"""Signed tenant headers, made from the contract's text alone: with hmac and hashlib, and nothing of the program under test."""

import base64
import hashlib
import hmac
import secrets
import time

from .tokens import base64url


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def sign_v1(secret: str | bytes, tenant: str, timestamp: int | str | None = None) -> list[tuple[str, str]]:
    """The three headers of v1."""
    stamp = str(now() if timestamp is None else timestamp)
    mac = hmac.new(_bytes(secret), f"{tenant}:{stamp}".encode(), hashlib.sha256).hexdigest()
    return [("X-TB-Tenant-ID", tenant), ("X-TB-Timestamp", stamp), ("X-TB-Signature", mac)]


def sign_v2(
    key: str | bytes,
    key_id: str,
    tenant: str,
    method: str,
    target: str,
    authorization: str | None = None,
    body: bytes | None = None,
    timestamp: int | str | None = None,
    nonce: str | None = None,
) -> list[tuple[str, str]]:
    """The four headers of v2. A `key` that is text is its UTF-8 bytes."""
    stamp = str(now() if timestamp is None else timestamp)
    nonce = nonce or base64url(secrets.token_bytes(16))
    mac = hmac.new(derived(key, tenant), string_to_sign(tenant, method, target, authorization, body, stamp, nonce), hashlib.sha256)
    return [
        ("X-TB-Tenant-ID", tenant),
        ("X-TB-Timestamp", stamp),
        ("X-TB-Nonce", nonce),
        ("X-TB-Signature", f"v2;k={key_id};s={base64url(mac.digest())}"),
    ]


def string_to_sign(
    tenant: str, method: str, target: str, authorization: str | None, body: bytes | None, timestamp: str, nonce: str
) -> bytes:
    digests = [hashlib.sha256(part).hexdigest() for part in ((authorization or "").encode(), body or b"")]
    return "\n".join(["TB2-HMAC-SHA256", timestamp, nonce, tenant, method.upper(), target, *digests]).encode()


def derived(key: str | bytes, tenant: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) with an empty salt and one block of output."""
    extracted = hmac.new(bytes(32), _bytes(key), hashlib.sha256).digest()
    return hmac.new(extracted, b"tb2|" + tenant.encode() + b"\x01", hashlib.sha256).digest()


class Keyring:
    """Keys by id, the first one signs."""

    def __init__(self, **keys: bytes):
        self.keys = keys or {"k1": secrets.token_bytes(32)}

    def __str__(self) -> str:
        """As `TENANT_HEADER_KEYS` has it."""
        return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in self.keys.items())

    def sign(self, tenant: str, method: str, target: str, authorization: str | None = None, body: bytes | None = None, **more):
        key_id, key = next(iter(self.keys.items()))
        return sign_v2(key, key_id, tenant, method, target, authorization, body, **more)


def _bytes(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret

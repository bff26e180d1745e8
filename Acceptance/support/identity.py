"""Who calls: everything that acceptance tests of identity need, from one place."""

from .tenant import Keyring, derived, now, sign_v1, sign_v2, string_to_sign
from .tokens import Key, base64url, claims, forge, mint

__all__ = ["Key", "Keyring", "base64url", "claims", "derived", "forge", "mint", "now", "sign_v1", "sign_v2", "string_to_sign"]

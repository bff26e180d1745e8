"""Tokens and keys of the tests' own making: by PyJWT where it would make them, byte by byte where nobody should."""

import base64
import hashlib
import hmac
import json
import time
from functools import cached_property

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def base64url(data: bytes) -> str:
    """Without padding, as everywhere in JOSE."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key with the id that its tokens name: RS256 or ES256 by what the private key is, HS256 by a secret's bytes."""

    def __init__(self, private, kid: str | None):
        self.private = private
        self.kid = kid

    @classmethod
    def rsa(cls, kid: str | None = "rsa-1", bits: int = 2048) -> "Key":
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=bits), kid)

    @classmethod
    def ec(cls, kid: str | None = "ec-1", curve=None) -> "Key":
        return cls(ec.generate_private_key(curve or ec.SECP256R1()), kid)

    @classmethod
    def secret(cls, secret: str | bytes, kid: str | None = None) -> "Key":
        return cls(secret.encode() if isinstance(secret, str) else secret, kid)

    @property
    def algorithm(self) -> str:
        match self.private:
            case bytes():
                return "HS256"
            case rsa.RSAPrivateKey():
                return "RS256"
            case _:
                return "ES256"

    def pem(self, traditional: bool = False) -> str:
        """PKCS#8, or PKCS#1 for an RSA key."""
        form = serialization.PrivateFormat.TraditionalOpenSSL if traditional else serialization.PrivateFormat.PKCS8
        return self.private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    @cached_property
    def public_pem(self) -> str:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    def jwk(self, **more) -> dict:
        """The public key as JWK; what is given as None is left out."""
        numbers = self.private.public_key().public_numbers()
        if isinstance(self.private, rsa.RSAPrivateKey):
            parts = {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        else:
            size = (self.private.curve.key_size + 7) // 8
            names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "secp256k1"}
            parts = {"kty": "EC", "crv": names[self.private.curve.name], "x": _number(numbers.x, size), "y": _number(numbers.y, size)}
        return _merged({**parts, "kid": self.kid, "use": "sig", "alg": self.algorithm}, more)

    def sign(self, data: bytes) -> bytes:
        """The signature by this kind of key, whatever is signed."""
        match self.private:
            case bytes():
                return hmac.new(self.private, data, hashlib.sha256).digest()
            case rsa.RSAPrivateKey():
                return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
            case _:
                r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def claims(issuer: str | None, audience, subject: str = "alice", lifetime: int = 3600, **more) -> dict:
    """The claims of a usual access token; what is given as None is left out."""
    now = int(time.time())
    return _merged({"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + lifetime}, more)


def mint(key: Key, claims: dict, header: dict | None = None) -> str:
    """A token by PyJWT. In `header` None leaves out what it would write."""
    return jwt.encode(claims, key.private, key.algorithm, {"typ": "at+jwt", "kid": key.kid} | (header or {}))


def forge(key: Key | None, claims: dict | bytes, header: dict | bytes | None = None) -> str:
    """A token that no honest library would make: any header, any bytes; without a key the signature is empty."""
    usual = {"alg": key.algorithm if key else "none", "typ": "at+jwt", "kid": key.kid if key else None}
    parts = [_json(header if isinstance(header, bytes) else _merged(usual, header or {})), _json(claims)]
    signed = ".".join(base64url(part) for part in parts)
    return f"{signed}.{base64url(key.sign(signed.encode())) if key else ''}"


def _json(value: dict | bytes) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def _merged(usual: dict, more: dict) -> dict:
    return {name: value for name, value in (usual | more).items() if value is not None}


def _number(value: int, size: int | None = None) -> str:
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))

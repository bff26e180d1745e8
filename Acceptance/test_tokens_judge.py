"""PyJWT judges ten thousand tokens, and the running server has to come to the same verdict on each (T-9, T-10, T-12)."""

import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from support.identity import API, IdentityProvider, IdentityServer, Key, bearer, forge
from support.wire import Connection

COUNT = int(os.environ.get("TOOLBRIDGE_JUDGED_TOKENS", "10000"))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(scope="module")
def keys():
    return {"good": Key.rsa("judge-rsa"), "curve": Key.ec("judge-ec"), "stranger": Key.rsa("judge-rsa"), "secret": Key.secret(b"x" * 32)}


@pytest.fixture(scope="module")
def server(tmp_path_factory, keys):
    provider = IdentityProvider(tmp_path_factory.mktemp("provider")).start()
    try:
        provider.publish(keys["good"], keys["curve"])
        limits = {"RATE_LIMIT_DATA": "off", "RATE_LIMIT_AUTH": "off", "RATE_LIMIT_ADDRESS": "off"}
        server = IdentityServer(tmp_path_factory.mktemp("server"), provider, **limits).start()
        try:
            yield server
        finally:
            server.close()
    finally:
        provider.close()


def variants(chance: random.Random, now: int) -> tuple[dict, dict]:
    """Claims and header: mostly good ones, of which one or two may be replaced. Times keep away from the seconds that decide."""
    claims = {"iss": None, "sub": "alice", "aud": API, "iat": now, "exp": now + 600}
    header = {}
    replacements = [
        ("exp", [now - 20, now - 60, now + 20, now + 0.5, "soon", None, -1, 1e300, True, 0]),
        ("iat", [now - 3600, now + 20, now + 60, "now", None, -5, now + 0.25]),
        ("nbf", [now - 100, now + 20, now + 60, "x", 0, now + 0.75]),
        ("aud", [[API], ["x", API], [], "x", None, 7, [7], API + "/", API.upper(), ["x"]]),
        ("iss", ["", "https://evil.example", 7, None, ["x"]]),
        ("sub", ["", None, 7, "auth0|1", "é", "s" * 255, "s" * 256]),
        ("scope", ["notes:read", "openid profile"]),
        ("nonce", ["n"]),
        ("jti", ["a", "b"]),
    ]
    for name, values in chance.sample(replacements, chance.choice([0, 0, 1, 1, 1, 2])):
        claims[name] = chance.choice(values)
        if name == "iss":
            claims["iss"] = ("iss", claims["iss"])
    if chance.random() < 0.25:
        name, values = chance.choice([
            ("typ", ["JWT", "jwt", "application/at+jwt", "dpop+jwt", 7, None]),
            ("kid", ["judge-ec", "unknown", "", 7, ["judge-rsa"], "k" * 200, None]),
            ("alg", ["none", "None", "HS256", "RS384", "ES256", "PS256", "", 7]),
            ("crit", [["exp"], []]),
            ("jku", ["https://evil.example/jwks"]),
            ("jwk", [{"kty": "oct", "k": "AAAA"}]),
        ])
        header[name] = chance.choice(values)
    return claims, header


def token(chance: random.Random, keys: dict, issuer: str, now: int) -> str:
    claims, header = variants(chance, now)
    issued_by = claims.pop("iss")
    claims["iss"] = issuer if issued_by is None else issued_by[1]
    key = keys[chance.choices(["good", "curve", "stranger", "secret"], [12, 6, 1, 1])[0]]
    text = forge(key, {name: value for name, value in claims.items() if value is not None}, header)
    if chance.random() < 0.1:
        place = chance.randrange(len(text))
        change = chance.choice(["replace", "insert", "drop", "pad", "cut"])
        letter = chance.choice(ALPHABET + ".=+/")
        text = {
            "replace": text[:place] + letter + text[place + 1 :],
            "insert": text[:place] + letter + text[place:],
            "drop": text[:place] + text[place + 1 :],
            "pad": text + "=",
            "cut": text[:place],
        }[change]
    return text


def judged(text: str, keys: dict, issuer: str) -> bool:
    """PyJWT's verdict, with the rules of ours that it doesn't know beside it."""
    try:
        header = jwt.get_unverified_header(text)
        public = {key.kid: key for key in (keys["good"], keys["curve"])}
        key = public[header["kid"]]
        claims = jwt.decode(
            text,
            key.private.public_key(),
            algorithms=[key.algorithm],
            audience=API,
            issuer=issuer,
            leeway=30,
            options={"require": ["exp", "iat", "sub", "aud", "iss"], "strict_aud": False},
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError):
        return False
    times = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
    return (
        all(isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 2**53 for value in times)
        and int(claims["exp"]) - int(claims["iat"]) <= 24 * 3600
        and isinstance(claims["sub"], str)
        and 1 <= len(claims["sub"].encode()) <= 255
        and all(isinstance(one, str) for one in (claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]))
        and "nonce" not in claims
        and "crit" not in header
        and ("typ" not in header or str(header["typ"]).lower().removeprefix("application/") in ("jwt", "at+jwt"))
        and is_canonical(text)
    )


def is_canonical(text: str) -> bool:
    """Only the letters of Base64URL, and no bits beyond the last byte."""
    spare = {0: 0, 2: 4, 3: 2}
    return all(
        set(part) <= set(ALPHABET) and len(part) % 4 != 1 and (not part or ALPHABET.index(part[-1]) % (1 << spare[len(part) % 4]) == 0)
        for part in text.split(".")
    )


def test_ten_thousand_tokens_get_the_verdict_of_an_independent_judge(server, keys):
    seed = int(os.environ.get("TOOLBRIDGE_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    issuer = server.provider.issuer
    process = server.pid

    def run(part: int) -> tuple[int, int, list]:
        chance = random.Random(f"{seed}/{part}")
        taken, refused, differing = 0, 0, []
        with Connection(server.port) as connection:
            for _ in range(COUNT // 4):
                now = int(time.time())
                text = token(chance, keys, issuer, now)
                expected = judged(text, keys, issuer)
                answer = connection.request("GET", "/v1/notes?limit=1", [bearer(text)])
                if answer.status != (200 if expected else 401) and text.strip():
                    differing.append((expected, answer.status, text))
                taken, refused = taken + expected, refused + (not expected)
        return taken, refused, differing

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(run, range(4)))
    taken, refused = sum(result[0] for result in results), sum(result[1] for result in results)
    differing = [one for result in results for one in result[2]]
    shown = [(expected, status, describe(text)) for expected, status, text in differing[:5]]
    assert not differing, f"seed {seed}: {len(differing)} differ, the first: {shown}"
    # A judge that refused nearly all, or nearly none, would prove little.
    assert taken > COUNT / 5 and refused > COUNT / 5, (taken, refused)
    assert server.is_alive() and server.pid == process


def describe(text: str) -> str:
    try:
        return json.dumps([jwt.get_unverified_header(text), jwt.decode(text, options={"verify_signature": False})])
    except Exception as fault:  # noqa: BLE001: whatever it is, the text itself says more
        return f"{text} ({fault})"

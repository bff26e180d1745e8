"""Who calls: everything that acceptance tests of identity need, from one place."""

import contextlib
import json
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

from .places import PROGRAM
from .polling import until
from .program import RunningProgram, Server, environment
from .tenant import Keyring, derived, now, sign_v1, sign_v2, string_to_sign
from .tokens import Key, base64url, claims, forge, mint
from .wire import Connection, Response

__all__ = [
    *("IdentityProvider", "IdentityServer", "Key", "Keyring", "base64url", "bearer", "claims", "derived", "forge", "free_port", "mint"),
    *("now", "sign_v1", "sign_v2", "string_to_sign"),
]

# Where a server for tests says that it is: tokens are for it, and nobody can call it by that name.
PUBLIC = "https://tools.test"
API = "https://api.tools.test"


def bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class IdentityProvider(RunningProgram):
    """`toolbridge dev-idp`: an identity provider and a WorkOS API that do as they are told."""

    name = "the identity provider"
    patience = 4

    def __init__(self, folder: Path, server: str = PUBLIC, **variables: str):
        self.folder = folder
        self.server = server
        self.variables = {"ENV": "dev"} | variables
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.runs = 0
        # What the JSON line says: `issuer`, `pid`, `serve` and `workos`, the latter two as environments of the server.
        self.told: dict = {}
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def issuer(self) -> str:
        return self.told["issuer"]

    def start(self) -> "IdentityProvider":
        """On the port that it had before, if it ran before."""
        self.runs += 1
        out_path = self.folder / f"stdout-{self.runs}.log"
        with open(out_path, "wb") as out, open(self.errors, "wb") as err:
            self.process = subprocess.Popen(
                [str(PROGRAM), "dev-idp", "--port", str(self.port), "--server", self.server],
                env=environment(self.folder, **self.variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

        def line() -> bytes | None:
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.errors.read_text()}")
            first, end, _ = out_path.read_bytes().partition(b"\n")
            return first if end else None

        self.told = json.loads(until(line, 20, "the provider's line"))
        self.port = int(self.issuer.rsplit(":", 1)[1])
        return self

    def request(self, method: str, target: str, body=None, headers=()) -> Response:
        """One request; `body` may be bytes or a value that becomes JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        with Connection(self.port) as connection:
            return connection.request(method, target, headers, body)

    def _tell(self, method: str, target: str, body=None) -> Response:
        answer = self.request(method, target, body)
        assert answer.status in (200, 204), answer.body
        return answer

    # Tokens

    def token(self, subject: str = "alice", audience=None, scope: str | None = None, lifetime: int | None = None, algorithm: str = "RS256", **more) -> str:
        """A usual access token; further claims by name, and None leaves a usual one out.

        Without an audience it is for the server's public address and its MCP endpoint.
        """
        asked = {"sub": subject} | ({} if audience is None else {"aud": audience}) | ({} if scope is None else {"scope": scope}) | more
        if lifetime is not None:
            asked["exp"] = now() // 1000 + lifetime
        return self.mint(asked, algorithm=algorithm)

    def mint(self, claims: dict | None = None, header: dict | None = None, **more) -> str:
        """The usual token but for these claims and header fields; `kid`, `algorithm` or `secret` choose what signs it."""
        return self._tell("POST", "/dev/mint", {"claims": claims or {}, "header": header or {}, **more}).json()["token"]

    # Keys

    def publish(self, *keys: Key | dict):
        """Public keys of the test's own, published beside the provider's: tokens by `support.tokens.mint` are then of this issuer."""
        self._tell("PUT", "/dev/keys", {"keys": [key.jwk() if isinstance(key, Key) else key for key in keys]})

    def serve_key_set(self, document: bytes | dict | None):
        """What is served as key set, byte for byte; None: the provider's own again."""
        if document is None:
            self._tell("DELETE", "/dev/jwks")
        else:
            self._tell("PUT", "/dev/jwks", document)

    def announce(self):
        """Publishes new keys, which sign after the next rotation. A server that is to know them needs time to fetch the key set."""
        self._tell("POST", "/dev/rotate", {"announce": True})

    def rotate(self, overlap: bool = True):
        """The announced keys sign, or new ones; the older ones stay published or not."""
        self._tell("POST", "/dev/rotate", {"overlap": overlap})

    def retire(self):
        """Takes all but the newest keys off the key set."""
        self._tell("POST", "/dev/rotate", {"retire": True})

    # WorkOS

    def memberships(self, **users: list[str] | dict[str, str]):
        """All memberships there are: of each user the organizations, as a list of ids or as names by id; all active."""
        rows = [
            {"user": user, "organization": id, "name": name}
            for user, organizations in users.items()
            for id, name in (organizations.items() if isinstance(organizations, dict) else ((id, id) for id in organizations))
        ]
        self.membership_rows(*rows)

    def membership_rows(self, *rows: dict, user: str | None = None):
        """The same, as rows with `user`, `organization`, `name` and `status`; for all users or for one, whose others stay as they are."""
        self._tell("PUT", "/dev/memberships" if user is None else f"/dev/memberships/{quote(user, safe='')}", {"memberships": rows})

    def workos(self, **more):
        """`keys=[…]`: which API keys it takes; `names=False`: memberships don't say their organization's name."""
        self._tell("PUT", "/dev/workos", more)

    # Behaviour

    def fail(self, **surfaces: str | dict):
        """How surfaces fail from now on, all others being well: `fail(jwks="down", workos={"mode": "slow", "milliseconds": 500, "times": 2})`.

        Surfaces: metadata, jwks, authorize, token, register, workos. Modes: down (500), unavailable (503), limited (429), unauthorized
        (401), slow, drip, huge, html, redirect, empty, garbage, cut, silent; of jwks also wrong-key.
        """
        self._tell("PUT", "/dev/failures", {name: {"mode": how} if isinstance(how, str) else how for name, how in surfaces.items()})

    def recover(self):
        self.fail()

    def settings(self, **more):
        """`user="bob"`: who is signed in; `lifetime=60`: how long the access tokens of the OAuth flow live."""
        self._tell("PUT", "/dev/settings", more)

    @property
    def counts(self) -> dict[str, int]:
        """Requests so far by surface."""
        return self._tell("GET", "/dev/requests").json()["counts"]

    @property
    def requests(self) -> dict:
        """`counts`, `followed` (requests that followed a redirect) and `targets` (the last thousand)."""
        return self._tell("GET", "/dev/requests").json()

    def forget_requests(self):
        self._tell("DELETE", "/dev/requests")

    def authorize_target(self, **parameters: str) -> str:
        return f"/oauth2/authorize?{urlencode(parameters)}"


class IdentityServer(Server):
    """`serve` with an identity provider: tokens are for `audience` at the API and for `resource` at the MCP endpoint."""

    def __init__(self, folder: Path, provider: IdentityProvider, public: str | None = None, **more):
        self.provider = provider
        self.public = public or PUBLIC
        self.audience = API
        prefix, arguments = more.pop("prefix", ()), more.pop("arguments", ())
        self.settings = {
            "JWT_ISSUER": provider.issuer,
            "JWT_JWKS_URL": provider.told["serve"]["JWT_JWKS_URL"],
            "JWT_AUDIENCE": self.audience,
            "TOOLBRIDGE_PUBLIC_BASE_URL": self.public,
        } | more
        if public:
            # A later flag stands in the place of an earlier one.
            arguments = (*arguments, "--port", public.rsplit(":", 1)[1])
        super().__init__(folder, prefix, arguments, **{name: value for name, value in self.settings.items() if value is not None})

    @property
    def resource(self) -> str:
        return f"{self.public}/mcp"

    def token_for(self, subject: str = "alice", scope: str | None = None, **more) -> str:
        """For the API."""
        return self.provider.token(subject, self.audience, scope, **more)

    def mcp_token_for(self, subject: str = "alice", scope: str | None = None, **more) -> str:
        """For the MCP endpoint."""
        return self.provider.token(subject, self.resource, scope, **more)

    @property
    def token(self) -> str:
        """Of alice for the API, made once."""
        if self._token is None:
            self._token = self.token_for()
        return self._token

"""People in tenants: each request of theirs carries a token of their own and a proof of their tenant."""

import json
import time
from dataclasses import dataclass
from functools import cached_property

from .mcp import ACCEPT, JSON_BODY, encode, envelope
from .program import Server
from .schema import MODERN
from .tenant import sign_v1
from .tokens import Key, claims, forge
from .wire import Connection, Response

TOKEN_SECRET = "an-hs256-secret-of-the-tests-0123456789abcdef"
TENANT_SECRET = "a-tenant-secret-of-the-tests-0123456789abcdef"


def start_tenants(folder) -> Server:
    """A server for many tenants, whose backend signs tokens and tenants."""
    return Server(
        folder,
        JWT_ALLOW_HS256="true",
        JWT_HS256_SECRET=TOKEN_SECRET,
        TENANT_HEADER_SECRET=TENANT_SECRET,
        RATE_LIMIT_DATA="off",
        RATE_LIMIT_AUTH="off",
        RATE_LIMIT_ADDRESS="off",
        TOOLBRIDGE_LOG_LEVEL="trace",
        TOOLBRIDGE_METRICS_ADDR="127.0.0.1:0",
    ).start()


def token(subject: str, secret: str = TOKEN_SECRET, **more) -> str:
    """A token as a backend mints it; a claim that is None is left out."""
    return forge(Key.secret(secret), claims(None, None, subject, **more))


@dataclass
class Person:
    """One owner: a subject in a tenant."""

    server: Server
    tenant: str
    subject: str

    # Proofs are good for five minutes.
    _proved: tuple[float, list[tuple[str, str]]] | None = None

    @property
    def access(self) -> list[tuple[str, str]]:
        now = time.monotonic()
        if self._proved is None or now - self._proved[0] > 60:
            self._proved = (now, [("Authorization", f"Bearer {token(self.subject)}"), *sign_v1(TENANT_SECRET, self.tenant)])
        return self._proved[1]

    @cached_property
    def connection(self) -> Connection:
        return self.server.connect()

    def close(self):
        if "connection" in self.__dict__:
            self.connection.close()

    def request(self, method: str, target: str, body=None, headers=()) -> Response:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.connection.request(method, target, [*self.access, *headers], body)

    def mcp(self, method: str, params: dict | None = None, path: str = "/mcp", name: str | None = None) -> Response:
        """One request of the modern era; `name` is what the params call its subject."""
        params = {**(params or {}), "_meta": envelope()}
        fields = [JSON_BODY, ACCEPT, ("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)]
        if name:
            fields.append(("Mcp-Name", name))
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self.connection.request("POST", path, [*self.access, *fields], encode(message))

    def call(self, tool: str, arguments: dict) -> Response:
        return self.mcp("tools/call", {"name": tool, "arguments": arguments}, "/mcp?toolsets=all", name=tool)

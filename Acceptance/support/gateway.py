"""The built gateway, in front of whatever API a test gives it."""

import contextlib
import copy
import functools
import json
import subprocess
from pathlib import Path

import pytest

from .faults import FaultyProxy
from .owners import TENANT_SECRET, TOKEN_SECRET, token
from .places import GATEWAY
from .polling import until
from .program import RunningProgram, Server, environment
from .tenant import Keyring, sign_v1
from .wire import Connection, Response


class Gateway(RunningProgram):
    """`toolbridge-mcp mcp` on a port of the loopback that stays its own over restarts.

    `api` is what it stands in front of: anything with `url`. `token` is what its clients send. Further settings by name; None leaves one out.
    """

    name = "the gateway"
    patience = 9

    def __init__(self, folder: Path, api, token: str | None, prefix: tuple[str, ...] = (), rest=None, **settings: str | None):
        self.folder = folder
        self.api = api
        self.token = token
        self.prefix = prefix
        # Who answers `request` for the API's own routes.
        self.rest = rest
        usual = {
            "TOOLBRIDGE_API_BASE_URL": api.url,
            "TOOLBRIDGE_HOST": "127.0.0.1",
            "TOOLBRIDGE_PORT": "0",
            "TOOLBRIDGE_METRICS_ADDR": "127.0.0.1:0",
        }
        self.settings = {name: value for name, value in (usual | settings).items() if value is not None}
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.runs = 0
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> "Gateway":
        self.launch()
        return self.wait()

    def launch(self):
        """Starts it and doesn't wait."""
        self.runs += 1
        port = {"TOOLBRIDGE_PORT": str(self.port)} if self.port else {}
        with open(self.log, "wb") as out, open(self.errors, "wb") as err:
            self.process = subprocess.Popen(
                [*self.prefix, str(GATEWAY), "mcp"],
                env=environment(self.folder, **self.settings | port),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def wait(self) -> "Gateway":
        """Until it listens."""
        self.port = until(self._listening_port, 20, "the listening line")
        return self

    @property
    def log(self) -> Path:
        return self.folder / f"stdout-{self.runs}.log"

    def lines(self) -> list[dict]:
        """The log's lines so far. Every one of them is JSON."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]]

    def _listening_port(self) -> int | None:
        for line in self.lines():
            if line.get("msg", "").startswith("Listening on http://"):
                return int(line["msg"].rsplit(":", 1)[1])
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-2000:]} {self.errors.read_text()[-2000:]}")
        return None

    @property
    def pid(self) -> int:
        """The gateway's own process, also when it runs under another program."""
        if not self.prefix:
            return self.process.pid
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    def restart(self) -> "Gateway":
        self.terminate()
        return self.start()

    @property
    def authorization(self) -> tuple[str, str]:
        return ("Authorization", f"Bearer {self.token}")

    @property
    def access(self) -> list[tuple[str, str]]:
        return [self.authorization] if self.token is not None else []

    @property
    def health(self) -> tuple:
        """What `health_check` says of role, upstream and the API's address."""
        return ("mcp", "toolbridge", self.api.url)

    @staticmethod
    def behind(edge) -> dict[str, str]:
        """The settings of a gateway that clients reach by the address of what stands before it: bound to loopback it takes no other name."""
        return {"TOOLBRIDGE_HOST": "0.0.0.0", "TOOLBRIDGE_PUBLIC_BASE_URL": edge.url}

    def seen_by(self, token: str | None, rest=None) -> "Gateway":
        """The same running gateway for another client."""
        other = copy.copy(self)
        other.token, other.rest = token, rest
        return other

    def connect(self) -> Connection:
        return Connection(self.port)

    def request(self, method: str, target: str, body=None, headers=(), token: bool = True) -> Response:
        """One request on a connection of its own; the API's routes are asked of the API."""
        if self.rest and target.startswith("/v1/"):
            return self.rest(method, target, body, headers)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        with self.connect() as connection:
            return connection.request(method, target, [*(self.access if token else []), *headers], body)


def need_gateway():
    if not GATEWAY.is_file():
        pytest.fail(f"there is no toolbridge-mcp at {GATEWAY}: build it with `Scripts/build.sh toolbridge-mcp`")


class Stack:
    """An API whose backend signs tokens and tenants, a proxy before it that may fail, and before that as many gateways as a test wants."""

    tenant = "tenant_b2c_default"

    def __init__(self, folder: Path, stack: contextlib.ExitStack, **settings: str):
        """`settings` are the API's own, on top of the usual ones."""
        self.folder, self.stack = folder, stack
        self.ring = Keyring()
        usual = {"JWT_ALLOW_HS256": "true", "JWT_HS256_SECRET": TOKEN_SECRET, "TENANT_HEADER_SECRET": TENANT_SECRET, "TENANT_HEADER_KEYS": str(self.ring)}
        limits = {"RATE_LIMIT_DATA": "off", "RATE_LIMIT_AUTH": "off", "RATE_LIMIT_ADDRESS": "off"}
        self.server = Server(folder / "api", **usual | limits | settings)
        stack.callback(self.server.close)
        self.server.start()
        self.proxy = FaultyProxy(self.server).start()
        stack.callback(self.proxy.close)
        # Both ways to sign; a gateway has one of them.
        self.signed_v1 = {"TOOLBRIDGE_TENANT_ID": self.tenant, "TOOLBRIDGE_TENANT_HEADER_SECRET": TENANT_SECRET}
        self.signed_v2 = {"TOOLBRIDGE_TENANT_ID": self.tenant, "TOOLBRIDGE_TENANT_HEADER_KEYS": str(self.ring)}
        self.made = 0

    def gateway(self, subject: str = "alice", start: bool = True, prefix: tuple[str, ...] = (), settings: dict | None = None, **more) -> Gateway:
        """One more gateway, which signs by v2 if not told otherwise; `more` comes on top."""
        self.made += 1
        settings = (self.signed_v2 if settings is None else settings) | more
        made = Gateway(self.folder / f"gateway-{self.made}", self.proxy, token(subject), prefix, self.rest, **settings)
        self.stack.callback(made.close)
        return made.start() if start else made

    def view(self, gateway: Gateway, subject: str) -> Gateway:
        """This gateway as another of its users has it."""
        return gateway.seen_by(token(subject), functools.partial(self.rest, subject=subject))

    def rest(self, method: str, target: str, body=None, headers=(), subject: str = "alice") -> Response:
        """One request to the API itself, past the proxy."""
        signed = sign_v1(TENANT_SECRET, self.tenant)
        return self.server.request(method, target, body, [("Authorization", f"Bearer {token(subject)}"), *signed, *headers], token=False)

    def items(self, kind: str = "notes", subject: str = "alice") -> list[dict]:
        """All items of a kind, tombstones too."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.rest("GET", f"/v1/{kind}?limit=1000&includeDeleted=true&cursor={cursor}", subject=subject).json()
            found += page["items"]
            cursor = page.get("nextCursor")
        return found

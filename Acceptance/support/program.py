"""The built program: started on a free port, watched, stopped."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from .places import PROGRAM
from .polling import until
from .wire import Connection, Response


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment of its own: nothing that the tester has set reaches the program, and it writes nothing into the tester's folders."""
    own = {"HOME": home, "TMPDIR": home, "XDG_DATA_HOME": home / ".local" / "share", "XDG_CONFIG_HOME": home / ".config"}
    # Servers run beside one another, and two can't have the same port for their metrics.
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TOOLBRIDGE_METRICS_ADDR": "off", **{name: str(path) for name, path in own.items()}, **more}


def run(*arguments: str, home: Path, timeout: float = 20, **more: str) -> subprocess.CompletedProcess:
    """Runs one command of the program to its end."""
    return subprocess.run(
        [str(PROGRAM), *arguments],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )


class RunningProgram:
    """A program that a test started: its process, and how that ends."""

    # What it is called when it fails, and the seconds it has to end by itself.
    name: str
    patience: float
    process: subprocess.Popen | None = None

    @property
    def errors(self) -> Path:
        return self.folder / f"stderr-{self.runs}.log"

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def terminate(self) -> float:
        """SIGTERM; it ends by itself with 0 in time. Returns the seconds that it took."""
        begun = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        status = self.process.wait(timeout=self.patience)
        assert status == 0, f"exit status {status}: {self.errors.read_text()}"
        self.process = None
        return time.monotonic() - begun

    def kill(self):
        """kill -9, as a power cut of the process."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        """For fixtures of pytest: whatever a test left running is stopped in good order."""
        if self.process is None:
            return
        status = self.process.poll()
        if status is not None:
            self.process = None
            raise AssertionError(f"{self.name} ended during the test with {status}: {self.errors.read_text()}")
        try:
            self.terminate()
        finally:
            if self.process is not None:
                self.kill()


class Server(RunningProgram):
    """`toolbridge serve` on a free port of the loopback, with its data in a folder of its own."""

    name = "the server"
    patience = 8
    # What `health_check` says of role, upstream and the API's address.
    health = ("serve", "local", None)

    def __init__(self, folder: Path, prefix: tuple[str, ...] = (), arguments: tuple[str, ...] = (), **variables: str):
        self.folder = folder
        self.arguments = arguments
        self.database = folder / "data" / "toolbridge.db"
        self.prefix = prefix
        self.variables = variables
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.runs = 0
        self.seconds_to_listen = 0.0
        self._token: str | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> "Server":
        self.runs += 1
        begun = time.monotonic()
        with open(self.log, "wb") as out, open(self.errors, "wb") as err:
            self.process = subprocess.Popen(
                [*self.prefix, str(PROGRAM), "serve", "--host", "127.0.0.1", "--port", "0", "--database", f"sqlite:{self.database}", *self.arguments],
                env=environment(self.folder, **self.variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.port = until(self._listening_port, 20, "the listening line")
        self.seconds_to_listen = time.monotonic() - begun
        return self

    @property
    def log(self) -> Path:
        return self.folder / f"stdout-{self.runs}.log"

    def _listening_port(self) -> int | None:
        for line in self.log.read_bytes().split(b"\n")[:-1]:
            message = json.loads(line).get("msg", "")
            if message.startswith("Listening on http://"):
                return int(message.rsplit(":", 1)[1])
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}: {self.errors.read_text()}")
        return None

    @property
    def pid(self) -> int:
        """The server's own process, also when it runs under another program."""
        if not self.prefix:
            return self.process.pid
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    @property
    def token(self) -> str:
        if self._token is None:
            self._token = Path(f"{self.database}.token").read_text().strip()
        return self._token

    @property
    def authorization(self) -> tuple[str, str]:
        return ("Authorization", f"Bearer {self.token}")

    @property
    def access(self) -> list[tuple[str, str]]:
        """What every request carries for its authorization."""
        return [self.authorization]

    def connect(self) -> Connection:
        return Connection(self.port)

    def request(self, method: str, target: str, body=None, headers=(), token: bool = True) -> Response:
        """One request on a connection of its own; `body` may be bytes or a value that becomes JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields = [*([self.authorization] if token else []), *headers]
        with self.connect() as connection:
            return connection.request(method, target, fields, body)

    def lines(self) -> list[dict]:
        """The log's lines so far. Every one of them is JSON."""
        return [json.loads(line) for line in self.log.read_bytes().split(b"\n")[:-1]]

    def restart(self) -> "Server":
        self.terminate()
        return self.start()

"""What stands before several gateways: nginx, or a platform's router that replays a request to the machine that an answer names."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from .httpd import Answer, Asked, Drop, Listening
from .identity import free_port
from .polling import until
from .wire import Closed, Connection, request_bytes


def nginx_program() -> str:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.path.exists(program):
        pytest.fail("there is no nginx: Scripts/test.sh installs it")
    return program


class Nginx:
    """nginx on a port that is known before it starts, then in front of gateways in turn; `sse` are those that alone have the 2024-11-05 transport, as a one-replica deployment does.

    As the deployment's pages say: what can't be connected to is tried at the next, what was sent is never sent twice, nothing is buffered.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.ports: list[int] = []
        self.sse: list[int] = []
        self.down: set[int] = set()
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _upstream(self, name: str, ports: list[int]) -> str:
        rows = "".join(f"server 127.0.0.1:{port} max_fails=0{' down' if port in self.down else ''}; " for port in ports)
        return f"upstream {name} {{ {rows} }}"

    def configuration(self) -> str:
        sse = """
            location = /messages/ { proxy_pass http://sse; }
            location = /sse { if ($request_method = GET) { proxy_pass http://sse; } proxy_pass http://gateways; }
        """
        return f"""
        daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log warn;
        events {{ worker_connections 1024; }}
        http {{
          access_log off;
          client_body_temp_path {self.folder}/body; proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
          uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
          keepalive_requests 1000000; keepalive_timeout 600;
          {self._upstream("gateways", self.ports)}
          {self._upstream("sse", self.sse) if self.sse else ""}
          server {{
            listen 127.0.0.1:{self.port};
            client_max_body_size 2m;
            proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
            proxy_buffering off; proxy_read_timeout 3600; proxy_next_upstream error;
            {sse if self.sse else ""}
            location / {{ proxy_pass http://gateways; }}
          }}
        }}"""

    def start(self, *gateways, sse=()) -> "Nginx":
        self.ports, self.sse = ([gateway.port for gateway in some] for some in (gateways, sse))
        path = self.folder / "nginx.conf"
        path.write_text(self.configuration())
        with open(self.folder / "nginx.log", "wb") as log:
            self.process = subprocess.Popen(
                [nginx_program(), "-p", str(self.folder), "-c", str(path), "-e", str(self.folder / "error.log")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._listens, 10, "nginx")
        return self

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self.folder / "error.log").read_text() + (self.folder / "nginx.log").read_text()
        try:
            Connection(self.port).close()
        except OSError:
            return False
        return True

    def take_out(self, port: int):
        """Nothing new goes to this one, as when an orchestrator takes a pod off its service."""
        self.down.add(port)
        self._reload()

    def put_back(self, port: int):
        self.down.discard(port)
        self._reload()

    def _reload(self):
        (self.folder / "nginx.conf").write_text(self.configuration())
        before = self._workers()
        self.process.send_signal(signal.SIGHUP)
        # The new worker has the new configuration; the old one goes on with what it has begun.
        until(lambda: self._workers() - before, 10, "nginx's new worker")

    def _workers(self) -> set[str]:
        return set(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split())

    def connect(self) -> Connection:
        return Connection(self.port)

    def close(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            finally:
                self.process.kill()
                self.process.wait()


class ReplayingEdge(Listening):
    """A router that gives requests to machines in turn, and replays one to the machine that an empty answer's `fly-replay` names."""

    def __init__(self):
        self.machines: dict[str, int] = {}
        self.turn = itertools.count()
        self.lock = threading.Lock()
        # Method, machine, and whether it was a replay.
        self.passed: list[tuple[str, str, bool]] = []
        self.streams: list[Connection] = []
        super().__init__()

    def close(self):
        for stream in self.streams:
            with contextlib.suppress(OSError):
                stream.socket.shutdown(socket.SHUT_RDWR)
        super().close()

    def add(self, machine: str, port: int):
        self.machines[machine] = port

    def connect(self) -> Connection:
        return Connection(self.port)

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            machine = list(self.machines)[next(self.turn) % len(self.machines)]
        answer, replay = self._ask(asked, machine)
        if replay is None:
            return answer
        assert answer.body == b"", "an answer that asks for a replay has no body"
        name, _, value = replay.partition("=")
        assert name == "instance" and value in self.machines, replay
        answer, again = self._ask(asked, value, is_replay=True)
        assert again is None, "a replay in a circle"
        return answer

    def _ask(self, asked: Asked, machine: str, is_replay: bool = False) -> tuple[Answer, str | None]:
        self.passed.append((asked.method, machine, is_replay))
        headers = [(name, value) for name, value in asked.headers if name.lower() not in ("connection", "content-length", "transfer-encoding")]
        headers += [("fly-replay-src", "instance=another;t=1730635200")] if is_replay else []
        try:
            connection = Connection(self.machines[machine], 60)
            connection.send(request_bytes(connection.port, asked.method, asked.target, headers, asked.body))
            head = connection._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        except (Closed, OSError):
            raise Drop from None
        status = int(head[0].split(" ", 2)[1])
        fields = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
        named = {name.lower(): value for name, value in fields}
        kept = [field for field in fields if field[0].lower() not in ("connection", "content-length", "transfer-encoding", "fly-replay")]
        if named.get("content-type", "").startswith("text/event-stream"):
            self.streams.append(connection)
            return Answer(status, b"", None, [*kept, ("Transfer-Encoding", "chunked")], pieces=_bytes_of(connection)), None
        if "content-length" in named:
            body = connection._exactly(int(named["content-length"]))
        else:
            body = connection._chunks() if "transfer-encoding" in named else b""
        connection.close()
        return Answer(status, body, None, kept), named.get("fly-replay")


def _bytes_of(connection: Connection):
    """What comes on a connection, until it ends."""
    try:
        yield connection.buffer
        while data := connection.socket.recv(65536):
            yield data
    except OSError:
        return
    finally:
        connection.close()

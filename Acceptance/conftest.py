"""What the tests are given: servers that are started for them and stopped after them."""

import contextlib
import os
import random
import signal
import subprocess

import pytest

from support.assistants import ASSISTANTS, Assistant
from support.fixtures import Fixtures, start_stdio
from support.gateway import Gateway, Stack, need_gateway
from support.identity import IdentityProvider, IdentityServer, free_port
from support.peer import CLIENTS, HTTPPeer, Peer, SSEPeer, StdioPeer
from support.places import FIXTURES, PROGRAM
from support.predecessor import Predecessor
from support.program import Server, environment
from support.toolcases import Share


def pytest_sessionstart(session):
    if not PROGRAM.is_file():
        pytest.exit(f"there is no program to test at {PROGRAM}: build it with `swift build -c release`", returncode=1)


@pytest.fixture
def server(tmp_path):
    """A server of the local profile, for one test."""
    server = Server(tmp_path / "server").start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    """A server for all tests of a file that do not mind each other's items."""
    server = Server(tmp_path_factory.mktemp("server")).start()
    yield server
    server.close()


@pytest.fixture
def make_server(tmp_path):
    """Makes servers with an environment or folder of their own; they are not yet started."""
    with contextlib.ExitStack() as stack:

        def make(name: str = "server", **more) -> Server:
            server = Server(tmp_path / name, **more)
            stack.callback(server.close)
            return server

        yield make


@pytest.fixture
def identity_provider(tmp_path):
    """An identity provider and a WorkOS API, for one test; see `support.identity`."""
    provider = IdentityProvider(tmp_path / "identity").start()
    yield provider
    provider.close()


@pytest.fixture
def make_identity_server(tmp_path, identity_provider):
    """Starts servers that take the tokens of `identity_provider`; settings by name come on top, and None leaves a usual one out.

    With `reachable` the server's public address is the one it listens on, as clients need that find their own way to a token. With
    `workos` the provider's memberships count. `start=False` leaves the start to the test.
    """
    with contextlib.ExitStack() as stack:

        def make(
            name: str = "server", *, reachable: bool = False, workos: bool = False, start: bool = True, **settings
        ) -> IdentityServer:
            public = f"http://127.0.0.1:{free_port()}" if reachable else None
            memberships = identity_provider.told["workos"] if workos else {}
            server = IdentityServer(tmp_path / name, identity_provider, public, **memberships | settings)
            stack.callback(server.close)
            return server.start() if start else server

        yield make


@pytest.fixture
def make_gateway(tmp_path):
    """Starts `toolbridge-mcp` in front of anything with `url`; settings by name, and `start=False` leaves the start to the test."""
    need_gateway()
    with contextlib.ExitStack() as stack:
        made = []

        def make(api, token: str | None, start: bool = True, **more) -> Gateway:
            gateway = Gateway(tmp_path / f"gateway-{len(made)}", api, token, **more)
            made.append(gateway)
            stack.callback(gateway.close)
            return gateway.start() if start else gateway

        yield make


@pytest.fixture
def make_stack(tmp_path):
    """Makes an API with signed tenants, a proxy before it, and gateways before that; settings of the API by name."""
    need_gateway()
    with contextlib.ExitStack() as closing:
        yield lambda **settings: Stack(tmp_path, closing, **settings)


@pytest.fixture
def stack(make_stack) -> Stack:
    return make_stack()


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory):
    """The same, for all tests of a file that do not mind each other's items."""
    need_gateway()
    with contextlib.ExitStack() as closing:
        yield Stack(tmp_path_factory.mktemp("stack"), closing)


@pytest.fixture
def make_predecessor():
    """Starts stand-ins for the predecessor's API; see `support.predecessor`."""
    with contextlib.ExitStack() as stack:

        def make(**more) -> Predecessor:
            predecessor = Predecessor(**more)
            stack.callback(predecessor.close)
            return predecessor.start()

        yield make


@pytest.fixture
def predecessor(make_predecessor) -> Predecessor:
    return make_predecessor()


@pytest.fixture
def stdio(tmp_path):
    """Starts `toolbridge stdio` on a database; at the end its input ends, and so must it, with 0."""
    processes = []

    def start(database, *arguments: str, **variables: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [str(PROGRAM), "stdio", "--database", f"sqlite:{database}", *arguments],
            env=environment(tmp_path, **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.stdin.close()
        try:
            assert process.wait(timeout=6) == 0
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
            process.stdout.close()


def need_fixtures():
    if not FIXTURES.is_file():
        pytest.fail(f"there is no mcp-fixtures at {FIXTURES}: build it with `Scripts/build.sh mcp-fixtures`")


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory):
    """One `mcp-fixtures` for all tests of a file."""
    need_fixtures()
    fixtures = Fixtures(tmp_path_factory.mktemp("fixtures")).start()
    yield fixtures
    fixtures.close()


@pytest.fixture
def make_fixtures(tmp_path):
    """Makes `mcp-fixtures` with arguments of its own; they are not yet started."""
    need_fixtures()
    with contextlib.ExitStack() as stack:

        def make(*arguments: str, name: str = "fixtures") -> Fixtures:
            fixtures = Fixtures(tmp_path / name, *arguments)
            stack.callback(fixtures.close)
            return fixtures

        yield make


@pytest.fixture(scope="module", params=ASSISTANTS, ids=lambda client: "-".join(filter(None, (*client[:2], client[3]))))
def assistant(request, tmp_path_factory):
    """Once for every transport, release line and era: an SDK with a database of its own."""
    server = Server(tmp_path_factory.mktemp("server"))
    if request.param[0] == "http":
        server.start()
    assistant = Assistant(server, *request.param)
    try:
        yield assistant
    finally:
        assistant.close()
        server.close()


@pytest.fixture
def share(assistant):
    """A part of the spellings of arguments, right and wrong: all assistants together take all of them."""
    return Share(ASSISTANTS.index(assistant.client), len(ASSISTANTS))


class Connect:
    """Makes clients of one revision over one transport; they are closed at the end of the test."""

    def __init__(self, transport: str, revision: str, request, folder, stack):
        self.transport = transport
        self.revision = revision
        self.request = request
        self.folder = folder
        self.stack = stack

    def __call__(self, declared: dict | None = None, **more) -> Peer:
        match self.transport:
            case "http":
                peer = HTTPPeer(self.request.getfixturevalue("fixtures"), self.revision, declared, **more)
            case "sse":
                peer = SSEPeer(self.request.getfixturevalue("fixtures"), self.revision, declared, **more)
            case _:
                need_fixtures()
                peer = StdioPeer(start_stdio(self.folder / "stdio"), self.revision, declared, **more)
        return self.stack.enter_context(peer)


@pytest.fixture(params=CLIENTS, ids="-".join)
def connect(request, tmp_path):
    """The test runs once for every transport and revision, or for those that `clients` chooses."""
    with contextlib.ExitStack() as stack:
        yield Connect(*request.param, request, tmp_path, stack)


@pytest.fixture(params=[client for client in CLIENTS if client[1] == "2026-07-28"], ids="-".join)
def connect_modern(request, tmp_path):
    """The test runs once for every transport of the newest revision."""
    with contextlib.ExitStack() as stack:
        yield Connect(*request.param, request, tmp_path, stack)


@pytest.fixture
def peer(connect) -> Peer:
    """A client that can all that its revision allows, once for every transport and revision."""
    return connect()


@pytest.fixture
def modern(connect_modern) -> Peer:
    """A client of the newest revision that can everything, over each transport."""
    return connect_modern()


@pytest.fixture
def tell(record_property):
    """Says something that is printed at the end of the run, whether the test passes or not."""
    return lambda text: record_property("told", text)


@pytest.fixture
def generator(tell, request) -> random.Random:
    """A source of randomness; its seed is printed, and SEED in the environment repeats a run."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
    tell(f"SEED={seed}")
    return random.Random(seed)


def pytest_terminal_summary(terminalreporter):
    told = [
        f"{report.nodeid.split('::')[-1]}: {text}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, text in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("figures")
        for line in sorted(told):
            terminalreporter.write_line(line)

"""What the tests are given: servers that are started for them and stopped after them."""

import contextlib
import os
import random
import signal
import subprocess

import pytest

from support.places import PROGRAM
from support.program import Server, environment


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
def stdio(tmp_path):
    """Starts `toolbridge stdio` on a database; at the end its input ends, and so must it, with 0."""
    processes = []

    def start(database) -> subprocess.Popen:
        process = subprocess.Popen(
            [str(PROGRAM), "stdio", "--database", f"sqlite:{database}"],
            env=environment(tmp_path),
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

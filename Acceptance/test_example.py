"""The server of Examples/, which README and the articles show, in every revision over stdio and HTTP."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from support.peer import HTTPPeer, StdioPeer
from support.places import EXAMPLE, ROOT
from support.polling import until
from support.program import environment
from support.schema import REVISIONS
from support.wire import Connection


class Example:
    """`example-server --http` on a port that was free a moment before."""

    access: list[tuple[str, str]] = []

    def __init__(self, folder: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [str(EXAMPLE), "--http", str(self.port)],
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens, 20, "an open port")

    def _listens(self) -> bool:
        assert self.process.poll() is None, "another program took the port, or the example doesn't start"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self, timeout: float = 20) -> Connection:
        return Connection(self.port, timeout)

    def stop(self):
        os.kill(self.process.pid, signal.SIGTERM)
        assert self.process.wait(timeout=9) == 0


@pytest.fixture
def example(tmp_path):
    example = Example(tmp_path)
    yield example
    example.stop()


def start_stdio(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [str(EXAMPLE)], env=environment(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    )


def tour(peer):
    assert list(peer.tools()) == ["add_note", "find_notes"]
    for text in ("Buy milk", "Buy bread", "Call Ada"):
        assert peer.call("add_note", {"text": text}).text == "The note is kept."
    assert peer.call("find_notes", {"text": "Buy"}).text == "Buy milk\nBuy bread"
    assert peer.call("find_notes", {"text": "Buy", "limit": 1}).text == "Buy milk"
    unfit = peer.call("find_notes", {"text": "Buy", "limit": 0})
    assert unfit.is_error and unfit.text == "limit must be an integer from 1 to 100, not 0"
    assert [entry["uri"] for entry in peer.ask("resources/list").result["resources"]] == ["notes://all"]
    assert peer.ask("resources/read", {"uri": "notes://all"}).result["contents"][0]["text"] == "Buy milk\nBuy bread\nCall Ada"
    messages = peer.ask("prompts/get", {"name": "recall", "arguments": {"topic": "milk"}}).result["messages"]
    assert messages[0]["content"]["text"] == 'Read notes://all and tell me what it says about "milk".'


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_example_over_stdio(tmp_path, revision):
    with StdioPeer(start_stdio(tmp_path), revision) as peer:
        tour(peer)


@pytest.mark.parametrize("revision", [revision for revision in REVISIONS if revision != "2024-11-05"])
def test_the_example_over_http(example, revision):
    with HTTPPeer(example, revision) as peer:
        tour(peer)


def test_sec6_the_example_listens_to_this_machine_alone(example):
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", example.port)) != 0


def test_a_taken_port_ends_the_example_with_one_line(example, tmp_path):
    second = subprocess.run(
        [str(EXAMPLE), "--http", str(example.port)], env=environment(tmp_path), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20
    )
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr == f"{EXAMPLE.name}: can't listen on 127.0.0.1:{example.port}: Address already in use\n"


def test_the_example_says_where_it_listens(tmp_path):
    program = subprocess.Popen([str(EXAMPLE), "--http", "0"], env=environment(tmp_path), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        line = program.stderr.readline().decode()
        start, port, rest = line.rpartition(":")[0], *line.rpartition(":")[2].split("/", 1)
        assert (start, rest) == (f"{EXAMPLE.name}: http://127.0.0.1", "mcp\n")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) == 0
    finally:
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait(timeout=9) == 0
        program.stderr.close()


def test_the_example_is_short_and_shown():
    code = (ROOT / "Examples" / "NotesServer" / "main.swift").read_text()
    assert len(code.splitlines()) <= 40
    for page in ("README.md", "Sources/MCP/MCP.docc/GettingStarted.md"):
        assert f"```swift\n{code}```\n" in (ROOT / page).read_text(), page

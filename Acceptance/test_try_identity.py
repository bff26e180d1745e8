"""Every command of docs/try-identity.md, in its order; behind `# →` stands what the command before it must say."""

import re
import signal
import subprocess

import pytest

from support.identity import free_port
from support.places import PROGRAM, ROOT
from support.polling import until
from support.program import environment
from support.wire import Connection

PAGE = ROOT / "docs" / "try-identity.md"
MARK = "==next=="


class Terminals:
    """What somebody has open who follows the page: servers, each in a terminal of its own, and one for everything else."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {"8080": free_port(), "8090": free_port()}
        (folder / "toolbridge").symlink_to(PROGRAM)
        self.environment = environment(folder)
        self.environment["PATH"] = f"{folder}:{self.environment['PATH']}"
        self.servers: dict[str, subprocess.Popen] = {}
        self.script: list[str] = []

    def local(self, text: str) -> str:
        """The page's ports are fixed, those of a test are free ones."""
        for fixed, free in self.ports.items():
            text = text.replace(f"127.0.0.1:{fixed}", f"127.0.0.1:{free}")
        return text

    def serve(self, role: str, block: str):
        self.stop(role)
        port = self.ports["8090" if role == "dev-idp" else "8080"]
        more = f" --port {port} --server http://127.0.0.1:{self.ports['8080']}" if role == "dev-idp" else f" --port {port}"
        *lines, last = self.local(block).strip().split("\n")
        command = last.replace("toolbridge", "exec toolbridge") + more
        with open(self.folder / f"{role}.log", "ab") as log:
            self.servers[role] = subprocess.Popen(
                ["bash", "-euc", "\n".join([*lines, command])],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

        def listening() -> bool:
            assert self.servers[role].poll() is None, (self.folder / f"{role}.log").read_text()
            try:
                Connection(port).close()
            except ConnectionRefusedError:
                return False
            return True

        until(listening, 20, f"{role}'s port")

    def stop(self, role: str):
        process = self.servers.pop(role, None)
        if process is not None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0

    def type(self, block: str):
        """Runs a block after all that was typed before it, without their output, and compares."""
        lines = self.local(block).strip().split("\n")
        expected = [line.removeprefix("# → ") for line in lines if line.startswith("# → ")]
        marked = [f"echo; echo {MARK}" if line.startswith("# → ") else line for line in lines]
        # Names and functions of the blocks before, but none of their requests.
        names = [line for line in self.script if re.match(r"[A-Z]+=[^$(]|[a-z]+\(\)", line)]
        done = subprocess.run(
            ["bash", "-euc", "\n".join([*names, *marked])], cwd=self.folder, env=self.environment, capture_output=True, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()
        said = done.stdout.decode().split(MARK)
        assert len(said) == len(expected) + 1
        for text, output in zip(expected, said):
            assert text in output
        self.script += lines


@pytest.fixture
def terminals(tmp_path):
    terminals = Terminals(tmp_path)
    yield terminals
    for role in list(terminals.servers):
        terminals.stop(role)


def test_the_page_does_as_it_says(terminals):
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 11
    for block in blocks:
        last = block.strip().split("\n")[-1]
        role = re.search(r"\btoolbridge (dev-idp|serve)", last)
        if role:
            terminals.serve(role[1], block)
        else:
            terminals.type(block)

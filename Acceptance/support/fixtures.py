"""Starts and stops `mcp-fixtures`, the server with everything that the protocol has, for tests alone."""

import base64
import os
import subprocess
from pathlib import Path

from .places import FIXTURES
from .polling import until
from .program import RunningProgram, environment
from .wire import Connection, Response

# What it serves, as its contract says: two pieces of binary data, the names of its tools and prompts in their order.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC"
WAV = "UklGRiwAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQgAAACAgICAgICAgA=="

TOOLS = """
    test_simple_text test_image_content test_audio_content test_embedded_resource test_multiple_content_types test_error_handling
    json_schema_2020_12_tool test_tool_with_progress test_tool_with_logging test_logging_tool test_reconnection test_trigger_tool_change
    test_trigger_prompt_change test_sampling test_elicitation test_elicitation_sep1034_defaults test_elicitation_sep1330_enums
    test_missing_capability test_streaming_elicitation test_input_required_result_elicitation test_input_required_result_sampling
    test_input_required_result_list_roots test_input_required_result_request_state test_input_required_result_multiple_inputs
    test_input_required_result_multi_round test_input_required_result_tampered_state test_input_required_result_capabilities
    test_x_mcp_header greet slow_compute failing_job protocol_error_job confirm_delete multi_input test_tool_with_task test_structured
    test_resource_link test_wait test_counters test_big test_touch_resource test_url_elicitation test_ui
""".split()
PROMPTS = [
    "test_simple_prompt",
    "test_prompt_with_arguments",
    "test_prompt_with_embedded_resource",
    "test_prompt_with_image",
    "test_input_required_result_prompt",
]

READY = "mcp-fixtures http://127.0.0.1:"


def new_ring(name: str = "a") -> str:
    """State keys as `--state-keys` takes them: one key of 32 random bytes."""
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


class Fixtures(RunningProgram):
    """`mcp-fixtures` on a free port of the loopback. Started again after a stop, it takes the same port."""

    name = "mcp-fixtures"
    patience = 9
    # What every request carries for its authorization: nothing, since that is off.
    access: list[tuple[str, str]] = []

    def __init__(self, folder: Path, *arguments: str):
        self.folder = folder
        self.arguments = arguments
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.runs = 0
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> "Fixtures":
        self.runs += 1
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                [str(FIXTURES), "--port", str(self.port), *self.arguments],
                env=environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self.port = until(self._listening_port, 20, "the line that says that mcp-fixtures is ready")
        return self

    def _listening_port(self) -> int | None:
        for line in self.errors.read_text().split("\n")[:-1]:
            if line.startswith(READY):
                return int(line.removeprefix(READY).split("/")[0])
        if self.process.poll() is not None:
            raise AssertionError(f"mcp-fixtures ended with {self.process.returncode}: {self.errors.read_text()}")
        return None

    def connect(self, timeout: float = 20) -> Connection:
        return Connection(self.port, timeout)

    def request(self, method: str, target: str, headers=(), body: bytes | None = None) -> Response:
        """One request on a connection of its own."""
        with self.connect() as connection:
            return connection.request(method, target, headers, body)

    def resident(self) -> int:
        """Bytes of memory that it has."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024


def start_stdio(folder: Path, *arguments: str) -> subprocess.Popen:
    """`mcp-fixtures --stdio`."""
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [str(FIXTURES), "--stdio", *arguments],
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )

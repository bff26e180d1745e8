"""Where things are: the program under test, the SDKs, and the material that the project shares with its sister projects."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
DRIVERS = ROOT / "Acceptance" / "drivers"

PROGRAM = Path(os.environ.get("TOOLBRIDGE_PROGRAM", ROOT / ".build" / "release" / "toolbridge"))
FIXTURES = Path(os.environ.get("TOOLBRIDGE_FIXTURES", PROGRAM.with_name("mcp-fixtures")))
GATEWAY = Path(os.environ.get("TOOLBRIDGE_GATEWAY", PROGRAM.with_name("toolbridge-mcp")))
EXAMPLE = Path(os.environ.get("TOOLBRIDGE_EXAMPLE", FIXTURES.with_name("example-server")))


def shared(relative: str) -> Path:
    """A file or folder of the shared material. In CI its absence is a failure, elsewhere the test is skipped."""
    path = SHARED / relative
    if path.exists():
        return path
    message = f"the shared test material is absent: {os.path.relpath(path, ROOT)}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def sdk(version: str) -> Path:
    """The folder into which Scripts/python.sh installs a client: one release line of the official SDK, or `fastmcp`."""
    path = Path(sys.prefix) / "sdk" / version
    if not path.is_dir():
        pytest.fail(f"the client is not installed in {path}: run Scripts/python.sh")
    return path

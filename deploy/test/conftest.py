"""What the tests of deploy/ share."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def run(*command, check: bool = True, **options) -> subprocess.CompletedProcess:
    """Runs a tool from the package's root. One that isn't on this machine leaves the test out, except in CI."""
    if not shutil.which(str(command[0])):
        message = f"{command[0]} is not on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, timeout=300, **options)
    if check:
        assert result.returncode == 0, f"{' '.join(map(str, command))}\n{result.stdout}\n{result.stderr}"
    return result

"""Drives the built program by its own description."""

import os
import re
import subprocess
import sys

from .places import ROOT


def schemathesis(server, tmp_path, *arguments: str) -> int:
    """All checks of Schemathesis; returns the number of cases."""
    program = os.path.join(os.path.dirname(sys.executable), "st")
    configuration = ROOT / "Acceptance" / "schemathesis.toml"
    pid = server.pid
    run = subprocess.run(
        [program, "--no-color", "--config-file", str(configuration), "run", f"{server.url}/openapi.json", "--checks", "all", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "Acceptance"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SCHEMATHESIS_HOOKS": "support.openapi_hooks",
            "TOOLBRIDGE_URL": server.url,
            "TOOLBRIDGE_TOKEN": server.token,
        },
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-20000:] + run.stderr[-5000:]
    assert server.is_alive() and server.pid == pid
    # This version has no key to sign tokens with, and says so with 503 as the contract wants it.
    assert not [line for line in server.lines() if line.get("status", 0) >= 500 and line.get("code") != "exchange_unavailable"]
    return int(re.search(r"(\d+) generated", run.stdout)[1])

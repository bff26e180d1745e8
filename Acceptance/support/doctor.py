"""`toolbridge doctor`, run to its end."""

import json
import subprocess
from dataclasses import dataclass

from .places import PROGRAM
from .program import environment

# Streams are watched for so many seconds: with `QUICK` on a server they show a sign of life in that time.
STREAM = "3"
QUICK = {"TOOLBRIDGE_SSE_HEARTBEAT_SECONDS": "1"}


@dataclass
class Examined:
    code: int
    checks: dict[str, dict]
    errors: str

    def are(self, status: str) -> set[str]:
        """The ids of the checks that came to this."""
        return {name for name, check in self.checks.items() if check["status"] == status}

    def only_failure(self, name: str, fix: str) -> dict:
        """Fails a test unless this check alone is red and says what to set."""
        assert self.are("fail") == {name}, [check for check in self.checks.values() if check["status"] == "fail"]
        assert self.code == 1
        check = self.checks[name]
        assert fix in check["fix"], check
        return check


def examine(folder, *arguments: str, token: str | None = None, program=PROGRAM, stdin: str | None = None, **settings: str) -> Examined:
    """Runs the doctor; `token` reaches it in a file, as people's do."""
    more = []
    if token is not None:
        path = folder / "token"
        path.write_text(token + "\n")
        more = ["--token-file", str(path)]
    if any(argument in ("--url", "--api-url") for argument in arguments) and "--stream-seconds" not in arguments:
        more += ["--stream-seconds", STREAM]
    done = subprocess.run(
        [str(program), "doctor", "--json", *arguments, *more],
        env=environment(folder, **settings),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == 2:
        return Examined(2, {}, done.stderr)
    report = json.loads(done.stdout)
    assert report["version"] == 1
    statuses = [check["status"] for check in report["checks"]]
    assert report["summary"] == {name: statuses.count(name) for name in ("ok", "warn", "fail", "skip", "manual")}
    for check in report["checks"]:
        assert set(check) == {"id", "status", "title", "detail", "fix", "ms"}
        assert check["detail"] and check["ms"] >= 0
        assert (check["fix"] is not None) == (check["status"] in ("fail", "warn")), check
    if token:
        assert token not in done.stdout + done.stderr
    return Examined(done.returncode, {check["id"]: check for check in report["checks"]}, done.stderr)

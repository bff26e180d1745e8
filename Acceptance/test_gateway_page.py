"""docs/gateway.md and docs/doctor.md: what they show works as it stands, but for ports and folders."""

import json
import os
import re
import signal
import subprocess

from support.identity import free_port
from support.places import GATEWAY, PROGRAM, ROOT
from support.polling import until
from support.wire import Connection


def answers(port: int) -> bool:
    try:
        with Connection(port) as connection:
            return connection.request("GET", "/healthz").status == 200
    except OSError:
        return False


def test_the_two_programs_of_the_page_work_together(tmp_path):
    page = (ROOT / "docs" / "gateway.md").read_text()
    api, mcp = free_port(), free_port()
    start, call = re.findall(r"^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    for old, new in (("8090", str(api)), ("8091", str(mcp)), ("/tmp/try", str(tmp_path))):
        start, call = start.replace(old, new), call.replace(old, new)
    names = tmp_path / "bin"
    names.mkdir()
    (names / "toolbridge").symlink_to(PROGRAM)
    (names / "toolbridge-mcp").symlink_to(GATEWAY)
    shell = subprocess.Popen(
        ["bash"],
        env={"PATH": f"{names}:{os.environ['PATH']}", "HOME": str(tmp_path), "TOOLBRIDGE_METRICS_ADDR": "off"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        shell.stdin.write(start.replace("&\n", ">/dev/null &\n"))
        shell.stdin.flush()
        until(lambda: answers(api) and answers(mcp), 20, "both servers")
        out, _ = shell.communicate(call + "\nkill %1 %2; wait\n", timeout=60)
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
    first, *report = out.splitlines()
    message, *rest = first.split("}ok ", 1)
    answer = json.loads(message + "}" if rest else message)
    assert json.loads(answer["result"]["content"][0]["text"])["payload"]["content"] == "through two programs"
    assert report[-1].split(", ")[2] == "0 FAIL", out


def test_the_doctors_page_has_every_check(tmp_path):
    page = (ROOT / "docs" / "doctor.md").read_text()
    listed = {name for row in re.findall(r"^\| ((?:DR|CFG)[^|]*) \|", page, re.MULTILINE) for name in row.strip().split(", ")}
    checks = set()
    for arguments in ((), ("--url", "http://127.0.0.1:1", "--stream-seconds", "0")):
        done = subprocess.run(
            [str(PROGRAM), "doctor", "--json", *arguments], env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]}, capture_output=True, check=False
        )
        checks |= {check["id"] for check in json.loads(done.stdout)["checks"]}
    assert listed == checks

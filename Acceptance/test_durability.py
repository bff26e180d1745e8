"""An acknowledged write survives a loss of power: its bytes are synchronized before the answer leaves. Seen by strace."""

import os
import re
import shutil
import subprocess
import threading

import pytest

from support.kinds import new_uid

CALL = re.compile(r"^(\d+) +(?:(\w+)\((.*)|<\.\.\. (\w+) resumed>(.*))$", re.S)
SYNCS = ("fdatasync", "fsync")
LOG_WRITES = ("pwrite64", "pwritev", "pwritev2")
ANSWERS = ("write", "writev", "sendto", "sendmsg")


class Call:
    """One system call: the lines of the trace where it began and where it returned."""

    def __init__(self, name: str, arguments: str, begun: int):
        self.name, self.arguments, self.begun = name, arguments, begun
        self.ended: int | None = None
        self.result = ""


def calls(trace: str) -> list[Call]:
    found, open_calls = [], {}
    for number, line in enumerate(trace.split("\n")):
        match = CALL.match(line)
        if not match:
            continue
        process, name, rest, resumed, tail = match.groups()
        if name:
            call = Call(name, rest, number)
            found.append(call)
            if rest.endswith("<unfinished ...>"):
                open_calls[process] = call
            else:
                call.ended, call.result = number, rest.rsplit(" = ", 1)[-1]
        elif process in open_calls:
            call = open_calls.pop(process)
            call.arguments += tail
            call.ended, call.result = number, tail.rsplit(" = ", 1)[-1]
    return found


def unsafe(trace: str, uids: list[str]) -> list[str]:
    """The acknowledged uids whose answer began before a synchronization of their bytes had returned."""
    all_calls = calls(trace)
    syncs = [call for call in all_calls if call.name in SYNCS and "-wal>" in call.arguments and call.ended and call.result.startswith("0")]
    writes = [call for call in all_calls if call.name in LOG_WRITES and "-wal>" in call.arguments and call.ended]
    answers = [call for call in all_calls if call.name in ANSWERS and re.match(r"\d+<(TCP|socket)", call.arguments)]
    wrong = []
    for uid in uids:
        logged = next((call for call in writes if uid in call.arguments), None)
        answered = next((call for call in answers if uid in call.arguments), None)
        if not logged or not answered:
            wrong.append(uid)
        elif not any(logged.ended <= sync.begun and sync.ended <= answered.begun for sync in syncs):
            wrong.append(uid)
    return wrong


def is_tracing_permitted() -> bool:
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def test_every_acknowledgement_follows_the_sync_of_its_bytes(make_server, tmp_path, tell):
    if not shutil.which("strace"):
        pytest.fail("strace is not installed")
    if not is_tracing_permitted():
        pytest.skip("this machine does not let strace trace: ptrace is forbidden here")
    trace_file = tmp_path / "trace"
    trace_names = ",".join((*SYNCS, *LOG_WRITES, *ANSWERS))
    server = make_server(prefix=("strace", "-f", "-y", "-s", "70000", "-o", str(trace_file), "-e", f"trace={trace_names}")).start()
    uids: list[str] = []

    def write():
        with server.connect() as connection:
            for _ in range(25):
                uid = new_uid()
                body = f'{{"uid":"{uid}","title":"T"}}'.encode()
                assert connection.request("POST", "/v1/notes", [server.authorization], body).status == 201
                uids.append(uid)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.terminate()
    trace = trace_file.read_text("utf-8", "replace")

    assert len(uids) == 100
    assert unsafe(trace, uids) == []
    # The check must be able to fail: without the syncs, and with each sync after the answers, nothing is safe.
    lines = trace.split("\n")
    without = "\n".join(line for line in lines if not re.search(r"\bf(data)?sync\b", line))
    assert sorted(unsafe(without, uids)) == sorted(uids)
    late = [line for line in lines if re.search(r"\bf(data)?sync\b", line)]
    assert sorted(unsafe(without + "\n" + "\n".join(late), uids)) == sorted(uids)
    tell(f"{len(uids)} acknowledged writes, each after the sync of its bytes ({os.path.getsize(trace_file)} bytes of trace)")

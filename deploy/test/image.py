"""The trees of files of which images are made, and a sandbox in which they run as in a container."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import DEPLOY, ROOT

OWNER = 65532
TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz-local"


def program(kind: str, folder: Path) -> Path:
    """The program of an image, with the Swift runtime inside: what was built, linked anew if it was linked with Swift's libraries."""
    variable, product = {"full": ("TOOLBRIDGE_PROGRAM", "toolbridge"), "mcp": ("TOOLBRIDGE_GATEWAY", "toolbridge-mcp")}[kind]
    chosen = os.environ.get(variable)
    built = Path(chosen or ROOT / ".build/release" / product)
    if not built.is_file():
        message = f"{built} is not there: set {variable}"
        pytest.fail(message) if chosen or os.environ.get("CI") == "true" else pytest.skip(message)
    if "libswiftCore.so" not in subprocess.run(["ldd", built], capture_output=True, text=True, check=True).stdout:
        return built
    linked = folder / product
    result = subprocess.run([ROOT / "Scripts/link-static.sh", product, built.parent, linked], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    return linked


def tree(kind: str, built: Path, folder: Path) -> Path:
    """What rootfs.sh assembles."""
    root = folder / kind
    result = subprocess.run([DEPLOY / "docker/rootfs.sh", kind, built, root], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return root


def in_sandbox(root: Path, environment: dict, *arguments, devices: bool = True, instead: dict | None = None) -> list:
    """The command line that runs /toolbridge as uid 65532, with nothing but the tree, all of it read-only but /data and /tmp.

    `instead` lays files over those of the tree. Without `devices` there is no /dev at all.
    """
    if os.getuid() != 0 and not shutil.which("bwrap"):
        message = "neither root nor bwrap: the tree can't be run"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    if os.getuid() == 0:
        return chrooted(root, environment, arguments, devices, instead or {})
    command = ["bwrap", "--unshare-all", "--share-net", "--die-with-parent", "--uid", OWNER, "--gid", OWNER, "--clearenv"]
    for entry in root.iterdir():
        command += ["--bind" if entry.name in ("data", "tmp") else "--ro-bind", entry, f"/{entry.name}"]
    for path, file in (instead or {}).items():
        command += ["--ro-bind", file, path]
    for name, value in environment.items():
        command += ["--setenv", name, value]
    command += ["--dev", "/dev"] if devices else []
    return [str(part) for part in [*command, "--proc", "/proc", "--remount-ro", "/", "/toolbridge", *arguments]]


def chrooted(root: Path, environment: dict, arguments: tuple, devices: bool, instead: dict) -> list:
    """The same with a mount namespace and chroot: then the owner of files counts as well."""
    script = ["set -e", f"mount --bind {root} {root}"]
    for path in instead:
        script.append(f"touch {root}{path}")
    script += [f"mount -o remount,ro,bind {root}"]
    for name in ("data", "tmp"):
        script += [f"mount -t tmpfs -o mode=700,uid={OWNER},gid={OWNER} tmpfs {root}/{name}" if name == "tmp" else f"mount --bind {root}-{name} {root}/{name}"]
    for path, file in instead.items():
        script += [f"mount --bind {file} {root}{path}"]
    if devices:
        script += [f"mount -t tmpfs -o mode=755 tmpfs {root}/dev"]
        script += [f"touch {root}/dev/{name}; mount --bind /dev/{name} {root}/dev/{name}" for name in ("null", "urandom", "random", "zero")]
    script += [f"mount -t proc proc {root}/proc", f'exec chroot --userspec={OWNER}:{OWNER} {root} "$@"']
    # A container engine makes these where an image has none.
    for name in ("proc", "dev"):
        (root / name).mkdir(exist_ok=True)
    data = Path(f"{root}-data")
    if not data.exists():
        data.mkdir(mode=0o700)
        os.chown(data, OWNER, OWNER)
    variables = [f"{name}={value}" for name, value in environment.items()]
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "env", "-i", *variables]
    return [*command, "/bin/sh", "-c", "\n".join(script), "sh", "/toolbridge", *arguments]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running(command: list, port: int):
    """A server's process, once it answers /healthz; stopped at the end. Its output is in `.log`."""
    log = tempfile.TemporaryFile("w+")
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def text() -> str:
        log.seek(0)
        return log.read()

    process.log = text
    try:
        deadline = time.monotonic() + 20
        while True:
            assert process.poll() is None, text()
            with contextlib.suppress(OSError, urllib.error.URLError):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                    assert answer.status == 200
                    break
            assert time.monotonic() < deadline, text()
            time.sleep(0.02)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()

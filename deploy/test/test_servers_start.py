"""The settings that a pod is given are settings that the program takes: each server is started with just those, on this machine.

What names an address or a folder of the pod is put elsewhere, and each key of the Secret is made here; the rest is as rendered.
"""

import base64
import os
import queue
import re
import secrets
import subprocess
import threading
import urllib.request

import pytest
from conftest import RENDERINGS, objects, pods_of, run

PROGRAMS = {"serve": "TOOLBRIDGE_PROGRAM", "mcp": "TOOLBRIDGE_GATEWAY"}
CASES = ["chart-sqlite", "chart-gateway", "chart-environment", "chart-mcp-only", "overlay-sqlite", "overlay-production"]


def key_ring() -> str:
    return "k20260101:" + base64.b64encode(secrets.token_bytes(32)).decode()


def secret_of(key: str) -> str:
    if key == "jwt-backend-rs256-private-key":
        return run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048").stdout
    if key == "jwt-backend-key-id":
        return "k20260101"
    return key_ring() if key.endswith("-keys") else base64.b64encode(secrets.token_bytes(32)).decode()


def environment_of(rendering: str, role: str, folder) -> dict[str, str] | None:
    """What the role's container is given; nothing if it isn't there."""
    items = objects(RENDERINGS[rendering]())
    maps = {item["metadata"]["name"]: item["data"] for item in items if item["kind"] == "ConfigMap"}
    for owner, pod in pods_of(RENDERINGS[rendering]()):
        (container,) = pod["spec"]["containers"]
        if owner["kind"] != "Deployment" or container["args"] != [role]:
            continue
        environment = dict(maps[container["envFrom"][0]["configMapRef"]["name"]])
        for variable in container.get("env", []):
            if "valueFrom" in variable:
                environment[variable["name"]] = secret_of(variable["valueFrom"]["secretKeyRef"]["key"])
            else:
                key = variable["value"].rsplit("/", 1)[1]
                (folder / key).write_text(secret_of(key))
                environment[variable["name"]] = str(folder / key)
        # The pod's addresses and folders, on this machine.
        environment |= {"TOOLBRIDGE_METRICS_ADDR": "127.0.0.1:0"}
        environment |= {"HTTP_ADDR": "127.0.0.1:0"} if role == "serve" else {"TOOLBRIDGE_HOST": "127.0.0.1", "TOOLBRIDGE_PORT": "0"}
        for name in ("DATABASE_URL_FILE", "DIRECT_DATABASE_URL_FILE", "DATABASE_URL", "DIRECT_DATABASE_URL"):
            environment.pop(name, None)
        if role == "serve":
            environment["DATABASE_URL"] = f"sqlite:{folder / 'data.db'}"
        return environment
    return None


@pytest.mark.parametrize("role", PROGRAMS)
@pytest.mark.parametrize("rendering", CASES)
def test_takes_its_settings_and_answers(rendering, role, tmp_path):
    program = os.environ.get(PROGRAMS[role])
    if not program:
        assert os.environ.get("CI") != "true", f"{PROGRAMS[role]} is not set"
        pytest.skip(f"{PROGRAMS[role]} is not set")
    environment = environment_of(rendering, role, tmp_path)
    if environment is None:
        assert (rendering, role) == ("chart-mcp-only", "serve")
        return
    server = subprocess.Popen([program, role], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines: list[str] = []
    arrived: queue.Queue = queue.Queue()
    threading.Thread(target=forward, args=(server, arrived), daemon=True).start()
    try:
        address = None
        while address is None:
            line = arrived.get(timeout=30)
            assert line, "it ended:\n" + "".join(lines)
            lines.append(line)
            found = re.search(r"Listening on (http://127\.0\.0\.1:\d+)", line)
            address = found and found[1]
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok"
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(timeout=30)
    # It knows each of its settings.
    assert not [line for line in lines if "unknown" in line.lower()]


def forward(server: subprocess.Popen, arrived: queue.Queue) -> None:
    for line in server.stdout:
        arrived.put(line)
    arrived.put("")

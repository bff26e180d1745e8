"""What the tests of deploy/ share."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

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


CHART = DEPLOY / "helm" / "toolbridge"
VALUE_SETS = sorted(path.stem for path in (CHART / "test" / "values").glob("*.yaml"))
OVERLAYS = sorted(path.name for path in (DEPLOY / "k8s" / "overlays").iterdir())


@functools.cache
def chart_text(values: str) -> str:
    """What the chart makes of one of its value sets."""
    return run("helm", "template", "toolbridge", CHART, "--namespace", "toolbridge", "--values", CHART / "test" / "values" / f"{values}.yaml").stdout


@functools.cache
def overlay_text(name: str) -> str:
    return run("kubectl", "kustomize", DEPLOY / "k8s" / "overlays" / name).stdout


def objects(text: str) -> list[dict]:
    return [document for document in yaml.safe_load_all(text) if document]


# Everything that a cluster would get, by a name for the test.
RENDERINGS = {f"chart-{name}": functools.partial(chart_text, name) for name in VALUE_SETS} | {f"overlay-{name}": functools.partial(overlay_text, name) for name in OVERLAYS}


@pytest.fixture(params=RENDERINGS)
def rendered(request) -> str:
    return RENDERINGS[request.param]()


def pods_of(text: str) -> list[tuple[dict, dict]]:
    """Each object that makes pods, with its pod's metadata and spec as one."""
    found = []
    for item in objects(text):
        if item["kind"] == "Pod":
            found.append((item, item))
        elif item["kind"] in ("Deployment", "Job"):
            found.append((item, item["spec"]["template"]))
    return found

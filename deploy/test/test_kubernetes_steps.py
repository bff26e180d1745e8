"""The Kubernetes part of deploy/README.md, word by word: its commands are run with a kubectl, a helm and a toolbridge that send nothing, but read what they are given with the real ones."""

import os
import re
import shutil
import subprocess

import pytest
import yaml
from conftest import DEPLOY, ROOT, run

PART = (DEPLOY / "README.md").read_text().split("\n## Kubernetes\n")[1].split("\n## ")[0]

KUBECTL = """#!/bin/sh
echo "kubectl $*" >>"$RECORD"
case "$*" in
    *"apply -k "*) exec "$REAL_KUBECTL" kustomize "${@: -1}" ;;
    "kustomize "*) exec "$REAL_KUBECTL" "$@" ;;
    *"create secret generic"*) exec "$REAL_KUBECTL" "$@" --dry-run=client -o yaml ;;
    *"create namespace"*) exec "$REAL_KUBECTL" "$@" --dry-run=client -o yaml ;;
esac
"""
HELM = """#!/bin/sh
echo "helm $*" >>"$RECORD"
if [ "$1 $2" = "upgrade --install" ]; then shift 2; exec "$REAL_HELM" template "$@"; fi
"""
DOCTOR = """#!/bin/sh
echo "toolbridge $*" >>"$RECORD"
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> tuple[str, list[str]]:
    """Output of all commands, and what was called."""
    folder = tmp_path_factory.mktemp("steps")
    (folder / "bin").mkdir()
    for name, text in {"kubectl": KUBECTL, "helm": HELM, "toolbridge": DOCTOR}.items():
        (folder / "bin" / name).write_text(text.replace("#!/bin/sh", "#!/usr/bin/env bash"))
        (folder / "bin" / name).chmod(0o755)
    (folder / "deploy").symlink_to(DEPLOY)
    (values,) = re.findall(r"^```yaml\n(.*?)^```", PART, re.MULTILINE | re.DOTALL)
    (folder / "values.yaml").write_text(values)
    script = "set -euo pipefail\n" + "\n".join(re.findall(r"^```sh\n(.*?)^```", PART, re.MULTILINE | re.DOTALL))
    for tool in ["kubectl", "helm", "openssl"]:
        run(tool, "version", *(["--client"] if tool == "kubectl" else []))
    environment = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "RECORD": str(folder / "record"), "REAL_KUBECTL": shutil.which("kubectl"), "REAL_HELM": shutil.which("helm")}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout, (folder / "record").read_text().splitlines()


def test_every_command_succeeds_and_the_contract_s_are_among_them(record):
    _, called = record
    assert "kubectl -n toolbridge-staging rollout restart deployment/toolbridge-api" in called
    assert "kubectl -n toolbridge-staging rollout undo deployment/toolbridge-api" in called
    assert any(call.startswith("kubectl apply -k deploy/k8s/overlays/") for call in called)
    assert any(re.match(r"helm upgrade --install toolbridge deploy/helm/toolbridge .*-f values\.yaml --atomic$", call) for call in called)
    assert any(call.startswith("toolbridge doctor --api-url ") for call in called)


def test_the_secret_has_what_the_servers_read(record):
    output, _ = record
    documents = [document for document in yaml.safe_load_all(re.sub(r"^(apiVersion: )", r"---\n\1", output, flags=re.MULTILINE)) if document]
    (secret,) = [document for document in documents if document["kind"] == "Secret"]
    asked = set()
    for document in documents:
        if document["kind"] == "Deployment":
            for volume in document["spec"]["template"]["spec"]["volumes"]:
                for source in volume.get("projected", {}).get("sources", []):
                    asked |= {item["key"] for item in source["secret"]["items"]}
            for variable in document["spec"]["template"]["spec"]["containers"][0].get("env", []):
                if "valueFrom" in variable:
                    asked.add(variable["valueFrom"]["secretKeyRef"]["key"])
    assert asked and asked <= set(secret["data"])
    assert secret["metadata"]["name"] == "toolbridge-secrets"


def test_overlays_that_are_named_are_there():
    named = set(re.findall(r"deploy/k8s/overlays/(\w+)", PART))
    assert named == {path.name for path in (ROOT / "deploy" / "k8s" / "overlays").iterdir()}

"""The Dockerfile, without a registry: its last stages are built from a tree of rootfs.sh, and the image's configuration is what it must be."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import DEPLOY, ROOT, run
from image import program, tree

DOCKERFILE = DEPLOY / "docker/Dockerfile"


def test_hadolint_finds_nothing():
    run("hadolint", DOCKERFILE)


def test_shellcheck_finds_nothing():
    scripts = sorted(str(path) for folder in (DEPLOY, ROOT / "Scripts") for path in folder.rglob("*.sh") if ".venv" not in path.parts)
    assert str(DEPLOY / "fly/deploy.sh") in scripts
    run("shellcheck", "--external-sources", "--source-path", ROOT, "--shell", "bash", *scripts)


def test_every_base_is_named_with_its_digest():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.M)
    assert bases[0].startswith("swift:6.3-bookworm@sha256:") and set(bases[1:]) == {"scratch"}
    images = [service["image"] for service in yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())["services"].values()]
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in images if not image.endswith(":local"))


def test_no_file_of_deployment_says_latest_or_needs_a_shell_inside():
    for path in [DOCKERFILE, DEPLOY / "docker/compose.yaml", ROOT / "fly.toml", *DEPLOY.glob("fly/*.toml*")]:
        assert ":latest" not in path.read_text(), path
    final = DOCKERFILE.read_text().split("AS mcp\n")[1]
    assert "RUN " not in final and not re.search(r"^(CMD|ENTRYPOINT) [^[]", final, re.M)


def test_the_context_is_the_sources_of_the_programs_alone():
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*" and "**/*.env" in rules
    assert allowed == {"Package.swift", "Package.resolved", "Sources", "Scripts", "deploy/docker", "LICENSE"}
    copied = {name.rstrip("/") for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE.read_text(), re.M) for name in line.split()}
    assert copied == {"Package.*", "LICENSE", "Sources", "Scripts", "deploy/docker"}


def buildah(store: Path, *arguments) -> str:
    options = ["--root", store / "root", "--runroot", store / "run", "--storage-driver", "vfs"]
    result = run("buildah", *options, *arguments, check=False)
    if result.returncode != 0 and "permission" in result.stderr.lower() and os.environ.get("CI") != "true":
        pytest.skip(f"buildah may not work here: {result.stderr.splitlines()[-1]}")
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("kind, command, title", [("mcp", "mcp", "ToolBridge MCP server"), ("full", "serve", "ToolBridge")])
def test_an_image_is_built_offline_and_says_what_it_must(tmp_path, kind, command, title):
    root = tree(kind, program(kind, tmp_path), tmp_path)
    store = tmp_path / "store"
    # An image that stands for the stage in which the real build happens: it has that stage's /image.
    stage = buildah(store, "from", "scratch").strip()
    mounted = Path(buildah(store, "mount", stage).strip())
    (mounted / "image").mkdir()
    subprocess.run(["cp", "-a", root, mounted / "image" / kind], check=True)
    buildah(store, "umount", stage)
    buildah(store, "commit", "--quiet", stage, "localhost/stage")
    name = f"localhost/toolbridge-{kind}"
    arguments = ["--build-context", "build=container-image://localhost/stage", "--build-arg", "VERSION=1.2.3", "--build-arg", "REVISION=abc", "--build-arg", "SOURCE=https://example.com/x"]
    text = DOCKERFILE.read_text()
    short = tmp_path / "Dockerfile"
    short.write_text(text[text.index("FROM scratch AS mcp") :])
    buildah(store, "build", "--isolation", "chroot", "--format", "docker", "--quiet", "--target", kind, *arguments, "-f", short, "-t", name, tmp_path)
    described = json.loads(buildah(store, "inspect", "--type", "image", name))["Docker"]["config"]
    assert described["User"] == "65532:65532"
    assert described["Entrypoint"] == ["/toolbridge"] and described["Cmd"] == [command]
    assert set(described["ExposedPorts"]) == {"8080/tcp", "8001/tcp", "9091/tcp"}
    assert described["Healthcheck"]["Test"] == ["CMD", "/toolbridge", "doctor", "--live"]
    assert "SWIFT_BACKTRACE=enable=no" in described["Env"] and "TMPDIR=/tmp" in described["Env"]
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in described["Labels"].items()}
    assert labels.items() >= {"title": title, "version": "1.2.3", "revision": "abc", "source": "https://example.com/x", "licenses": "MIT"}.items()
    made = buildah(store, "from", name).strip()
    files = Path(buildah(store, "mount", made).strip())
    listed = {str(path.relative_to(files)) for path in files.rglob("*")}
    assert listed == {str(path.relative_to(root)) for path in root.rglob("*")}
    assert os.getuid() != 0 or all(((files / name).stat().st_uid, (files / name).stat().st_mode & 0o777) == (65532, 0o700) for name in ("data", "tmp"))
    buildah(store, "rm", "--all")
    buildah(store, "rmi", "--all", "--force")


def test_the_bill_of_materials_is_valid_and_names_what_is_on_board(tmp_path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    chosen = Path(os.environ.get("TOOLBRIDGE_PROGRAM", ROOT / ".build/release/toolbridge"))
    objects = chosen.parent / "toolbridge.product/Objects.LinkFileList"
    if not objects.is_file():
        message = f"{objects} is not there: TOOLBRIDGE_PROGRAM isn't where it was built"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    result = run(sys.executable, ROOT / "Scripts/sbom.py", "toolbridge", objects, tmp_path / "licences")
    assert "components" in result.stdout
    text = (tmp_path / "licences/sbom.cdx.json").read_text()
    fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    assert fault is None, fault
    names = {component["name"] for component in json.loads(text)["components"]}
    assert {"GRDB.swift", "swift-nio", "swift-crypto", "BoringSSL", "llhttp", "swift-runtime", "libc6", "libsqlite3-0"} <= names
    assert "swift-nio-transport-services" not in names
    folders = {path.name for path in (tmp_path / "licences").iterdir() if path.is_dir()}
    assert all(any((tmp_path / "licences" / folder).iterdir()) for folder in folders) and {"GRDB.swift", "swift-nio", "swift-runtime"} <= folders


def test_the_stack_on_a_laptop_is_on_loopback_and_its_pods_are_hardened():
    services = yaml.safe_load((DEPLOY / "docker/compose.yaml").read_text())["services"]
    assert list(services) == ["postgres", "migrate", "api", "mcp"]
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        if name != "postgres":
            assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["build"]["target"] in ("mcp", "full")
    variables = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "docker/compose.yaml").read_text()))
    example = (DEPLOY / "docker/compose.env.example").read_text()
    assert variables == set(re.findall(r"^(\w+)=$", example, re.M))

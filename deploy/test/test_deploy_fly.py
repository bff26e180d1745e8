"""deploy.sh and new-tenant.sh against a stand-in of the vendor's command and a server on loopback."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import DEPLOY, ROOT

APP = "toolbridge-mcp-x"
SECRET = "TOOLBRIDGE_TENANT_HEADER_KEYS=k1:acme:canary-canary-canary"


class Stack:
    """An account, an API and an MCP server that answer what they should, and a doctor."""

    def __init__(self, folder: Path):
        self.folder, self.state = folder, folder / "account.json"
        self.answers = {"/health": (200, {"status": "ok"}), "/": (200, {"name": "toolbridge"}), "/sse": (200, {"result": {"content": []}})}
        self.asked = []
        stack = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stack.asked.append(f"{self.command} {self.path}")
                status, body = stack.answers.get(self.path, (404, {}))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        programs = folder / "programs"
        programs.mkdir()
        (programs / "fly").symlink_to(DEPLOY / "test/fly.py")
        script = '#!/bin/sh\necho "$@" >>"$DOCTOR_ASKED"\n[ -z "$DOCTOR_FAILS" ] || { echo "FAIL DR-3 40 tools"; echo "fix: set TOOLBRIDGE_TOOLSETS"; exit 1; }\n'
        (programs / "toolbridge").write_text(script)
        # The platform's host name leads to the server here.
        curl = f'#!/bin/sh\nfor a; do shift; case $a in https://*.fly.dev*) a="{self.url}/${{a#https://*.fly.dev/}}";; esac; set -- "$@" "$a"; done\nexec /usr/bin/curl "$@"\n'
        (programs / "curl").write_text(curl)
        for name in ("toolbridge", "curl"):
            (programs / name).chmod(0o755)
        self.environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "FLY_STATE": str(self.state), "DOCTOR_ASKED": str(folder / "doctor"), "DOCTOR_FAILS": ""}

    def run(self, script: str, *arguments, stdin: str = "", **more) -> subprocess.CompletedProcess:
        return subprocess.run([DEPLOY / "fly" / script, *arguments], input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=60, env=self.environment | more)

    def deploy(self, *arguments, **more) -> subprocess.CompletedProcess:
        secrets = self.folder / "secrets"
        secrets.write_text(SECRET + "\n")
        return self.run("deploy.sh", "--app", APP, "--api-url", self.url, "--secrets", secrets, "--label", "1.0.0", *arguments, **more)

    def fly(self) -> list[str]:
        return [" ".join(asked[:2]) for asked in json.loads(self.state.read_text())["asked"]] if self.state.exists() else []

    def account(self) -> dict:
        return json.loads(self.state.read_text())["apps"]

    def doctor(self) -> list[str]:
        return (self.folder / "doctor").read_text().splitlines()


@pytest.fixture
def stack(tmp_path):
    made = Stack(tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_all_steps_in_order(stack):
    result = stack.deploy()
    assert result.returncode == 0, result.stderr
    assert stack.fly() == ["status --app", "apps create", "secrets import", "deploy .", "logs --app", "status --app", "status --app"]
    assert stack.asked == ["GET /health", "GET /", "POST /sse"]
    assert stack.doctor() == [f"doctor --url https://{APP}.fly.dev --api-url {stack.url}"]
    app = stack.account()[APP]
    assert app["releases"][0]["ImageRef"] == f"registry.fly.io/{APP}:1.0.0" and app["machines"] == 2
    assert f"{APP} runs 1.0.0 at https://{APP}.fly.dev" in result.stdout
    assert "canary" not in result.stdout + result.stderr and "canary" not in json.dumps(json.loads(stack.state.read_text())["asked"])


def test_a_second_run_creates_nothing(stack):
    assert stack.deploy().returncode == 0 and stack.deploy().returncode == 0
    assert stack.fly().count("apps create") == 1


FAILING = [
    ({"answer": ("/health", 503)}, {}, "/health doesn't answer with 200", "correct --api-url", []),
    ({}, {"FLY_FAIL": "apps create"}, "the app can't be created", "choose another with --app", ["status --app", "apps create"]),
    ({}, {"FLY_FAIL": "secrets import"}, "the secrets were not taken", "NAME=VALUE", ["status --app", "apps create", "secrets import"]),
    ({}, {"FLY_FAIL": "deploy ."}, "fly deploy failed", "fly logs", ["status --app", "apps create", "secrets import", "deploy ."]),
    ({}, {"FLY_SILENT": "ToolBridge MCP server initialized with 40 tools"}, "the log lacks: ToolBridge MCP server", "last error line", None),
    ({"answer": ("/", 502)}, {}, "doesn't answer with the server's information", "fly logs", None),
    ({}, {"DOCTOR_FAILS": "yes"}, "the doctor found a fault", "fix: set TOOLBRIDGE_TOOLSETS", None),
    ({"answer": ("/sse", 404)}, {}, "health_check gave no result", "doctor --url", None),
]


@pytest.mark.parametrize("broken, environment, text, fix, asked", FAILING, ids=[case[2].replace(" ", "-")[:30] for case in FAILING])
def test_it_stops_at_the_first_failure_and_says_what_to_do(stack, broken, environment, text, fix, asked):
    if "answer" in broken:
        path, status = broken["answer"]
        stack.answers[path] = (status, {})
    result = stack.deploy(**environment)
    said = result.stdout + result.stderr
    assert result.returncode == 1 and text in said and fix in said and "fix: " in said, said
    assert asked is None or stack.fly() == asked


def test_a_tool_that_fails_is_a_failure(stack):
    stack.answers["/sse"] = (200, {"result": {"isError": True}})
    assert "health_check gave no result" in stack.deploy().stderr


def test_a_file_with_faults_is_not_deployed(stack, tmp_path):
    (tmp_path / "bad.toml").write_text((ROOT / "fly.toml").read_text().replace("15s", "5s"))
    result = stack.deploy("--config", tmp_path / "bad.toml")
    assert result.returncode == 1 and "has faults" in result.stderr and stack.fly() == []


def test_a_dry_run_asks_nobody_and_prints_commands_without_secrets(stack):
    result = stack.deploy("--dry-run")
    assert result.returncode == 0 and stack.fly() == [] and stack.asked == []
    assert f"fly deploy . --config fly.toml --app {APP} --image-label 1.0.0" in result.stdout and "canary" not in result.stdout


def test_an_app_with_a_volume_has_one_machine_and_is_refused_with_more(stack):
    assert stack.deploy("--config", "deploy/fly/all.toml").returncode == 0
    assert stack.account()[APP]["machines"] == 1 and "scale count" in stack.fly()
    state = json.loads(stack.state.read_text())
    state["apps"][APP]["machines"] = 2
    stack.state.write_text(json.dumps(state))
    result = stack.deploy("--config", "deploy/fly/all.toml")
    assert result.returncode == 1 and "2 machines, so 2 databases" in result.stderr


def test_a_rollback_deploys_the_earlier_image_and_says_which_secrets_are_newer(stack):
    assert stack.deploy("--label", "v1").returncode == 0 and stack.deploy("--label", "v2").returncode == 0
    subprocess.run([DEPLOY / "test/fly.py", "secrets", "import", "--app", APP], input="NEW=1", text=True, check=True, env=stack.environment)
    result = stack.run("deploy.sh", "rollback", "v1", "--app", APP)
    assert result.returncode == 0, result.stderr
    assert stack.account()[APP]["releases"][0]["ImageRef"] == f"registry.fly.io/{APP}:v1"
    assert "secrets changed since v1: NEW\n" in result.stdout and "git knows no v1" in result.stdout


def test_a_rollback_compares_the_file_with_what_it_was(stack):
    assert stack.deploy("--label", "HEAD").returncode == 0
    result = stack.run("deploy.sh", "rollback", "HEAD", "--app", APP)
    assert result.returncode == 0 and "lines of fly.toml changed since HEAD:" in result.stdout and "secrets changed since HEAD: none" in result.stdout


def test_a_rollback_to_what_never_was_is_refused(stack):
    assert stack.deploy().returncode == 0
    result = stack.run("deploy.sh", "rollback", "0.9", "--app", APP)
    assert result.returncode == 1 and "no release of toolbridge-mcp-x has an image labelled 0.9" in result.stderr


def new_tenant(stack, tenant: str, *arguments, secrets: str | None = None, **more):
    line = secrets or f"TOOLBRIDGE_TENANT_HEADER_KEYS=k1:{tenant}:canary"
    return stack.run("new-tenant.sh", tenant, "--api-url", stack.url, "--label", "1.0.0", *arguments, stdin=line + "\n", **more)


def test_a_tenant_gets_an_app_of_its_own_and_a_second_run_changes_nothing(stack):
    result = new_tenant(stack, "Acme.Inc", "--region", "ams")
    assert result.returncode == 0, result.stderr
    before = stack.account()
    app = before["toolbridge-mcp-acme-inc"]
    assert app["config"]["env"]["TOOLBRIDGE_TENANT_ID"] == "Acme.Inc" and app["config"]["primary_region"] == "ams"
    assert list(app["secrets"]) == ["TOOLBRIDGE_TENANT_HEADER_KEYS"]
    again = new_tenant(stack, "Acme.Inc", "--region", "ams")
    assert again.returncode == 0 and "is as it should be" in again.stdout and stack.account() == before
    assert stack.doctor()[-1] == "doctor --url https://toolbridge-mcp-acme-inc.fly.dev"
    changed = new_tenant(stack, "Acme.Inc", "--region", "fra")
    assert changed.returncode == 0 and len(stack.account()["toolbridge-mcp-acme-inc"]["releases"]) == 2


def test_two_tenants_never_share_an_app(stack):
    assert new_tenant(stack, "acme.inc").returncode == 0
    before = stack.account()
    result = new_tenant(stack, "acme-inc")
    assert result.returncode == 1 and "is the app of tenant acme.inc" in result.stderr and stack.account() == before


def test_a_long_name_is_cut_to_what_the_platform_takes(stack):
    assert new_tenant(stack, "a" * 47 + "-" + "b" * 80).returncode == 0
    assert list(stack.account()) == ["toolbridge-mcp-" + "a" * 47]


def test_a_key_that_signs_for_others_is_refused(stack):
    for key in ("k1:canary", "k1:other:canary", "k1:acme:canary,k2:canary"):
        result = new_tenant(stack, "acme", secrets=f"TOOLBRIDGE_TENANT_HEADER_KEYS={key}")
        assert result.returncode == 1 and "not acme's own" in result.stderr and stack.fly() == [] and "canary" not in result.stderr


def test_version_1_is_for_one_tenant_unless_told_otherwise(stack):
    secret = "TOOLBRIDGE_TENANT_HEADER_SECRET=canary"
    assert new_tenant(stack, "one", secrets=secret).returncode == 0
    result = new_tenant(stack, "two", secrets=secret)
    assert result.returncode == 1 and "other tenants' apps: toolbridge-mcp-one" in result.stderr and list(stack.account()) == ["toolbridge-mcp-one"]
    assert new_tenant(stack, "two", "--allow-v1", secrets=secret).returncode == 0


def test_a_tenant_that_cannot_be_one_is_refused(stack):
    for tenant in ("a b", "a|b", "é", "a" * 129, 'x"'):
        assert new_tenant(stack, tenant).returncode == 1
    assert stack.fly() == []


def test_a_dry_run_of_a_tenant_prints_what_a_tool_would_run(stack):
    result = new_tenant(stack, "acme", "--dry-run")
    assert result.returncode == 0 and stack.fly() == []
    assert "fly deploy . --config toolbridge-mcp-acme.toml --app toolbridge-mcp-acme" in result.stdout and "canary" not in result.stdout


def commands(heading: str) -> str:
    """What a section of deploy/README.md tells people to type."""
    text = (DEPLOY / "README.md").read_text()
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(block.split("```")[0] for block in section.split("```sh\n")[1:])


def test_the_steps_that_the_readme_tells_run_from_the_first_to_the_last(stack, tmp_path):
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("deploy", "docs", "fly.toml"):
        (clone / name).symlink_to(ROOT / name)
    (clone / "secrets").mkdir()
    (clone / "secrets/tenant-header-secret").write_text("canary")
    programs = stack.folder / "programs"
    # The API's name leads to the server as well; no cluster is there.
    curl = programs / "curl"
    curl.write_text(curl.read_text().replace("case $a in", f'case $a in https://api.example.com/*) a="{stack.url}/${{a#https://api.example.com/}}";;'))
    (programs / "kubectl").write_text("#!/bin/sh\n[ $# -gt 0 ]\n")
    (programs / "kubectl").chmod(0o755)
    script = commands("Fly.io")
    result = subprocess.run(["bash", "-euo", "pipefail", "-x", "-c", script], capture_output=True, text=True, cwd=clone, timeout=120, env=stack.environment)
    assert result.returncode == 0, result.stderr
    assert stack.account() == {} and "apps destroy" in stack.fly() and stack.fly().count("deploy .") == 2
    assert len(stack.doctor()) == 3
    asked = [command for command in json.loads(stack.state.read_text())["asked"]]
    assert "canary" not in json.dumps(asked)
    assert (clone / "secrets/fly").stat().st_mode & 0o077 == 0


def test_the_example_of_a_tenant_on_the_page_runs(stack):
    page = (ROOT / "docs/deploy-fly.md").read_text()
    example = page.split("```sh\n")[1].split("```")[0]
    toolbridge = stack.folder / "programs/toolbridge"
    toolbridge.write_text('#!/bin/sh\n[ "$1 $2" = "token tenant-key" ] && echo "k1:$3:canary"\n')
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", example], capture_output=True, text=True, cwd=ROOT, timeout=60, env=stack.environment)
    assert result.returncode == 0 and "fly apps create toolbridge-mcp-acme" in result.stdout, result.stderr

"""The files for `fly deploy` pass their lint, and copies that are broken in one place each don't."""

import re
import subprocess
import sys

import pytest
from conftest import DEPLOY, ROOT

LINT = DEPLOY / "fly/lint.py"
MCP, API, ALL = ROOT / "fly.toml", DEPLOY / "fly/api.toml", DEPLOY / "fly/all.toml"
TENANT = {"APP": "toolbridge-mcp-acme", "REGION": "ord", "ENV": "production", "TENANT": "acme", "ROOT": str(ROOT)}


def lint(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, LINT, *arguments], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("file", [MCP, API, ALL], ids=lambda file: file.name)
def test_our_files_have_no_fault_and_no_warning(file):
    result = lint(file)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_template_of_a_tenant_has_no_fault_once_it_is_filled_in(tmp_path):
    text = (DEPLOY / "fly/tenant.toml.tmpl").read_text()
    file = tmp_path / "fly.toml"
    file.write_text(re.sub("@([A-Z]+)@", lambda match: TENANT[match[1]], text))
    result = lint(file)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_template_of_a_tenant_differs_from_the_shared_app_only_in_what_is_filled_in():
    def settings(text):
        return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip() and not re.search("dockerfile|TENANT_ID", line)]

    template = (DEPLOY / "fly/tenant.toml.tmpl").read_text()
    filled = template.replace("@APP@", "toolbridge-mcp-staging").replace("@REGION@", "ord").replace("@ENV@", "staging")
    assert settings(filled) == settings(MCP.read_text())


# File, what is there, what is put in its place, the fault that is wanted.
BROKEN = [
    (MCP, 'kill_timeout = "15s"', 'kill_timeout = "5s"', "not more than the 7 s"),
    (MCP, 'kill_signal = "SIGTERM"', 'kill_signal = "SIGINT"', "kill_signal = 'SIGINT' is none of 'SIGTERM'"),
    (MCP, "internal_port = 8001", "internal_port = 8080", "is not the port of env.TOOLBRIDGE_HOST and TOOLBRIDGE_PORT, 8001"),
    (MCP, "internal_port = 8001", 'internal_port = "8001"', "is not a whole number"),
    (MCP, "port = 9091", "port = 9090", "metrics.port = 9090 is not the port of env.TOOLBRIDGE_METRICS_ADDR, 9091"),
    (MCP, "9091", "8001", "metrics would be public"),
    (MCP, 'TOOLBRIDGE_HOST = "0.0.0.0"', 'TOOLBRIDGE_HOST = "[::]"', "neighbours on the private network"),
    (MCP, "force_https = true", "force_https = false", "http_service.force_https = False is none of True"),
    (MCP, 'auto_stop_machines = "stop"', "auto_stop_machines = true", "auto_stop_machines = True is none of"),
    (MCP, "auto_start_machines = true", "auto_start_machines = false", "both or neither"),
    (MCP, 'type = "requests"', 'type = "connections"', "concurrency.type = 'connections' is none of"),
    (MCP, "soft_limit = 200", "soft_limit = 250", "soft_limit is not below hard_limit"),
    (MCP, "grace_period", "grace_perod", "grace_perod: no such key; grace_period is one"),
    (MCP, 'path = "/readyz"', 'path = "/healthz"', "none of /readyz"),
    (MCP, "deploy/docker/Dockerfile", "docker/Dockerfile", "there is no docker/Dockerfile"),
    (MCP, 'build-target = "mcp"', "", "build.build-target = None is no stage"),
    (MCP, '[env]\n  ENV = "staging"', '[env]\n  ENV = "dev"', "believes whoever names a subject"),
    (MCP, "[env]", '[env]\n  TOOLBRIDGE_TENANT_HEADER_SECRET = "x"', "is a secret by its name"),
    (MCP, "[env]", '[env]\n  TOOLBRIDGE_UI_HTML_MIME_TYPE = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="', "looks like a secret"),
    (MCP, "[env]", '[env]\n  TOOLBRIDGE_SECURITY_CONTACT = "https://u:pw@api.example.com"', "looks like a secret"),
    (MCP, "[env]", "[env]\n  RATE_LIMIT_DATA = 600", "is not a string"),
    (MCP, 'TOOLBRIDGE_TRUSTED_PROXIES = "fly"', "", "must be 'fly'"),
    (MCP, "[metrics]", "[[services]]\n  internal_port = 8001\n\n[metrics]", "one service definition only"),
    (MCP, 'app = "toolbridge-mcp-staging"', "", "app is missing"),
    (MCP, "[[vm]]", "[vm", "is not TOML"),
    (API, 'HTTP_ADDR = "0.0.0.0:8080"', "", "listens on 127.0.0.1"),
    (API, "[env]", '[env]\n  DATABASE_URL = "postgres://db/toolbridge"', "is a secret by its name"),
    (ALL, 'strategy = "rolling"', 'strategy = "bluegreen"', "only 'rolling'"),
    (ALL, "min_machines_running = 0", "min_machines_running = 2", "two machines would be two databases"),
    (ALL, "sqlite:/data/", "sqlite:/tmp/", "not on [mounts]"),
    (ALL, "[deploy]", '[deploy]\n  release_command = "migrate"', "without the volume"),
]


@pytest.mark.parametrize("file, old, new, fault", BROKEN, ids=[case[3].replace(" ", "-")[:40] for case in BROKEN])
def test_a_broken_copy_is_refused(tmp_path, file, old, new, fault):
    text = file.read_text()
    assert old in text
    copy = tmp_path / "fly.toml"
    copy.write_text(text.replace(old, new))
    result = lint("--root", file.parent, copy)
    assert result.returncode == 1 and fault in result.stdout, result.stdout


def test_a_name_that_no_program_reads_is_a_warning_with_the_nearest(tmp_path):
    copy = tmp_path / "fly.toml"
    copy.write_text(MCP.read_text().replace("[env]", '[env]\n  TOOLBRIDGE_LOG_LEVL = "debug"'))
    result = lint("--root", ROOT, copy)
    assert result.returncode == 0
    assert "env.TOOLBRIDGE_LOG_LEVL is no setting of the programs; TOOLBRIDGE_LOG_LEVEL is one" in result.stdout

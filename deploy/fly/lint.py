#!/usr/bin/env python3
"""Checks files for `fly deploy`: deploy/fly/lint.py [--root FOLDER] FILE…

The vendor's validator ignores keys that it doesn't know and needs an account. Prints one line for each fault, and exits with 1 if there is one. A warning alone is no fault.
"""

import argparse
import difflib
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Text(str):
    """A type of the table below: a string that matches."""

    def accepts(self, value) -> bool:
        return isinstance(value, str) and re.fullmatch(self, value) is not None


DURATION = Text(r"[1-9][0-9]*(ms|s|m|h)")
PORT = range(1, 65536)
COUNT = range(0, 1001)
REGION = Text("[a-z]{3}")

# Every key that our files may have, with its type: a type of Python, a pattern, a range, a set of values, a table or [a table].
KEYS = {
    "app": Text("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"),
    "primary_region": REGION,
    "kill_signal": {"SIGTERM"},
    "kill_timeout": DURATION,
    "build": {"dockerfile": str, "build-target": {"mcp", "full"}, "image": Text(r".+@sha256:[0-9a-f]{64}")},
    "env": str,
    "http_service": {
        "internal_port": PORT,
        "force_https": {True},
        "auto_stop_machines": {"off", "stop", "suspend"},
        "auto_start_machines": bool,
        "min_machines_running": COUNT,
        "concurrency": {"type": {"requests"}, "soft_limit": range(1, 100_001), "hard_limit": range(1, 100_001)},
        "http_options": {"idle_timeout": range(60, 3601)},
        "checks": [{"method": {"GET"}, "path": {"/readyz", "/healthz"}, "interval": DURATION, "timeout": DURATION, "grace_period": DURATION}],
    },
    "metrics": {"port": PORT, "path": {"/metrics"}},
    "mounts": {"source": Text("[a-z0-9_]{1,30}"), "destination": Text("/[a-z0-9/_-]+"), "initial_size": Text("[1-9][0-9]*gb")},
    "files": [{"guest_path": Text("/.+"), "secret_name": Text("[A-Z][A-Z0-9_]*")}],
    "deploy": {"strategy": {"rolling", "bluegreen", "canary", "immediate"}, "wait_timeout": DURATION, "release_command": str},
    "vm": [{"size": str, "memory": Text("[1-9][0-9]*(mb|gb)")}],
}
REQUIRED = [
    "app",
    "primary_region",
    "kill_signal",
    "kill_timeout",
    "build",
    "env",
    "http_service.internal_port",
    "http_service.force_https",
    "http_service.concurrency.type",
    "http_service.http_options.idle_timeout",
    "http_service.checks",
    "metrics.port",
    "metrics.path",
    "deploy.strategy",
    "vm",
]
SECRET_NAME = re.compile(r"(SECRET|PASSWORD|CREDENTIAL|PRIVATE_KEY|API_KEY|_KEYS?|_TOKEN)$")
SECRET_VALUE = re.compile(
    r"://[^/@\s]*:[^/@\s]+@"  # a URL with a password
    r"|-----BEGIN |eyJ[\w-]{8,}\.|(sk|fo1|FlyV1|ghp|xox[bp])[_ -]\S{8,}"  # keys of several makes
    r"|^(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9+/_-]{32,}={0,2}$"  # what openssl rand -base64 writes
    r"|^[0-9a-f]{32,}$"
)


def settings() -> tuple[set[str], set[str]]:
    """The names that the programs read, and those of them that are secrets, from their documentation, which a test compares with the programs."""
    names, secrets = set(), set()
    for name, secret in re.findall(r"^\| `([A-Z][A-Z0-9_]+)`( \(`_FILE`\))?", (ROOT / "docs/configuration.md").read_text(), re.M):
        names.add(name)
        if secret:
            secrets.add(name)
            names.add(f"{name}_FILE")
    return names, secrets


class Lint:
    """What is wrong with one file."""

    def __init__(self, path: Path, root: Path):
        self.path, self.root = path, root
        self.faults: list[str] = []
        self.warnings: list[str] = []

    def fault(self, text: str) -> None:
        self.faults.append(text)

    def check(self) -> None:
        try:
            self.file = tomllib.loads(self.path.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return self.fault(f"is not TOML: {error}")
        if "services" in self.file:
            self.fault("services: one service definition only, [http_service]; two for one port are an accident")
            del self.file["services"]
        self.table(self.file, KEYS, "")
        for name in REQUIRED:
            if self.at(name) is None:
                self.fault(f"{name} is missing")
        if self.faults:
            return
        self.env, self.service = self.file["env"], self.file["http_service"]
        self.environment()
        self.ports()
        self.life()
        self.build()
        self.machines()

    def at(self, name: str):
        value = self.file
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    # Keys and types

    def table(self, table: dict, keys: dict, prefix: str) -> None:
        for key, value in table.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                self.fault(f"{prefix}{key}: no such key" + (f"; {near[0]} is one" if near else ""))
            elif key == "env":
                self.strings(value)
            else:
                self.value(value, keys[key], prefix + key)

    def strings(self, table) -> None:
        if not isinstance(table, dict):
            return self.fault("env is not a table")
        for name, value in table.items():
            if not isinstance(value, str):
                self.fault(f"env.{name} is not a string: the platform has nothing else")

    def value(self, value, wanted, name: str) -> None:
        if isinstance(wanted, list):
            if not isinstance(value, list):
                return self.fault(f"{name} is [[{name}]], an array of tables")
            for number, table in enumerate(value, 1):
                self.value(table, wanted[0], f"{name}[{number}]")
        elif isinstance(wanted, dict):
            self.table(value, wanted, f"{name}.") if isinstance(value, dict) else self.fault(f"{name} is not a table")
        elif isinstance(wanted, Text):
            if not wanted.accepts(value):
                self.fault(f"{name} = {value!r} does not look like {wanted}")
        elif isinstance(wanted, range):
            if type(value) is not int or value not in wanted:
                self.fault(f"{name} = {value!r} is not a whole number from {wanted.start} to {wanted.stop - 1}")
        elif isinstance(wanted, set):
            if not any(type(value) is type(one) and value == one for one in wanted):
                self.fault(f"{name} = {value!r} is none of {', '.join(sorted(map(repr, wanted)))}")
        elif type(value) is not wanted:
            self.fault(f"{name} = {value!r} is not of type {wanted.__name__}")

    # Rules over several keys

    def environment(self) -> None:
        names, secrets = settings()
        for name, value in self.env.items():
            secret = name in secrets or SECRET_NAME.search(name)
            if secret and not (name == "DATABASE_URL" and value.startswith("sqlite:")):
                self.fault(f"env.{name} is a secret by its name: fly secrets import")
            elif SECRET_VALUE.search(value):
                self.fault(f"env.{name} has a value that looks like a secret: fly secrets import")
            elif name not in names:
                near = difflib.get_close_matches(name, names, 1)
                self.warnings.append(f"env.{name} is no setting of the programs" + (f"; {near[0]} is one" if near else ""))
        if self.env.get("ENV") == "dev":
            self.fault("env.ENV = 'dev' believes whoever names a subject: any other word")
        if self.env.get("TOOLBRIDGE_TRUSTED_PROXIES") != "fly":
            self.fault("env.TOOLBRIDGE_TRUSTED_PROXIES must be 'fly': all clients have the proxy's address without it")

    def ports(self) -> None:
        if self.at("build.build-target") == "full":
            host, _, port = self.env.get("HTTP_ADDR", "127.0.0.1:8080").rpartition(":")
            name = "HTTP_ADDR"
        else:
            host, port = self.env.get("TOOLBRIDGE_HOST", "0.0.0.0"), self.env.get("TOOLBRIDGE_PORT", "8001")
            name = "TOOLBRIDGE_HOST and TOOLBRIDGE_PORT"
        internal = self.service["internal_port"]
        if port != str(internal):
            self.fault(f"http_service.internal_port = {internal} is not the port of env.{name}, {port}")
        metrics_host, _, metrics_port = self.env.get("TOOLBRIDGE_METRICS_ADDR", "127.0.0.1:9091").rpartition(":")
        if metrics_port != str(self.at("metrics.port")):
            self.fault(f"metrics.port = {self.at('metrics.port')} is not the port of env.TOOLBRIDGE_METRICS_ADDR, {metrics_port}")
        if self.at("metrics.port") == internal:
            self.fault("metrics.port is http_service.internal_port: metrics would be public")
        for setting, address in [(name, host), ("TOOLBRIDGE_METRICS_ADDR", metrics_host)]:
            if address != "0.0.0.0":
                self.fault(f"env.{setting} listens on {address or 'every address'}: 0.0.0.0 is what the platform reaches and neighbours on the private network don't")

    def life(self) -> None:
        limit = int(self.env.get("TOOLBRIDGE_SHUTDOWN_TIMEOUT_SECONDS", "7")) + int(self.env.get("TOOLBRIDGE_DRAIN_DELAY_SECONDS", "0"))
        if seconds(self.file["kill_timeout"]) <= limit + 2:
            self.fault(f"kill_timeout = {self.file['kill_timeout']!r} is not more than the {limit} s that the end of the program may take, and 2 s for traces")
        if (self.service.get("auto_stop_machines", "off") != "off") != self.service.get("auto_start_machines", False):
            self.fault("http_service.auto_stop_machines and auto_start_machines: both or neither")
        concurrency = self.service["concurrency"]
        if concurrency.get("soft_limit", 0) >= concurrency.get("hard_limit", 0):
            self.fault("http_service.concurrency.soft_limit is not below hard_limit")
        if not any(check.get("path") == "/readyz" for check in self.service["checks"]):
            self.fault("http_service.checks: none of /readyz, so a machine that drains gets requests")
        for check in self.service["checks"]:
            if seconds(check.get("timeout", "2s")) >= seconds(check.get("interval", "15s")):
                self.fault("http_service.checks: timeout is not below interval")

    def build(self) -> None:
        build = self.file["build"]
        if ("dockerfile" in build) == ("image" in build):
            self.fault("build: either dockerfile or image")
        if "dockerfile" not in build:
            return
        dockerfile = self.root / build["dockerfile"]
        if not dockerfile.is_file():
            return self.fault(f"build.dockerfile: there is no {build['dockerfile']} beside this file")
        target = build.get("build-target")
        if target is None or not re.search(rf"^FROM .* AS {target}$", dockerfile.read_text(), re.M):
            self.fault(f"build.build-target = {target!r} is no stage of the Dockerfile")

    def machines(self) -> None:
        database = self.env.get("DATABASE_URL", "")
        mount = self.file.get("mounts")
        if database.startswith("sqlite:"):
            if not mount or not database.startswith(f"sqlite:{mount.get('destination')}/"):
                self.fault("env.DATABASE_URL is a file that is not on [mounts]: it is lost with the machine")
        if mount:
            if self.at("deploy.strategy") != "rolling":
                self.fault("deploy.strategy: a volume is on one machine, so only 'rolling'")
            if self.service.get("min_machines_running", 0) > 1:
                self.fault("http_service.min_machines_running: two machines would be two databases")
            if self.at("deploy.release_command"):
                self.fault("deploy.release_command runs on a machine without the volume")


def seconds(duration: str) -> float:
    """Of a text that matches DURATION."""
    number, unit = re.fullmatch(r"(\d+)(\D+)", duration).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, help="where the path of the Dockerfile begins, if not beside the file")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()
    faults = 0
    for path in options.files:
        lint = Lint(path, options.root or path.resolve().parent)
        lint.check()
        for text in lint.faults:
            print(f"{path}: {text}")
        for text in lint.warnings:
            print(f"{path}: warning: {text}")
        faults += len(lint.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

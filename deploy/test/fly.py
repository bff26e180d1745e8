#!/usr/bin/env python3
"""What the checks run in place of the vendor's `fly`: an account in a file, and a record of what was asked. It knows the commands of our scripts and no other.

FLY_STATE names the file; FLY_FAIL is a part of the command line that fails.
"""

import hashlib
import json
import os
import sys
import tomllib
from pathlib import Path

STATE = Path(os.environ["FLY_STATE"])
LOG = ["ToolBridge MCP server initialized with 40 tools", "Listening on http://0.0.0.0:8001"]


def main() -> int:
    state = json.loads(STATE.read_text()) if STATE.exists() else {"apps": {}, "clock": 0, "asked": []}
    arguments = sys.argv[1:]
    state["asked"].append(arguments)
    try:
        if (failing := os.environ.get("FLY_FAIL")) and failing in " ".join(arguments):
            print(f"Error: {failing} failed", file=sys.stderr)
            return 1
        return answer(state, arguments)
    finally:
        STATE.write_text(json.dumps(state))


def option(arguments: list[str], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def now(state: dict) -> str:
    state["clock"] += 1
    return f"2026-01-01T00:00:{state['clock']:02}Z"


def answer(state: dict, arguments: list[str]) -> int:
    apps = state["apps"]
    name = option(arguments, "--app")
    match [argument for argument in arguments if not argument.startswith("-")][:2]:
        case ["apps", "create"]:
            assert arguments[2] not in apps, "the name is taken"
            apps[arguments[2]] = {"secrets": {}, "releases": [], "machines": 0, "config": {}}
            return 0
        case ["apps", "list"]:
            print(json.dumps([{"Name": app} for app in apps]))
            return 0
    if arguments[:2] == ["apps", "destroy"]:
        del apps[arguments[2]]
        return 0
    app = apps.get(name)
    if app is None:
        print(f"Error: Could not find App {name}", file=sys.stderr)
        return 1
    match [argument for argument in arguments if not argument.startswith("-")][:2]:
        case ["status", *_]:
            print(json.dumps({"Name": name, "Hostname": f"{name}.fly.dev", "Machines": [{}] * app["machines"]}))
        case ["config", "show"]:
            print(json.dumps(app["config"]))
        case ["secrets", "import"]:
            for line in sys.stdin.read().splitlines():
                key, equals, value = line.partition("=")
                assert equals, "not NAME=VALUE"
                digest = hashlib.sha256(value.encode()).hexdigest()[:16]
                if app["secrets"].get(key, {}).get("digest") != digest:
                    app["secrets"][key] = {"name": key, "digest": digest, "created_at": now(state)}
        case ["secrets", "list"]:
            print(json.dumps(list(app["secrets"].values())))
        case ["deploy", *_]:
            config = Path(option(arguments, "--config"))
            app["config"] = tomllib.loads(config.read_text())
            image = option(arguments, "--image") or f"registry.fly.io/{name}:{option(arguments, '--image-label')}"
            app["releases"].insert(0, {"ImageRef": image, "CreatedAt": now(state), "Status": "complete"})
            app["machines"] = 1 if "--ha=false" in arguments else max(app["machines"], 2)
        case ["releases", _]:
            print(json.dumps(app["releases"]))
        case ["logs", _]:
            print("\n".join(json.dumps({"level": "info", "msg": text}) for text in LOG if text != os.environ.get("FLY_SILENT")))
        case ["ssh", "console"]:
            assert option(arguments, "-C").startswith("/toolbridge "), "there is nothing else in the image"
        case ["scale", "count"]:
            app["machines"] = int(arguments[2])
        case _:
            print(f"Error: unknown command {arguments}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

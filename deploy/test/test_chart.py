"""The chart: what its schema takes, what it makes of eight sets of values, and which settings it knows."""

import json
import os
import re

import pytest
import yaml
from conftest import CHART, ROOT, VALUE_SETS, chart_text, objects, pods_of, run

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
BAD = sorted((CHART / "test" / "bad").glob("*.yaml"))
CONTRACT = ROOT.parent / "shared" / "contract" / "identity.md"


@pytest.mark.parametrize("values", VALUE_SETS)
def test_lint_finds_nothing(values):
    run("helm", "lint", "--strict", CHART, "--values", CHART / "test" / "values" / f"{values}.yaml")


@pytest.mark.parametrize("values", VALUE_SETS)
def test_a_change_of_what_is_made_shows_as_a_difference(values):
    golden = CHART / "test" / "golden" / f"{values}.yaml"
    # ACCEPT=1 deploy/test/run.sh chart
    if os.environ.get("ACCEPT") == "1":
        golden.write_text(chart_text(values))
    assert chart_text(values) == golden.read_text(), f"{golden.relative_to(ROOT)} differs: look at it, then ACCEPT=1 deploy/test/run.sh chart"


def test_there_are_eight_sets_of_values_and_twenty_bad_ones():
    assert len(VALUE_SETS) >= 8
    assert len(BAD) >= 20
    assert {path.stem for path in (CHART / "test" / "golden").glob("*.yaml")} == set(VALUE_SETS)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_schema_refuses(path):
    after, error = re.findall(r"^# (?:after|error): (.*)$", path.read_text(), re.MULTILINE)
    result = run("helm", "template", "toolbridge", CHART, "--values", CHART / "test" / "values" / after, "--values", path, check=False)
    assert result.returncode != 0, "it was taken"
    assert "values don't meet the specifications of the schema" in result.stderr
    assert error in result.stderr, result.stderr


def test_every_default_is_described_by_the_schema():
    def compare(values, schema, path):
        for name, value in values.items():
            assert name in schema["properties"], f"{path}{name} is in values.yaml alone"
            described = schema["properties"][name]
            if "$ref" in described:
                described = SCHEMA["definitions"][described["$ref"].rsplit("/", 1)[1]]
            if isinstance(value, dict) and "properties" in described and described.get("additionalProperties") is False:
                compare(value, described, f"{path}{name}.")
        missing = set(schema["properties"]) - set(values) - {"global"}
        assert not missing, f"{path}: no default of {missing}"

    compare(yaml.safe_load((CHART / "values.yaml").read_text()), SCHEMA, "")


# ---- settings

IGNORED = {"GRPC_ADDR", "TOOLBRIDGE_JWT_SIGNING_KEY", "TENANT_CLAIM"}
# Of a person's own machine: the local profile, development, and a token for all.
NOT_IN_A_CLUSTER = {"TOOLBRIDGE_LOCAL_TOKEN", "TOOLBRIDGE_ALLOW_DEV_REMOTE", "TOOLBRIDGE_JWT_TOKEN"}
# The chart uses the other name, TOOLBRIDGE_API_BASE_URL.
ALIASES = {"TOOLBRIDGE_GO_API_BASE_URL"}


def allowed_settings(component: str) -> set[str]:
    names = SCHEMA["properties"][component]["properties"]["settings"]["propertyNames"]["anyOf"]
    return set(names[0]["enum"])


def rendered_settings() -> dict[str, set[str]]:
    """What the templates set, in any of the value sets, of each server."""
    found = {"api": set(), "mcp": set()}
    for values in VALUE_SETS:
        for item in objects(chart_text(values)):
            if item["kind"] == "ConfigMap":
                found[item["metadata"]["name"].removeprefix("toolbridge-")] |= set(item["data"])
        for _, pod in pods_of(chart_text(values)):
            for container in pod["spec"]["containers"]:
                component = {"migrate": "api", "doctor": "mcp"}.get(container["name"], container["name"])
                found[component] |= {variable["name"].removesuffix("_FILE") for variable in container.get("env", [])}
    return found


def secret_settings(component: str) -> set[str]:
    """Those that a key of the Secret gives."""
    helpers = (CHART / "templates" / "_helpers.tpl").read_text()
    part = helpers.split('define "toolbridge.settingOfKey"')[1].split("{{- end -}}")[0]
    tables = dict(re.findall(r"\{\{- \$(\w+) := dict\n(.*?)-\}\}", part, re.DOTALL))
    found = set(re.findall(r'"[a-z0-9-]+" "([A-Z0-9_]+)"', tables["shared"] + tables[component]))
    assert found
    return found


def known(component: str) -> set[str]:
    return allowed_settings(component) | rendered_settings()[component] | secret_settings(component) | NOT_IN_A_CLUSTER | IGNORED | ALIASES


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))


def contracted() -> dict[str, set[str]]:
    """The contract's three tables: settings of the API, of the MCP server, of both."""
    if not CONTRACT.exists():
        assert os.environ.get("CI") != "true", f"{CONTRACT} is not on this machine"
        pytest.skip("the contract is not on this machine")
    text = CONTRACT.read_text().split("## 11. Environment variables")[1].split("\n## 12")[0]
    tables = {}
    for group, title in {"api": "**API:", "mcp": "**MCP server:", "both": "**Operation,"}.items():
        names = tables[group] = set()
        for row in re.findall(r"^\| (`[A-Z_][^|]*)\|", text.split(title)[1].split("\n**")[0], re.MULTILINE):
            cells = re.findall(r"`([A-Z_0-9*]+)`", row)
            # `RATE_LIMIT_DATA`, `_AUTH`, `_ADDRESS`
            names |= {cells[0].rsplit("_", 1)[0] + cell if cell.startswith("_") else cell for cell in cells if not cell.endswith("*")}
        assert len(names) > 10
    return tables


def test_the_chart_knows_every_setting_of_the_program():
    assert documented(), "no settings found in docs/configuration.md"
    assert documented() - known("api") - known("mcp") == set()


@pytest.mark.parametrize("component", ["api", "mcp"])
def test_the_chart_knows_every_setting_that_the_contract_gives_a_server(component):
    assert contracted()[component] - known(component) == set()


def test_the_chart_knows_the_settings_of_operation_and_no_others():
    tables = contracted()
    known_to_any = known("api") | known("mcp")
    assert tables["both"] - known_to_any == set()
    # The last is libpq's own.
    assert known_to_any - set().union(*tables.values()) - documented() == {"PGSSLROOTCERT"}


@pytest.mark.parametrize("component", ["api", "mcp"])
def test_no_secret_is_a_plain_setting(component):
    secrets = secret_settings(component) | set(re.findall(r"^\| `([A-Z0-9_]+)` \(`_FILE`\)", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE))
    assert allowed_settings(component) & secrets == {"JWT_BACKEND_KEY_ID"} & allowed_settings(component)


def test_the_page_says_which_setting_a_key_gives():
    table = (ROOT / "docs" / "deploy-kubernetes.md").read_text().split("## The Secret")[1].split("\n\n")[1]
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    keys = [key for names, _, _ in rows for key in names]
    items = {component: set(SCHEMA["properties"][component]["properties"]["secretKeys"]["items"]["enum"]) for component in ("api", "mcp")}
    assert set(keys) == items["api"] | items["mcp"]
    for names, of_api, of_mcp in rows:
        assert (set(names) <= items["api"]) == bool(of_api) and (set(names) <= items["mcp"]) == bool(of_mcp), names
    assert {name for _, of_api, of_mcp in rows for name in of_api + of_mcp} == secret_settings("api") | secret_settings("mcp")


def test_the_rules_that_the_chart_carries_are_those_of_prometheus():
    assert (CHART / "files" / "rules.yml").read_text() == (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()

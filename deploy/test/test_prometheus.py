"""Alerts and dashboard: correct, tested, explained, and about metrics that exist, with labels that they have."""

import contextlib
import json
import os
import re
import socket
import subprocess
import time
import urllib.request

import pytest
import yaml
from conftest import DEPLOY, ROOT, run

RULES = DEPLOY / "prometheus" / "rules.yml"
TESTS = sorted((DEPLOY / "prometheus").glob("*_test.yml"))
DASHBOARD = json.loads((DEPLOY / "grafana" / "toolbridge.json").read_text())
CONTRACT = ROOT.parent / "shared" / "contract" / "observability.md"
# Those that Prometheus adds when it scrapes, and those of histograms and of a day's arithmetic.
SCRAPED = {"job", "instance", "namespace", "pod", "le"}


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def panels() -> list[dict]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> list:
    found = [pytest.param(rule["expr"], id=rule.get("alert") or rule["record"]) for rule in rules()]
    return found + [pytest.param(target["expr"], id=f"panel {panel['title']} {target['refId']}") for panel in panels() for target in panel["targets"]]


def families() -> dict[str, tuple[str, set[str]]]:
    """Type and labels of each family of the contract. A row may hold several, whose types and labels then come in their order."""
    if not CONTRACT.exists():
        assert os.environ.get("CI") != "true", f"{CONTRACT} is not on this machine"
        pytest.skip("the contract is not on this machine")
    table = CONTRACT.read_text().split("### 2.2 Families")[1].split("###")[0]
    found = {}
    for names, types, labels in re.findall(r"^\| (`[^|]*) \| ([^|]*) \| ([^|]*) \|$", table, re.MULTILINE):
        names = re.findall(r"`([a-z0-9_]+)`", names)
        labels = re.sub(r"\([^)]*\)", "", labels)
        labels = [{word.strip().replace("issuer index", "issuer") for word in part.split(",")} - {"", "–"} for part in labels.split(";")]
        kinds = re.findall(r"counter|gauge|histogram", types)
        for index, name in enumerate(names):
            found[name] = (kinds[min(index, len(kinds) - 1)], labels[min(index, len(labels) - 1)])
    assert len(found) > 50
    return found


def test_the_rules_are_rules():
    run("promtool", "check", "rules", RULES)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_rules_say_what_their_tests_say(path):
    run("promtool", "test", "rules", path)


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not():
    cases: dict[str, set[bool]] = {}
    for path in TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for case in test["alert_rule_test"]:
                cases.setdefault(case["alertname"], set()).add(bool(case["exp_alerts"]))
    assert cases == dict.fromkeys(alerts(), {True, False})


def test_each_alert_has_a_paragraph_that_says_what_to_do():
    headings = re.findall(r"^#+ (ToolBridge\w+)\n\n\S", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    assert sorted(headings) == sorted(alerts())
    for name, rule in alerts().items():
        assert rule["annotations"]["runbook"] == f"deploy/README.md#{name.lower()}"
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_is_about_metrics_and_labels_that_there_are(expression):
    known = families()
    records = {rule["record"] for rule in rules() if "record" in rule}
    metrics = set(re.findall(r"\b((?:job:)?(?:tb|process)_[a-z0-9_:]+)", expression))
    assert metrics
    labels = set()
    for metric in metrics:
        if metric in records:
            labels |= {"job"}
            continue
        base = re.sub(r"_(bucket|sum|count)$", "", metric)
        name = base if base in known and known[base][0] == "histogram" else metric
        assert name in known, f"there is no {metric}"
        assert (metric != name) == (known[name][0] == "histogram"), f"{metric} is of a {known[name][0]}"
        if re.search(rf"(?:rate|increase)\({metric}\b", expression):
            assert known[name][0] != "gauge", f"the rate of the gauge {metric}"
        labels |= known[name][1]
    used = {word.strip() for part in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression) for word in part.split(",")}
    used |= set(re.findall(r"(\w+)\s*=~?\s*\"", expression))
    assert used <= labels | SCRAPED


def test_the_dashboard_has_a_row_for_each_side_of_the_program():
    rows = [panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"]
    assert rows == ["Traffic", "Errors", "Latency", "Tools", "Callers", "Store", "Streams", "Process"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in panels():
        assert panel["targets"] and panel["datasource"]["uid"] == "${source}"
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24


def test_the_dashboard_s_expressions_are_promql(tmp_path):
    """promtool reads them as the rules of a file; the dashboard's own variables stand for what Grafana puts in."""
    plain = [target["expr"].replace("$__rate_interval", "5m").replace("$job", ".*") for panel in panels() for target in panel["targets"]]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": [{"record": f"panel:{index}", "expr": text} for index, text in enumerate(plain)]}]}))
    run("promtool", "check", "rules", file)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def scrape(port: int, server: subprocess.Popen) -> str:
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()
        time.sleep(0.1)
    raise AssertionError("nothing listens for scrapes")


def test_a_live_server_has_what_alerts_and_dashboard_ask_for(tmp_path):
    program = os.environ.get("TOOLBRIDGE_PROGRAM")
    if not program:
        assert os.environ.get("CI") != "true", "TOOLBRIDGE_PROGRAM is not set"
        pytest.skip("TOOLBRIDGE_PROGRAM is not set")
    if "TOOLBRIDGE_METRICS_ADDR" not in run(program, "settings").stdout:
        pytest.skip("this program has no metrics")
    port = free_port()
    environment = {"DATABASE_URL": f"sqlite:{tmp_path / 'data.db'}", "HTTP_ADDR": "127.0.0.1:0", "TOOLBRIDGE_METRICS_ADDR": f"127.0.0.1:{port}", "HOME": str(tmp_path)}
    server = subprocess.Popen([program, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        text = scrape(port, server)
    finally:
        server.terminate()
        server.wait(timeout=30)
    file = tmp_path / "metrics"
    file.write_text(text)
    with file.open() as stream:
        run("promtool", "check", "metrics", stdin=stream)
    exposed = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
    asked = {metric for case in expressions() for metric in re.findall(r"\b((?:tb|process)_[a-z0-9_]+)", re.sub(r"job:[\w:]+", "", case.values[0]))}
    asked = {metric if metric in exposed else re.sub(r"_(bucket|sum|count)$", "", metric) for metric in asked}
    # Those of the MCP server alone.
    assert {metric for metric in asked if not metric.startswith("tb_upstream_")} <= exposed
    buckets = set(re.findall(r'tb_http_request_duration_seconds_bucket\{[^}]*le="([^"]+)"', text))
    assert not buckets or "0.05" in buckets, "the objective of reads is computed from this bucket"

"""Findings of checkov and yamllint."""

import json

from conftest import DEPLOY, RENDERINGS, run


def test_checkov_finds_nothing(tmp_path):
    for name, text in RENDERINGS.items():
        (tmp_path / f"{name}.yaml").write_text(text())
    result = run("checkov", "--config-file", DEPLOY / "test" / "checkov.yaml", "--directory", tmp_path, "--output", "json", check=False)
    report = json.loads(result.stdout)
    findings = sorted({(check["check_id"], check["check_name"], check["resource"]) for check in report["results"]["failed_checks"]})
    assert not findings
    # It has looked: dozens of checks of each pod.
    assert report["summary"]["passed"] > 1000 and not report["summary"]["parsing_errors"]
    assert result.returncode == 0


def test_yamllint_finds_nothing():
    run("yamllint", "--strict", "--config-file", DEPLOY / "test" / "yamllint.yaml", DEPLOY)

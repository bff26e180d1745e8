"""The tools run, so that a check which finds nothing has looked."""

import pytest
from conftest import run

TOOLS = [("helm", "version"), ("kubectl", "version", "--client"), ("checkov", "--version"), ("yamllint", "--version"), ("promtool", "--version")]


@pytest.mark.parametrize("command", TOOLS, ids=lambda command: command[0])
def test_runs(command):
    assert run(*command).stdout.strip()

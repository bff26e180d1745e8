"""`tools.json` of the contract through the gateway, word by word, in every revision: `test_tool_contract.py` with `toolbridge-mcp` in the place of `serve`."""

import itertools

import pytest

from support.mcp import Client
from support.schema import REVISIONS

# ruff: noqa: F401, F811
from test_tool_contract import (
    contract,
    test_a_schema_says_what_the_contract_says,
    test_additional_fields_win_over_named_ones,
    test_arguments_may_be_left_out_where_none_is_required,
    test_every_tool_takes_what_the_contract_says,
    test_no_tool_takes_what_the_contract_does_not_say,
    test_optional_arguments_may_say_nothing,
    test_replacing_keeps_the_parent,
    test_required_texts_may_be_empty,
)

subjects = (f"user-{number}" for number in itertools.count(1))


@pytest.fixture(scope="module")
def shared_server(shared_stack):
    return shared_stack.gateway()


@pytest.fixture(params=REVISIONS)
def client(shared_stack, shared_server, request):
    with Client(shared_stack.view(shared_server, next(subjects)), request.param) as client:
        yield client

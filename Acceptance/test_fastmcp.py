"""The client of `fastmcp` tours `mcp-fixtures` over every transport, in every era that it knows."""

import pytest

from support.tours import LEGACY, MODES, check_tour, name

# Client, transport, mode that it is told, revision that must come out.
TOURS = [
    *(("fastmcp", transport, *mode) for transport in ("http", "stdio") for mode in MODES),
    ("fastmcp", "sse", "auto", LEGACY),
]


@pytest.mark.parametrize("client, transport, mode, revision", TOURS, ids=map(name, TOURS))
def test_a_client_sees_all_of_it(request, tmp_path, client, transport, mode, revision):
    check_tour(tmp_path, request, client, transport, mode, revision)

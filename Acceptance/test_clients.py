"""Both release lines of the official SDK tour `mcp-fixtures` over every transport, in every era that they know."""

import pytest

from support.tours import LEGACY, MODES, check_tour, name

# Client, transport, mode that it is told, revision that must come out.
TOURS = [
    *(("1", transport, None, LEGACY) for transport in ("http", "sse", "stdio")),
    *(("2", transport, *mode) for transport in ("http", "stdio") for mode in MODES),
    ("2", "sse", "legacy", LEGACY),
]


@pytest.mark.parametrize("client, transport, mode, revision", TOURS, ids=map(name, TOURS))
def test_a_client_sees_all_of_it(request, tmp_path, client, transport, mode, revision):
    check_tour(tmp_path, request, client, transport, mode, revision)

"""Rate limits from outside: what is tried to get around them changes nothing (T-7, T-25), and unknown callers cost little (T-35)."""

import json
from concurrent.futures import ThreadPoolExecutor

from support.wire import request_bytes

ALICE = ("X-Debug-Sub", "alice")
# Nothing comes back while a test runs.
SLOW = "1/86400"

FORGED = [
    ("X-Forwarded-For", "198.51.100.{n}"),
    ("X-Forwarded-For", "198.51.100.{n}, 127.0.0.1"),
    ("Fly-Client-IP", "198.51.100.{n}"),
    ("Forwarded", "for=198.51.100.{n}"),
    ("X-Real-IP", "198.51.100.{n}"),
    ("CF-Connecting-IP", "2001:db8:{n}::1"),
    ("True-Client-IP", "198.51.100.{n}"),
]


def test_forged_addresses_other_tokens_routes_and_methods_share_one_bucket(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_ADDRESS=f"{SLOW}/20").start()
    statuses = []
    paths = ["/v1/notes", "/v1/sync/state", "/v1/NOTES/", "/v1/tasks", "/v1/sync/notes/pull", "/v1/auth/tenant", "/mcp"]
    for number in range(60):
        name, value = FORGED[number % len(FORGED)]
        headers = [(name, value.format(n=number)), ("Authorization", f"Bearer {number}.{number}.{number}")]
        method = ("GET", "DELETE", "POST")[number % 3]
        statuses.append(server.request(method, paths[number % len(paths)], None, headers, token=False).status)
    assert statuses.count(401) == 20
    # Paths that don't exist are told so before anybody is counted.
    assert set(statuses) <= {401, 404, 405, 429}
    refused = server.request("GET", "/v1/notes", headers=[ALICE], token=False)
    assert refused.status == 429 and int(refused.header("Retry-After")) >= 1
    assert server.request("GET", "/healthz", token=False).status == 200
    # Nothing in the log names an address that was made up.
    assert "198.51.100" not in server.log.read_text() and "2001:db8" not in server.log.read_text()


def test_many_at_once_get_no_more_than_one_after_the_other(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_DATA=f"{SLOW}/50").start()

    def one(number: int) -> int:
        paths = ["/v1/notes", "/v1/tasks?limit=3", "/v1/chats", "/v1/notes?limit=x"]
        return server.request("GET", paths[number % 4], headers=[ALICE], token=False).status

    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(one, range(200)))
    assert statuses.count(429) == 150


def test_token_endpoint_counts_refusals_against_the_address(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_ADDRESS=f"{SLOW}/3").start()
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    statuses = [server.request("POST", "/oauth/token", b"grant_type=x", form, token=False).status for _ in range(5)]
    assert statuses == [400, 400, 400, 429, 429]


def test_tool_calls_take_from_the_data_bucket_and_are_refused_in_the_form_of_their_message(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_DATA=f"{SLOW}/2").start()
    headers = [
        ALICE,
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2025-06-18"),
    ]
    call = {"jsonrpc": "2.0", "id": "seven", "method": "tools/call", "params": {"name": "list_notes", "arguments": {}}}
    answers = [server.request("POST", "/mcp", call, headers, token=False) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    refused = answers[2]
    assert int(refused.header("Retry-After")) >= 1
    error = refused.json()
    assert error["jsonrpc"] == "2.0" and error["id"] == "seven" and error["error"]["code"] == -32603
    assert "retry after" in error["error"]["message"]
    # One bucket for REST and tools.
    assert server.request("GET", "/v1/notes", headers=[ALICE], token=False).status == 429
    # What costs nothing stays.
    listed = server.request("POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers, token=False)
    assert listed.status == 200 and "result" in listed.json()


def test_unknown_callers_touch_no_table(make_server):
    server = make_server(ENV="dev").start()
    before = server.database.stat().st_mtime_ns
    wal = server.database.with_name(server.database.name + "-wal")
    size = wal.stat().st_size if wal.exists() else 0
    statuses = set()
    with server.connect() as connection:
        for number in range(2000):
            connection.send(request_bytes(server.port, "POST", "/v1/notes", [("Authorization", f"Bearer {number}")], b"{}"))
            statuses.add(connection.response().status)
    assert statuses == {401, 429}
    assert server.database.stat().st_mtime_ns == before
    assert (wal.stat().st_size if wal.exists() else 0) == size
    assert all(json.dumps(line) for line in server.lines())

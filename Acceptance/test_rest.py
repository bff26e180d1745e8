"""The item routes as apps use them, for every kind."""

import json
import re
import uuid

import pytest

from support.kinds import ACTIONS, ARCHIVED, NOUNS, PATHS, check_error, create, new_uid, payload
from support.wire import Connection

TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


def check_item(response, status: int, version: int) -> dict:
    assert response.status == status, response
    assert response.header("Content-Type") == "application/json"
    item = response.json()
    assert item["version"] == version
    assert response.header("ETag") == f'"{version}"'
    assert TIMESTAMP.match(item["updatedAt"])
    assert item["payload"]["uid"] == item["uid"]
    assert item["payload"]["updatedTs"] == item["payload"]["updateTime"] == item["updatedAt"]
    assert item["payload"]["sync"]["version"] == version
    return item


@pytest.mark.parametrize("path", PATHS)
def test_an_items_life(server, path):
    fields = payload(server, path, custom={"b": 1, "a": [1.0, 1e2]})
    made = server.request("POST", f"/v1/{path}", fields)
    item = check_item(made, 201, 1)
    uid = item["uid"]
    assert str(uuid.UUID(uid)) == uid
    assert made.header("Location") == f"/v1/{path}/{uid}"
    assert list(item) == ["uid", "version", "updatedAt", "payload"]
    assert fields.items() <= item["payload"].items()
    route = f"/v1/{path}/{uid}"

    assert server.request("GET", route).body == made.body
    assert server.request("GET", f"/v1/{path}/{uid.upper()}").body == made.body
    assert server.request("GET", f"/v1/{path}/{uid.replace('-', '')}").body == made.body
    check_error(server.request("POST", f"/v1/{path}", {**fields, "uid": uid}), 409, "already_exists", uid=uid, version=1)

    replaced = check_item(server.request("PUT", route, {**payload(server, path), "uid": new_uid()}), 200, 2)
    assert replaced["uid"] == uid and "custom" not in replaced["payload"]
    patched = check_item(server.request("PATCH", route, {"custom": {"x": None}, "tags": ["a"], "sync": 5, "uid": "x"}), 200, 3)
    assert patched["payload"]["custom"] == {"x": None} and patched["uid"] == uid
    merged = check_item(
        server.request("PATCH", route, {"custom": {"x": 1, "y": None}, "tags": None}, [("Content-Type", "application/merge-patch+json")]),
        200,
        4,
    )
    assert merged["payload"]["custom"] == {"x": 1} and "tags" not in merged["payload"]

    version = 4
    for action, effects in ACTIONS[path].items():
        version += 1
        done = check_item(server.request("POST", f"{route}/process", {"action": action, "metadata": {}}), 200, version)
        assert effects.items() <= done["payload"].items()
    version += 1
    archived = check_item(server.request("POST", f"{route}/archive"), 200, version)
    assert ARCHIVED[path].items() <= archived["payload"].items()

    version += 1
    deleted = server.request("DELETE", route)
    tombstone = check_item(deleted, 200, version)
    assert TIMESTAMP.match(tombstone["deletedAt"]) and tombstone["payload"]["sync"]["isDeleted"] is True
    noun = NOUNS[path]
    gone = check_error(server.request("GET", route), 410, "deleted", uid=uid, version=version, deletedAt=tombstone["deletedAt"])
    assert gone["error"] == f"{noun} deleted"
    assert check_error(server.request("DELETE", route), 410, "deleted")["error"] == f"{noun} already deleted"
    for method, suffix, body in [
        ("PUT", "", {}),
        ("PATCH", "", {}),
        ("POST", "/archive", {}),
        ("POST", "/process", {"action": next(iter(ACTIONS[path]))}),
    ]:
        check_error(server.request(method, route + suffix, {**payload(server, path), **body}), 410, "deleted")
    check_error(server.request("POST", f"/v1/{path}", {**fields, "uid": uid}), 410, "deleted")
    assert server.request("GET", f"{route}?includeDeleted=true").body == deleted.body

    check_error(server.request("POST", f"{route}/restore", headers=[("If-Match", "1")]), 412, "version_mismatch", uid=uid, actual=version)
    version += 1
    restored = server.request("POST", f"{route}/restore", headers=[("If-Match", f'"{version - 1}"')])
    alive = check_item(restored, 200, version)
    assert "deletedAt" not in alive and alive["payload"]["sync"] == {"version": version, "isDeleted": False}
    assert ARCHIVED[path].items() <= alive["payload"].items()
    assert server.request("GET", route).body == restored.body
    again = check_error(server.request("POST", f"{route}/restore"), 409, "already_exists", uid=uid, version=version)
    assert again["error"] == f"{noun} isn't deleted"

    missing = check_error(server.request("GET", f"/v1/{path}/{new_uid()}"), 404, "not_found")
    assert missing["error"] == f"{noun} not found"


def test_what_hangs_on_something_deleted_is_restored_after_it(server):
    note = create(server, "notes")["uid"]
    comment = create(server, "comments", parentType="note", parentUid=note)["uid"]
    for path, uid in [("comments", comment), ("notes", note)]:
        assert server.request("DELETE", f"/v1/{path}/{uid}").status == 200
    refused = check_error(server.request("POST", f"/v1/comments/{comment}/restore"), 422, "invalid_parent", field="/parentUid", reason="not_found")
    assert refused["error"] == f"parent note not found: {note}"
    results = server.request(
        "POST",
        "/v1/batch",
        {"mode": "atomic", "operations": [{"op": "restore", "kind": kind, "uid": uid} for kind, uid in [("notes", note), ("comments", comment)]]},
    ).json()["results"]
    assert [(result["status"], result["version"]) for result in results] == [(200, 3), (200, 3)]
    check_error(server.request("POST", f"/v1/notes/{new_uid()}/restore"), 404, "not_found")
    check_error(server.request("POST", "/v1/notes/nonsense/restore"), 400, "invalid_uid")


def test_only_notes_have_flat_copies(server):
    note = create(server, "notes")["payload"]
    assert (note["version"], note["isDirty"], note["isDeleted"]) == (1, 0, 0)
    assert note["remoteUpdatedAt"] == note["lastSyncedAt"] == note["updatedTs"]
    for path in PATHS[1:]:
        assert not {"isDirty", "isDeleted", "lastSyncedAt"} & set(create(server, path)["payload"])


def test_a_payload_comes_back_as_the_bytes_that_went_in(server):
    body = '{ "b" : 1.0 , "a":1E2,\t"n":123456789012345678901234567890,"e":"\\u00e9\\/é" , "z":{"y":[ ]} }'.encode()
    made = server.request("POST", "/v1/notes", body)
    assert made.status == 201
    got = server.request("GET", made.header("Location")).body
    assert body.rstrip(b" }") in got and got == made.body


@pytest.mark.parametrize("header, status", [
    ("5", 200), ('"5"', 200), ("*", 200), ('"4", "5"', 200), ('"5","4"', 200),
    ("4", 412), ('"4"', 412), ('W/"5"', 412), ('"4", "6"', 412),
    ('"5', 400), ("abc", 400), ("5.0", 400), ("-5", 400), ("", 400), ("+5", 400),
])  # fmt: skip
def test_if_match(server, header, status):
    uid = create(server, "notes")["uid"]
    for _ in range(4):
        server.request("PATCH", f"/v1/notes/{uid}", {})
    for method, suffix in [("PUT", ""), ("PATCH", ""), ("POST", "/archive"), ("POST", "/process"), ("DELETE", "")]:
        # The table speaks of version 5; a write that was let through has made another one.
        fresh = server.request("GET", f"/v1/notes/{uid}").json()["version"]
        sent = header.replace("5", str(fresh))
        response = server.request(method, f"/v1/notes/{uid}{suffix}", {"action": "pin"}, [("If-Match", sent)])
        match status:
            case 200:
                assert response.status == 200, (method, response)
            case 412:
                error = check_error(response, 412, "version_mismatch", uid=uid, actual=5)
                assert error["error"].startswith("version mismatch: expected ")
            case 400:
                check_error(response, 400, "invalid_if_match", field="If-Match")


def test_a_list_runs_from_the_oldest_change_to_the_newest(server):
    first, second, third = (create(server, "tasks")["uid"] for _ in range(3))
    server.request("PATCH", f"/v1/tasks/{first}", {})
    server.request("DELETE", f"/v1/tasks/{second}")

    def listed(query: str) -> list[str]:
        page = server.request("GET", f"/v1/tasks?{query}")
        assert page.status == 200
        return [item["uid"] for item in page.json()["items"]]

    assert listed("") == [third, first]
    assert listed("order=desc") == [first, third]
    assert listed("includeDeleted=true") == [third, first, second]
    assert listed("includeDeleted=1") == [third, first]
    assert listed("unknown=1&cursor=") == [third, first]
    # Cursors of the predecessor start from the beginning.
    assert listed("cursor=MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY") == [third, first]


def test_450_items_come_in_pages_of_200_exactly_once(server):
    with server.connect() as connection:
        made = []
        for number in range(450):
            body = json.dumps({"title": f"{number}"}).encode()
            made.append(connection.request("POST", "/v1/notes", [server.authorization], body).json()["uid"])
        for order in ("", "&order=desc"):
            seen, sizes, cursor = [], [], ""
            while cursor is not None:
                page = connection.request("GET", f"/v1/notes?limit=200&cursor={cursor}{order}", [server.authorization]).json()
                sizes.append(len(page["items"]))
                seen += [item["uid"] for item in page["items"]]
                cursor = page.get("nextCursor")
            assert sizes == [200, 200, 50]
            assert seen == (made[::-1] if order else made)


@pytest.mark.parametrize("query, code, field", [
    ("limit=0", "invalid_limit", "limit"), ("limit=-1", "invalid_limit", "limit"), ("limit=x", "invalid_limit", "limit"),
    ("limit=1.5", "invalid_limit", "limit"), ("limit=", "invalid_limit", "limit"), ("limit=%2B5", "invalid_limit", "limit"),
    ("limit=1&limit=1", "invalid_parameter", "limit"), ("order=asc", "invalid_parameter", "order"), ("order=", "invalid_parameter", "order"),
    ("cursor=not%20base64!", "invalid_cursor", "cursor"), ("cursor=Zm9v", "invalid_cursor", "cursor"),
    ("cursor=MTJ8", "invalid_cursor", "cursor"), ("cursor=fHw", "invalid_cursor", "cursor"),
])  # fmt: skip
def test_bad_queries_are_refused(shared_server, query, code, field):
    check_error(shared_server.request("GET", f"/v1/notes?{query}"), 400, code, field=field)


def test_a_limit_beyond_the_greatest_page_counts_as_that(shared_server):
    for limit in ("1001", "99999999999999999999"):
        assert shared_server.request("GET", f"/v1/notes?limit={limit}").status == 200


def test_a_cursor_is_of_one_kind_and_direction(server):
    for path in ("notes", "tasks"):
        for _ in range(3):
            create(server, path)
    cursor = server.request("GET", "/v1/notes?limit=1").json()["nextCursor"]
    assert len(cursor) <= 128
    assert server.request("GET", f"/v1/notes?limit=1&cursor={cursor}").status == 200
    check_error(server.request("GET", f"/v1/tasks?cursor={cursor}"), 400, "invalid_cursor")
    for index in range(len(cursor)):
        flipped = cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]
        check_error(server.request("GET", f"/v1/notes?cursor={flipped}"), 400, "invalid_cursor")


def test_parents_must_be_alive_and_of_the_right_kind(server):
    note, task, chat = (create(server, path)["uid"] for path in ("notes", "tasks", "chats"))
    for kind, uid in (("note", note), ("task", task)):
        assert server.request("POST", "/v1/comments", {"content": "", "parentType": kind, "parentUid": uid.upper()}).status == 201
    for fields, reason, field in [
        ({}, "missing", "/parentType"),
        ({"parentType": "note"}, "missing", "/parentUid"),
        ({"parentUid": note}, "missing", "/parentType"),
        ({"parentType": "note", "parentUid": "x"}, "invalid", "/parentUid"),
        ({"parentType": "chat", "parentUid": chat}, "wrong_kind", "/parentType"),
        ({"parentType": "note", "parentUid": task}, "not_found", "/parentUid"),
        ({"parentType": "note", "parentUid": new_uid()}, "not_found", "/parentUid"),
    ]:
        check_error(server.request("POST", "/v1/comments", fields), 422, "invalid_parent", reason=reason, field=field)
    message = {"content": "", "chatUid": note}
    error = check_error(server.request("POST", "/v1/chat_messages", message), 422, "invalid_parent", reason="not_found", field="/chatUid")
    assert error["error"] == f"parent chat not found: {note}"

    comment = create(server, "comments", parentUid=note)
    route = f"/v1/comments/{comment['uid']}"
    kept = server.request("PUT", route, {"content": "new"}).json()["payload"]
    assert (kept["parentType"], kept["parentUid"]) == ("note", note)
    moved = server.request("PATCH", route, {"parentType": "task", "parentUid": task})
    assert moved.status == 200
    server.request("DELETE", f"/v1/tasks/{task}")
    check_error(server.request("PATCH", route, {"content": "x"}), 422, "invalid_parent", reason="not_found")
    assert server.request("DELETE", route).status == 200


def test_deleting_a_task_list_detaches_its_tasks(server):
    lists = [create(server, "task_lists")["uid"] for _ in range(2)]
    tasks = [create(server, "tasks", taskListUid=uid)["uid"] for uid in (lists[0], lists[0].upper(), lists[1])]
    assert server.request("DELETE", f"/v1/task_lists/{lists[0]}").json()["uid"] == lists[0]
    items = [server.request("GET", f"/v1/tasks/{uid}").json() for uid in tasks]
    assert ["taskListUid" in item["payload"] for item in items] == [False, False, True]
    assert [item["version"] for item in items] == [2, 2, 1]
    assert items[0]["payload"]["sync"]["version"] == 2


@pytest.mark.parametrize("body, status, code", [
    (b"", 400, "invalid_json"), (b"null", 400, "invalid_json"), (b"[]", 400, "invalid_json"), (b"{} x", 400, "invalid_json"),
    (b'{"a":1,}', 400, "invalid_json"), (b"\xef\xbb\xbf{}", 400, "invalid_json"), (b'{"a":"\xff"}', 400, "invalid_json"),
    (b'{"a":' + b"[" * 600 + b"]" * 600 + b"}", 400, "invalid_json"),
    (b'{"a":1,"a":2}', 422, "invalid_payload"), (b'{"a":{"b":1,"\\u0062":2}}', 422, "invalid_payload"),
    (b'{"a":"\\u0000"}', 422, "invalid_payload"), (b'{"a":"\\ud800"}', 422, "invalid_payload"),
    (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", 422, "invalid_payload"), (b'{"a":' + b"[" * 63 + b"]" * 63 + b"}", 201, None),
    (b'{"a":[' + b"0," * 100_000 + b"0]}", 422, "invalid_payload"),
    (b'{"uid":"x"}', 400, "invalid_uid"), (b'{"uid":5}', 400, "invalid_uid"),
    (b'{"uid":null}', 201, None), (b'{"uid":""}', 201, None), (b'{"uid":"00000000-0000-0000-0000-000000000000"}', 201, None),
    (b'{"e":"\xc3\xa9","e\xcc\x81":1,"\xc3\xa9":2} \r\n', 201, None),
])  # fmt: skip
def test_bodies(shared_server, body, status, code):
    response = shared_server.request("POST", "/v1/notes", body)
    if code is None:
        assert response.status == status, response
    else:
        error = check_error(response, status, code)
        if code == "invalid_payload":
            assert error["field"].startswith("/") and error["reason"]


def test_an_unknown_uid_is_checked_after_everything_that_needs_no_database(shared_server):
    uid = new_uid()
    for method, suffix, body, code in [
        ("PUT", "", b"{", "invalid_json"),
        ("PATCH", "", b"[]", "invalid_json"),
        ("POST", "/process", b'{"action":"fly"}', "invalid_action"),
        ("POST", "/process", b"{}", "invalid_request"),
        ("POST", "/process", b'{"action":"pin","metadata":5}', "invalid_request"),
    ]:
        check_error(shared_server.request(method, f"/v1/notes/{uid}{suffix}", body), 400, code)
    error = check_error(shared_server.request("POST", f"/v1/notes/{uid}/process", {"action": "fly"}), 400, "invalid_action", action="fly")
    assert error["error"] == "invalid action: fly" and error["allowed"] == ["pin", "unpin", "archive", "unarchive"]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        check_error(shared_server.request(method, "/v1/notes/nonsense", {}), 400, "invalid_uid")
        check_error(shared_server.request(method, f"/v1/notes/{uid}", {}), 404, "not_found")


def test_routes_and_methods(shared_server):
    check_error(shared_server.request("GET", "/v1/unicorns"), 404, "route_not_found")
    for path in ("//healthz", "/healthz/", "/v1/notes/", "/V1/notes", "/v1/./notes", "/v1/%6eotes"):
        check_error(shared_server.request("GET", path), 404, "route_not_found")
    allowed = check_error_and_allow(shared_server.request("DELETE", "/v1/notes"))
    assert allowed == {"GET", "POST"}
    assert check_error_and_allow(shared_server.request("POST", f"/v1/notes/{new_uid()}")) == {"GET", "PUT", "PATCH", "DELETE"}
    head = shared_server.connect()
    head.send(b"HEAD /v1/notes HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert head._until(b"\r\n").startswith(b"HTTP/1.1 405")
    head.close()


def check_error_and_allow(response) -> set[str]:
    check_error(response, 405, "method_not_allowed")
    return {name.strip() for name in response.header("Allow").split(",")}


def test_health_routes_need_no_token(shared_server):
    healthz = shared_server.request("GET", "/healthz", token=False)
    assert (healthz.status, healthz.body) == (200, b"ok") and healthz.header("Content-Type").startswith("text/plain")
    health = shared_server.request("GET", "/health", token=False).json()
    assert (health["status"], health["service"], health["role"]) == ("ok", "toolbridge", "serve")
    assert shared_server.request("GET", "/readyz", token=False).json() == {"status": "ready"}
    info = shared_server.request("GET", "/", token=False)
    assert info.header("Content-Type") == "application/json" and info.json()["role"] == "serve"
    page = shared_server.request("GET", "/", headers=[("Accept", "text/html,*/*")], token=False)
    assert page.header("Content-Type").startswith("text/html")


def test_a_token_is_needed_and_checked(shared_server):
    right = shared_server.token
    for value in (
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic " + right,
        right,
        "Bearer x",
        "Bearer " + right[:-1],
        f"Bearer {right}x",
    ):
        fields = [] if value is None else [("Authorization", value)]
        response = shared_server.request("GET", "/v1/notes", headers=fields, token=False)
        error = check_error(response, 401, "unauthorized")
        assert error["error"] == "unauthorized" and response.header("WWW-Authenticate").startswith("Bearer")
        assert right not in response.body.decode()
    for scheme in ("bearer", "BEARER"):
        assert shared_server.request("GET", "/v1/notes", headers=[("Authorization", f"{scheme} {right}")], token=False).status == 200
    # Outside development nobody is believed by name.
    check_error(shared_server.request("GET", "/v1/notes", headers=[("X-Debug-Sub", "me")], token=False), 401, "unauthorized")


def test_development_takes_a_name_and_keeps_owners_apart(make_server):
    server = make_server(ENV="dev").start()
    alice, bob = ([("X-Debug-Sub", name)] for name in ("alice", "bob"))
    uid = server.request("POST", "/v1/notes", {"title": "hers"}, alice, token=False).json()["uid"]
    assert server.request("GET", f"/v1/notes/{uid}", headers=alice, token=False).status == 200
    check_error(server.request("GET", f"/v1/notes/{uid}", headers=bob, token=False), 404, "not_found")
    assert server.request("GET", "/v1/notes", headers=bob, token=False).json() == {"items": []}
    note = {"content": "", "parentType": "note", "parentUid": uid}
    check_error(server.request("POST", "/v1/comments", note, bob, token=False), 422, "invalid_parent", reason="not_found")
    assert server.request("POST", "/v1/notes", {"uid": uid}, bob, token=False).status == 201
    check_error(server.request("GET", "/v1/notes", headers=[*alice, ("Authorization", "Bearer x")], token=False), 401, "unauthorized")


def test_rate_limits_say_when_to_come_back(make_server):
    server = make_server(ENV="dev", RATE_LIMIT_DATA="60/60/3").start()
    alice = [("X-Debug-Sub", "alice")]
    for remaining in (2, 1, 0):
        response = server.request("GET", "/v1/notes", headers=alice, token=False)
        assert response.status == 200
        assert [response.header(f"X-RateLimit-{name}") for name in ("Limit", "Remaining", "Burst")] == ["60", str(remaining), "3"]
    response = server.request("GET", "/v1/notes", headers=alice, token=False)
    error = check_error(response, 429, "rate_limited")
    assert int(response.header("Retry-After")) == error["retry_after"] >= 1
    assert server.request("GET", "/v1/notes", headers=[("X-Debug-Sub", "bob")], token=False).status == 200


def test_correlation_ids(shared_server):
    for given, echoed in [("abc-1._", True), ("x" * 64, True), ("x" * 65, False), ("a b", False), ("é", False), ("", False)]:
        got = shared_server.request("GET", "/healthz", headers=[("X-Correlation-ID", given)], token=False).header("X-Correlation-ID")
        assert (got == given) == echoed
        if not echoed:
            assert uuid.UUID(got).version == 4
    assert shared_server.request("GET", "/healthz", token=False).header("Date")


@pytest.mark.parametrize(
    "name", ["Authorization", "X-TB-Tenant-ID", "X-TB-Signature", "X-Sync-Session", "X-Sync-Epoch", "If-Match", "X-Debug-Sub"]
)
def test_fields_that_may_occur_once(shared_server, name):
    value = f"Bearer {shared_server.token}" if name == "Authorization" else "1"
    more = [] if name == "Authorization" else [shared_server.authorization]
    for spelling in (name, name.lower()):
        response = shared_server.request("GET", "/v1/notes", headers=[(name, value), (spelling, value), *more], token=False)
        check_error(response, 400, "duplicate_header")
    # As some join two of them; signatures, conditions and subjects may have commas.
    if name not in ("X-TB-Signature", "If-Match", "X-Debug-Sub"):
        response = shared_server.request("GET", "/v1/notes", headers=[(name, f"{value}, {value}"), *more], token=False)
        check_error(response, 400, "duplicate_header")
    if name.startswith("X-"):
        response = shared_server.request("GET", "/v1/notes", headers=[(name.replace("-", "_"), value), *more], token=False)
        check_error(response, 400, "duplicate_header")


def test_content_encoding_is_refused(shared_server):
    for encoding, status in [("gzip", 415), ("br", 415), ("zstd", 415), ("nonsense", 415), ("identity", 201)]:
        response = shared_server.request("POST", "/v1/notes", {"title": "T"}, [("Content-Encoding", encoding)])
        assert response.status == status, (encoding, response)
        if status == 415:
            check_error(response, 415, "unsupported_encoding")


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_size_of_a_body(shared_server, over):
    limit = 1_048_576
    head, tail = b'{"title":"', b'"}'
    # The stored payload has the server's fields too, so only what stays well below it as a whole is taken.
    body = head + b"x" * (limit + over - len(head) - len(tail)) + tail
    response = shared_server.request("POST", "/v1/notes", body)
    check_error(response, 413, "payload_too_large", limit=limit)
    assert shared_server.request("POST", "/v1/notes", head + b"x" * (limit - 1024) + tail).status == 201


@pytest.mark.parametrize("length", [1_048_577, 2**63 - 1])
def test_a_length_over_the_limit_is_answered_before_the_body(shared_server, length):
    with shared_server.connect() as connection:
        fields = (
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {shared_server.token}\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
        )
        connection.send(f"POST /v1/notes HTTP/1.1\r\n{fields}".encode())
        check_error(connection.response(), 413, "payload_too_large")


def test_chunked_bodies_are_counted(shared_server):
    with shared_server.connect() as connection:
        fields = [shared_server.authorization, ("Transfer-Encoding", "chunked")]
        assert connection.request("POST", "/v1/notes", fields, b'9\r\n{"title":\r\n4\r\n"T"}\r\n0\r\n\r\n').status == 201
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        check_error(connection.request("POST", "/v1/notes", fields, chunk * 17 + b"0\r\n\r\n"), 413, "payload_too_large")


def test_targets_and_heads_have_limits(shared_server):
    line = 8192
    assert shared_server.request("GET", "/healthz?" + "x" * 8000, token=False).status == 200
    check_error(shared_server.request("GET", "/healthz?" + "x" * line, token=False), 414, "uri_too_long")
    check_error(shared_server.request("GET", "/v1/notes?" + "&".join(f"p{i}=1" for i in range(101))), 400, "invalid_parameter")
    check_error(
        shared_server.request("GET", "/healthz", headers=[(f"X-{i}", "1") for i in range(101)], token=False), 431, "headers_too_large"
    )
    check_error(shared_server.request("GET", "/healthz", headers=[("X-A", "x" * 20_000)], token=False), 431, "headers_too_large")
    fields = [(f"X-{i}", "x" * 8000) for i in range(5)]
    check_error(shared_server.request("GET", "/healthz", headers=fields, token=False), 431, "headers_too_large")


def test_sync_session_and_epoch_are_checked_where_they_are_sent(shared_server):
    check_error(shared_server.request("GET", "/v1/notes", headers=[("X-Sync-Session", new_uid())]), 428, "session_invalid")
    check_error(shared_server.request("GET", "/v1/notes", headers=[("X-Sync-Session", "x")]), 428, "session_invalid")
    assert shared_server.request("GET", "/v1/notes", headers=[("X-Sync-Epoch", "1")]).status == 200
    for epoch in ("2", "0", "x", "-1", "99999999999999999999"):
        response = shared_server.request("GET", "/v1/notes", headers=[("X-Sync-Epoch", epoch)])
        check_error(response, 409, "epoch_mismatch", epoch=1)
        assert response.header("X-Sync-Epoch") == "1"


def test_another_tenant_is_forbidden_in_a_single_tenant_installation(shared_server):
    assert shared_server.request("GET", "/v1/notes", headers=[("X-TB-Tenant-ID", "tenant_thinkpen_b2c")]).status == 200
    check_error(shared_server.request("GET", "/v1/notes", headers=[("X-TB-Tenant-ID", "other")]), 403, "tenant_forbidden")


def test_a_connection_serves_many_requests(shared_server):
    with Connection(shared_server.port) as connection:
        for _ in range(50):
            assert connection.request("GET", "/healthz").body == b"ok"
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 10)
        assert [connection.response().body for _ in range(10)] == [b"ok"] * 10

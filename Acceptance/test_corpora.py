"""Public collections of hostile JSON and hostile text, through REST and through a tool."""

import json

import pytest

from support.kinds import check_error
from support.mcp import Client, encode
from support.places import shared
from support.wire import Closed

SURROGATES_BY_ESCAPE = {
    "i_object_key_lone_2nd_surrogate.json", "i_string_1st_surrogate_but_2nd_missing.json", "i_string_1st_valid_surrogate_2nd_invalid.json",
    "i_string_incomplete_surrogate_and_escape_valid.json", "i_string_incomplete_surrogate_pair.json",
    "i_string_incomplete_surrogates_escape_valid.json", "i_string_invalid_lonely_surrogate.json", "i_string_invalid_surrogate.json",
    "i_string_inverted_surrogates_U+1D11E.json", "i_string_lone_second_surrogate.json",
}  # fmt: skip
REFUSED_ON_PURPOSE = {
    "y_object_duplicated_key.json": "duplicate_key",
    "y_object_duplicated_key_and_value.json": "duplicate_key",
    "y_object_escaped_null_in_key.json": "nul",
    "y_string_null_escape.json": "nul",
}


def texts() -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in sorted(shared("data/json-test-suite").glob("*.json"))}
    assert len(files) == 318
    return files


def verdict(name: str) -> tuple[int, str | None]:
    """The status of an item route, and the reason of a 422."""
    if name in REFUSED_ON_PURPOSE:
        return 422, REFUSED_ON_PURPOSE[name]
    if name.startswith("y_") or name.startswith("i_number_"):
        return 201, None
    if name in SURROGATES_BY_ESCAPE:
        return 422, "invalid_unicode"
    if name == "i_structure_500_nested_arrays.json":
        return 422, "too_deep"
    return 400, None


def test_the_verdicts_are_those_that_were_agreed():
    """The table above and the numbers in the corpus's own description."""
    counts = {}
    for name in texts():
        key = (name[0], verdict(name)[0])
        counts[key] = counts.get(key, 0) + 1
    assert counts == {("n", 400): 188, ("y", 201): 91, ("y", 422): 4, ("i", 201): 10, ("i", 422): 11, ("i", 400): 14}


def test_json_texts_as_a_member_of_a_payload(shared_server):
    wrong = []
    connection = shared_server.connect()
    for name, text in texts().items():
        status, reason = verdict(name)
        try:
            response = connection.request("POST", "/v1/notes", [shared_server.authorization], b'{"x":' + text + b"}")
        except Closed:
            connection = shared_server.connect()
            wrong.append((name, "closed the connection"))
            continue
        if response.status != status:
            wrong.append((name, response.status, response.body[:100]))
        elif status == 201:
            stored = connection.request("GET", response.header("Location"), [shared_server.authorization])
            if b'"x":' + text.rstrip(b" \t\r\n") not in stored.body or stored.body != response.body:
                wrong.append((name, "came back changed", stored.body[:200]))
        elif status == 422:
            check_error(response, 422, "invalid_payload", reason=reason)
        else:
            check_error(response, 400, "invalid_json")
    assert not wrong
    assert shared_server.is_alive()


def test_json_texts_inside_a_tools_arguments(shared_server):
    """As part of the message: what is no JSON is an error of the message, what is no text is an error of the call."""
    wrong = []
    with Client(shared_server) as client:
        for name, text in texts().items():
            status, reason = verdict(name)
            marker = {"name": "create_note", "arguments": {"title": "T", "content": "C", "additional_fields": {"x": "MARK"}}}
            body = encode(client.message("tools/call", marker)).replace(b'"MARK"', text)
            response = client.connection.request("POST", "/mcp", client.fields("tools/call", "create_note"), body)
            message = response.json()
            if status == 201:
                good = response.status == 200 and not message["result"].get("isError")
                good = good and b'"x":' + text.strip(b" \t\r\n") in response.body
            elif reason in ("nul", "invalid_unicode"):
                good = response.status == 200 and message["result"]["isError"] is True
            else:
                good = response.status == 400 and message["error"]["code"] == -32700
            if not good:
                wrong.append((name, response.status, response.body[:200]))
    assert not wrong
    assert shared_server.is_alive()


def test_json_texts_as_a_string_of_json(shared_server):
    """`additional_fields` may be JSON text; there every verdict is a result of the call."""
    wrong = []
    with Client(shared_server) as client:
        for name, text in texts().items():
            try:
                spelling = b'{"x":' + text + b"}"
                spelling = spelling.decode("utf-8")
            except UnicodeDecodeError:
                continue
            answer = client.call("create_note", title="T", content="C", additional_fields=spelling)
            if answer.is_error == (verdict(name)[0] == 201):
                wrong.append((name, answer.body[:200]))
            elif (
                verdict(name)[0] == 400 and "\0" not in spelling and not answer.text.startswith("Invalid JSON string for additional_fields")
            ):
                wrong.append((name, answer.text))
    assert not wrong


def naughty_strings() -> list[str]:
    strings = json.loads(shared("data/naughty-strings/blns.json").read_text("utf-8"))
    assert len(strings) == 515
    return strings


def test_naughty_strings_through_rest(shared_server):
    with shared_server.connect() as connection:
        for text in naughty_strings():
            body = encode({"title": text, "content": text, "tags": [text], text or "empty": 1})
            if text in ("title", "content", "tags"):
                continue
            made = connection.request("POST", "/v1/notes", [shared_server.authorization], body)
            assert made.status == 201, (text, made)
            got = connection.request("GET", made.header("Location"), [shared_server.authorization])
            assert got.body == made.body and body[:-1] in got.body, text
            payload = got.json()["payload"]
            assert (payload["title"], payload["content"], payload["tags"]) == (text, text, [text])


@pytest.mark.parametrize("revision", ["2026-07-28", "2025-11-25"])
def test_naughty_strings_through_tools(shared_server, revision):
    with Client(shared_server, revision) as client:
        for text in naughty_strings():
            note = client.call("create_note", title=text, content=text, tags=[text]).value
            got = client.call("get_note", uid=note["uid"]).value
            assert (got["payload"]["title"], got["payload"]["content"], got["payload"]["tags"]) == (text, text, [text])


def test_naughty_strings_as_uids_and_paths(shared_server):
    """In places where they make no sense they are refused, as errors of the client."""
    with Client(shared_server) as client:
        for text in naughty_strings():
            answer = client.call("get_note", uid=text)
            assert answer.is_error and "uid" in answer.text
    quoted = ["%00", "%ff", "%C0%80", "%ED%A0%80", "..%2f..", "%2e%2e", "%", "%zz", "'", "%27%20OR%201=1--"]
    for text in quoted:
        assert 400 <= shared_server.request("GET", f"/v1/notes/{text}").status < 500
        for name in ("cursor", "limit", "order"):
            assert shared_server.request("GET", f"/v1/notes?{name}={text}").status == 400, (name, text)
    assert shared_server.is_alive()


def test_text_is_compared_by_its_bytes(shared_server):
    """Two spellings of é are two keys, two tags; nothing is normalized."""
    body = '{"é":1,"e\u0301":2,"tags":["é","e\u0301","\ufffe","\uffff"]}'.encode()
    made = shared_server.request("POST", "/v1/notes", body)
    assert made.status == 201 and body[:-1] in made.body
    for bad in (b"\xc0\x80", b"\xed\xa0\x81\xed\xb0\x81", b"\xf4\x90\x80\x80", b"\xc3", b"\xff"):
        check_error(shared_server.request("POST", "/v1/notes", b'{"title":"' + bad + b'"}'), 400, "invalid_json")

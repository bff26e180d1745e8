"""/openapi.json and /docs: valid, complete, the same each time, and kept by the program."""

import json
import re
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from support.kinds import PATHS
from support.places import ROOT, shared
from support.schemathesis import schemathesis

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(shared_server) -> dict:
    return shared_server.request("GET", "/openapi.json", token=False).json()


def operations(document: dict):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield method.upper(), path, operation


def resolved(document: dict, part: dict) -> dict:
    while "$ref" in part:
        target = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def check(document: dict, schema: dict, instance):
    """Validates against a schema whose references point into the document."""
    Draft202012Validator({**schema, "components": document["components"]}).validate(instance)


def test_it_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for name, schema in document["components"]["schemas"].items():
        assert isinstance(schema, dict), name
        Draft202012Validator.check_schema(schema)


def test_it_is_the_same_bytes_each_time_and_needs_no_token(shared_server):
    for path, media_type in [("/openapi.json", "application/json"), ("/docs", "text/html; charset=utf-8"), ("/docs.css", "text/css; charset=utf-8")]:
        first, again = (shared_server.request("GET", path, token=False) for _ in range(2))
        assert first.status == 200 and first.header("Content-Type") == media_type
        assert first.body == again.body and first.header("ETag") == again.header("ETag")
        for known in [first.header("ETag"), f'"other", W/{first.header("ETag")}', "*"]:
            unchanged = shared_server.request("GET", path, headers=[("If-None-Match", known)], token=False)
            assert unchanged.status == 304 and unchanged.body == b"" and unchanged.header("ETag") == first.header("ETag")
        assert shared_server.request("GET", path, headers=[("If-None-Match", '"other"')], token=False).status == 200


def test_every_route_of_the_contract_is_there(document):
    item = [("GET", ""), ("POST", ""), ("GET", "/{uid}"), ("PUT", "/{uid}"), ("PATCH", "/{uid}"), ("DELETE", "/{uid}")]
    item += [("POST", f"/{{uid}}/{name}") for name in ("restore", "archive", "process")]
    expected = {(method, f"/v1/{kind}{suffix}") for kind in PATHS for method, suffix in item}
    expected |= {(method, f"/v1/sync/{kind}/{name}") for kind in PATHS for method, name in [("POST", "push"), ("GET", "pull")]}
    expected |= {("GET", path) for path in ["/", "/healthz", "/health", "/readyz", "/openapi.json", "/docs"]}
    expected |= {("GET", path) for path in ["/v1/sync/info", "/v1/sync/state", "/v1/sync/changes", "/v1/search", "/v1/recent", "/v1/auth/tenant"]}
    expected |= {("POST", path) for path in ["/v1/sync/wipe", "/v1/batch", "/v1/sync/sessions", "/auth/token-exchange", "/oauth/token"]}
    expected |= {("GET", "/v1/sync/sessions/{id}"), ("DELETE", "/v1/sync/sessions/{id}")}
    assert expected <= {(method, path) for method, path, _ in operations(document)}


def test_every_described_route_is_served(shared_server, document):
    for method, path, operation in operations(document):
        target = re.sub(r"\{\w+\}", "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", path)
        answer = shared_server.request(method, target, token=False)
        is_public = operation.get("security") == []
        assert (answer.status == 401) != is_public, (method, path, answer)
        assert str(answer.status) in operation["responses"], (method, path, answer)


def test_its_examples_keep_its_schemas(document):
    count = 0
    for method, path, operation in operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [resolved(document, response).get("content", {}) for response in operation["responses"].values()]
        for content in contents:
            for media_type, form in content.items():
                examples = [example["value"] for example in form.get("examples", {}).values()]
                for example in examples + ([form["example"]] if "example" in form else []):
                    check(document, form["schema"], example)
                    count += 1
        for parameter in operation.get("parameters", []):
            parameter = resolved(document, parameter)
            if "example" in parameter:
                check(document, parameter["schema"], parameter["example"])
                count += 1
    assert count > 1000


# First member of an example of the contract → the schema that it has to keep.
CONTRACT_EXAMPLES = {
    ("error", "code"): "Error",
    ("apiVersion",): "Info",
    ("items",): "PushRequest",
    ("upserts",): "PullPage",
    ("uid", "version", "updatedAt", "payload"): "NoteItem",
    ("epoch", "deleted"): "WipeResult",
}


def test_the_examples_of_the_contract_keep_its_schemas(document):
    text = shared("contract/rest-and-sync.md").read_text()
    found = set()
    for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        value = json.loads(block.replace("…", ""))
        if isinstance(value, list):
            check(document, {"$ref": "#/components/schemas/Acks"}, value)
            found.add("Acks")
            continue
        for keys, name in CONTRACT_EXAMPLES.items():
            if set(keys) <= set(value):
                check(document, {"$ref": f"#/components/schemas/{name}"}, value)
                found.add(name)
    assert found == {"Acks", *CONTRACT_EXAMPLES.values()}


def test_the_errors_of_the_contract_are_its_codes(document):
    """Every code of the contract that this version can answer, with the status that it has there."""
    text = shared("contract/rest-and-sync.md").read_text()
    table = {code: int(status) for status, codes in re.findall(r"^\| (\d{3}) \| (`[^|]*) \|", text, re.MULTILINE) for code in re.findall(r"`(\w+)`", codes)}
    documented: dict[str, set[int]] = {}
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            for form in resolved(document, response).get("content", {}).values():
                for code in form.get("examples", {}):
                    documented.setdefault(code, set()).add(int(status))
    for code, statuses in documented.items():
        assert statuses == {table[code]}, code
    names = document["components"]["schemas"]["Error"]["properties"]["code"]["enum"]
    assert set(documented) <= set(names)


# MARK: The page


class Page(HTMLParser):
    """Reads HTML and refuses what isn't well-formed: every element that needs an end has one."""

    VOID = {"meta", "link", "input", "br", "hr", "img"}

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        values = dict(attributes)
        if "id" in values:
            self.ids.append(values["id"])
        assert not [name for name in values if name.startswith("on") or name == "style"]
        if tag == "a":
            self.links.append(values["href"])
        self.loaded += [values[name] for name in ("src", "data", "srcset") if name in values]
        if tag == "link":
            self.loaded.append(values["href"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_has_all_operations_and_nothing_from_elsewhere(shared_server, document, tell):
    answer = shared_server.request("GET", "/docs", token=False)
    text = answer.body.decode()
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    for method, path, operation in operations(document):
        assert operation["operationId"] in page.ids, operation["operationId"]
        assert f"<code>{path}</code>" in text, path
    for name in document["components"]["schemas"]:
        assert f"schema-{name}" in page.ids
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link
        else:
            assert link == "/openapi.json" or re.fullmatch(r"https://www\.rfc-editor\.org/rfc/rfc\d+", link), link
    # Without a script it works as it does with one.
    assert page.loaded == ["/docs.css"] and not page.tags & {"script", "iframe", "object", "form", "base", "style"}
    policy = answer.header("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'self';") and "unsafe" not in policy
    stylesheet = shared_server.request("GET", "/docs.css", token=False).body
    assert stylesheet == (ROOT / "web" / "docs.css").read_bytes()
    assert b"url(" not in stylesheet and b"@import" not in stylesheet
    size = len(shared_server.request("GET", "/openapi.json", token=False).body)
    tell(f"openapi.json {size} bytes, docs {len(answer.body)} bytes")


def test_schemathesis_finds_nothing_with_a_fixed_seed(server, tmp_path, tell):
    cases = schemathesis(server, tmp_path, "--seed", "3", "--max-examples", "3")
    assert cases >= 2000
    tell(f"{cases} cases")

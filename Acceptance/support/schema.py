"""The official schemas: every message that comes from the server is checked against the one of its revision."""

import functools
import json
import os

import jsonschema

from .places import SHARED, shared

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
MODERN = "2026-07-28"
LEGACY = REVISIONS[:-1]

RESULTS = {
    "initialize": "InitializeResult",
    "ping": "EmptyResult",
    "server/discover": "DiscoverResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
}

ERRORS_OF_MODERN = {
    -32020: "HeaderMismatchError",
    -32021: "MissingRequiredClientCapabilityError",
    -32022: "UnsupportedProtocolVersionError",
}


def are_absent() -> bool:
    """Where the shared material is missing, outside of CI, the protocol is tested all the same, and a test of its own says what is left out."""
    return not (SHARED / "mcp-schema").is_dir() and os.environ.get("CI") != "true"


@functools.cache
def _document(revision: str) -> dict:
    return json.loads(shared(f"mcp-schema/{revision}/schema.json").read_text())


@functools.cache
def _validator(revision: str, name: str):
    document = _document(revision)
    key = "$defs" if "$defs" in document else "definitions"
    assert name in document[key], f"{revision} has no {name}"
    schema = {key: document[key], "allOf": [{"$ref": f"#/{key}/{name}"}]}
    return (jsonschema.Draft202012Validator if key == "$defs" else jsonschema.Draft7Validator)(schema)


def check(revision: str, name: str, value):
    """Fails unless `value` is a `name` of this revision."""
    if are_absent():
        return
    errors = list(_validator(revision, name).iter_errors(value))
    assert not errors, f"no {name} of {revision}: {errors[0].message} in {json.dumps(value)[:600]}"


def check_answer(revision: str, method: str, message: dict):
    """Fails unless the message answers a request of this method as the revision's schema says."""
    assert message.get("jsonrpc") == "2.0", message
    assert ("result" in message) != ("error" in message), message
    if "result" in message:
        check(revision, "JSONRPCResultResponse" if revision >= "2025-11-25" else "JSONRPCResponse", message)
        check(revision, RESULTS[method], message["result"])
        if revision == MODERN:
            assert message["result"]["resultType"] == "complete"
            assert message["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"]
        else:
            assert not {"resultType", "ttlMs", "cacheScope"} & set(message["result"]), message
        return
    error = message["error"]
    assert isinstance(error["code"], int) and error["message"], message
    if message.get("id", 0) is None:
        # JSON-RPC's own form, which no schema of the protocol describes.
        assert revision < "2025-11-25", message
        return
    check(revision, "JSONRPCErrorResponse" if revision >= "2025-11-25" else "JSONRPCError", message)
    if revision == MODERN and error["code"] in ERRORS_OF_MODERN:
        check(revision, ERRORS_OF_MODERN[error["code"]], message)


def check_value(schema: dict, value):
    """Fails unless a tool's structured result fits the tool's own output schema."""
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)

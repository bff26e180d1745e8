"""The official schemas: every message that comes from the server is checked against the one of its revision."""

import functools
import json
import os

import jsonschema

from .places import SHARED, shared

REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
MODERN = "2026-07-28"
LEGACY = REVISIONS[:-1]
STREAMABLE = REVISIONS[1:]
TASKS = "io.modelcontextprotocol/tasks"
SERVER_INFO = "io.modelcontextprotocol/serverInfo"

RESULTS = {
    "initialize": "InitializeResult",
    "ping": "EmptyResult",
    "server/discover": "DiscoverResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "logging/setLevel": "EmptyResult",
    "subscriptions/listen": "SubscriptionsListenResult",
}

NOTIFICATIONS = {
    "notifications/progress": "ProgressNotification",
    "notifications/message": "LoggingMessageNotification",
    "notifications/cancelled": "CancelledNotification",
    "notifications/tools/list_changed": "ToolListChangedNotification",
    "notifications/prompts/list_changed": "PromptListChangedNotification",
    "notifications/resources/list_changed": "ResourceListChangedNotification",
    "notifications/resources/updated": "ResourceUpdatedNotification",
    "notifications/elicitation/complete": "ElicitationCompleteNotification",
    "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
}

QUESTIONS = {
    "ping": "PingRequest",
    "sampling/createMessage": "CreateMessageRequest",
    "roots/list": "ListRootsRequest",
    "elicitation/create": "ElicitRequest",
}

# The error responses that the newest revision describes one by one; others have the general form.
ERRORS_OF_MODERN = {
    -32020: "HeaderMismatchError",
    -32021: "MissingRequiredClientCapabilityError",
    -32022: "UnsupportedProtocolVersionError",
}
# Those of JSON-RPC itself: the schema describes their `error` member alone.
PLAIN_ERRORS_OF_MODERN = {
    -32700: "ParseError",
    -32600: "InvalidRequestError",
    -32601: "MethodNotFoundError",
    -32602: "InvalidParamsError",
    -32603: "InternalError",
}

# The tasks extension is not part of the official schema file, so its results are described here by TK3 to TK6.
_TASK = {
    "resultType": {},
    "_meta": {"type": "object"},
    "taskId": {"type": "string", "minLength": 1},
    "status": {"enum": ["working", "input_required", "completed", "failed", "cancelled"]},
    "statusMessage": {"type": "string"},
    "createdAt": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
    "lastUpdatedAt": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
    "ttlMs": {"type": ["integer", "null"]},
    "pollIntervalMs": {"type": "integer", "minimum": 0},
}
_REQUIRED_OF_TASK = ["taskId", "status", "createdAt", "lastUpdatedAt", "ttlMs"]
CREATED_TASK = {
    "type": "object",
    "properties": {**_TASK, "resultType": {"const": "task"}},
    "required": ["resultType", *_REQUIRED_OF_TASK],
    "additionalProperties": False,
}


def _with(status: str, **members) -> dict:
    return {
        "properties": {**_TASK, **members, "status": {"const": status}},
        "required": [*_REQUIRED_OF_TASK, *members],
        "additionalProperties": False,
    }


TASK = {
    "type": "object",
    "oneOf": [
        _with("working"),
        _with("cancelled"),
        _with("completed", result={"type": "object"}),
        _with("failed", error={"type": "object", "required": ["code", "message"], "properties": {"code": {"type": "integer"}}}),
        _with("input_required", inputRequests={"type": "object", "minProperties": 1}),
    ],
}


def are_absent() -> bool:
    """Where the shared material is missing, outside of CI, the protocol is tested all the same, and a test of its own says what is left out."""
    return not (SHARED / "mcp-schema").is_dir() and os.environ.get("CI") != "true"


@functools.cache
def _document(revision: str) -> dict:
    return json.loads(shared(f"mcp-schema/{revision}/schema.json").read_text())


def _definitions(revision: str) -> tuple[str, dict]:
    document = _document(revision)
    key = "$defs" if "$defs" in document else "definitions"
    return key, document[key]


@functools.cache
def _validator(revision: str, name: str):
    key, definitions = _definitions(revision)
    assert name in definitions, f"{revision} has no {name}"
    schema = {key: definitions, "allOf": [{"$ref": f"#/{key}/{name}"}]}
    return (jsonschema.Draft202012Validator if key == "$defs" else jsonschema.Draft7Validator)(schema)


def check(revision: str, name: str, value):
    """Fails unless `value` is a `name` of this revision."""
    if are_absent():
        return
    errors = list(_validator(revision, name).iter_errors(value))
    assert not errors, f"no {name} of {revision}: {errors[0].message} in {json.dumps(value)[:600]}"


@functools.cache
def _members(revision: str, name: str) -> frozenset[str]:
    return frozenset(_definitions(revision)[1][name]["properties"])


def check_members(revision: str, name: str, value: dict, allowed=frozenset()):
    """Fails if `value` has a member that a `name` of this revision does not know; the schemas themselves let any member pass."""
    if are_absent():
        return
    foreign = set(value) - _members(revision, name) - set(allowed)
    assert not foreign, f"a {name} of {revision} has no {sorted(foreign)}: {json.dumps(value)[:600]}"


# Type of a content block → its definition.
_BLOCKS = {
    "text": "TextContent",
    "image": "ImageContent",
    "audio": "AudioContent",
    "resource": "EmbeddedResource",
    "resource_link": "ResourceLink",
}
# UI3: the page of a tool is told to every client, also to those of revisions whose tools have no `_meta`.
_PAGE = frozenset(["_meta"])


def _check_contents(revision: str, contents: dict):
    check_members(revision, "BlobResourceContents" if "blob" in contents else "TextResourceContents", contents, _PAGE)


def _check_block(revision: str, block: dict):
    name = _BLOCKS[block["type"]]
    if not are_absent():
        assert name in _definitions(revision)[1], f"{revision} has no {name}"
    check_members(revision, name, block)
    if block["type"] == "resource":
        _check_contents(revision, block["resource"])


def _check_result_members(revision: str, method: str, result: dict):
    """Section 2: a client gets exactly the members that its revision has."""
    check_members(revision, RESULTS[method] if RESULTS[method] != "EmptyResult" else "Result", result)
    for key, name in [("tools", "Tool"), ("resources", "Resource"), ("resourceTemplates", "ResourceTemplate"), ("prompts", "Prompt")]:
        for value in result.get(key, []):
            check_members(revision, name, value, _PAGE if name == "Tool" else frozenset())
            for argument in value.get("arguments", []):
                check_members(revision, "PromptArgument", argument)
            assert "execution" not in value, "T12"
    for block in result.get("content", []):
        _check_block(revision, block)
    for message in result.get("messages", []):
        check_members(revision, "PromptMessage", message)
        _check_block(revision, message["content"])
    for contents in result.get("contents", []):
        _check_contents(revision, contents)
    if "serverInfo" in result:
        check_members(revision, "Implementation", result["serverInfo"])
    if "capabilities" in result:
        # KI18: Apps are advertised to every revision.
        check_members(revision, "ServerCapabilities", result["capabilities"], ["extensions"])
        assert "tasks" not in result["capabilities"], "TK1"
        if revision != MODERN:
            assert TASKS not in result["capabilities"].get("extensions", {}), "KI18"


def check_value(schema: dict, value):
    """Fails unless a value fits a schema, such as a tool's structured result its output schema."""
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)


def check_task(task: dict, is_created: bool = False):
    """Fails unless this is a task of the extension: as its creation answers it, or as `tasks/get` and `notifications/tasks` tell it."""
    check_value(CREATED_TASK if is_created else TASK, task)
    if "inputRequests" in task:
        check(MODERN, "InputRequests", task["inputRequests"])
    if "result" in task:
        check(MODERN, "CallToolResult", {"resultType": "complete", **task["result"]})


def _check_modern_result(method: str, result: dict):
    assert isinstance(result["resultType"], str), result
    assert result["_meta"][SERVER_INFO]["name"], "B13"
    check(MODERN, "Implementation", result["_meta"][SERVER_INFO])
    match result["resultType"]:
        case "input_required":
            assert method in ("tools/call", "prompts/get", "resources/read"), "M1"
            check(MODERN, "InputRequiredResult", result)
            check_members(MODERN, "InputRequiredResult", result)
            assert result.get("inputRequests") or result.get("requestState"), "M2"
            for question in result.get("inputRequests", {}).values():
                assert set(question) <= {"method", "params"}, "M3"
                check(MODERN, QUESTIONS[question["method"]], question)
        case "task":
            assert method == "tools/call", "TK2"
            check_task(result, is_created=True)
        case "complete":
            if method == "tasks/get":
                check_task(result)
            elif method in ("tasks/update", "tasks/cancel"):
                assert set(result) == {"resultType", "_meta"}, "TK5"
            else:
                check(MODERN, RESULTS[method], result)
                _check_result_members(MODERN, method, result)
        case other:
            raise AssertionError(f"B10: a result of type {other}")


def check_answer(revision: str, method: str, message: dict):
    """Fails unless the message answers a request of this method as the revision's schema says."""
    assert message.get("jsonrpc") == "2.0", message
    assert ("result" in message) != ("error" in message), message
    assert set(message) <= {"jsonrpc", "id", "result", "error"}, message
    if "result" in message:
        check(revision, "JSONRPCResultResponse" if revision >= "2025-11-25" else "JSONRPCResponse", message)
        if revision == MODERN:
            _check_modern_result(method, message["result"])
        else:
            assert not {"resultType", "ttlMs", "cacheScope"} & set(message["result"]), message
            check(revision, RESULTS[method], message["result"])
            _check_result_members(revision, method, message["result"])
        return
    error = message["error"]
    assert isinstance(error["code"], int) and error["message"], message
    assert set(error) <= {"code", "message", "data"}, message
    _check_code(revision, error)
    if message.get("id", 0) is None:
        # JSON-RPC's own form, which no schema of the protocol describes (KI8).
        assert revision < "2025-11-25", message
        return
    check(revision, "JSONRPCErrorResponse" if revision >= "2025-11-25" else "JSONRPCError", message)
    if revision == MODERN and error["code"] in ERRORS_OF_MODERN:
        check(revision, ERRORS_OF_MODERN[error["code"]], message)
    elif revision == MODERN and error["code"] in PLAIN_ERRORS_OF_MODERN:
        check(revision, PLAIN_ERRORS_OF_MODERN[error["code"]], error)


def _check_code(revision: str, error: dict):
    """Section 13: the codes that a revision knows, and what comes with them."""
    code, data = error["code"], error.get("data")
    known = [-32700, -32600, -32601, -32602, -32603, *([-32020, -32021, -32022] if revision == MODERN else [-32002])]
    assert code in known or not -32768 <= code <= -32000, f"X8: {error}"
    if code == -32002:
        assert data["uri"], error
    if code == -32022:
        assert data["supported"] and "requested" in data, error
    if code == -32021:
        assert isinstance(data["requiredCapabilities"], dict) and data["requiredCapabilities"], error


def check_notification(revision: str, message: dict):
    """Fails unless this is a notification that a server of the revision may send."""
    assert message.get("jsonrpc") == "2.0" and set(message) <= {"jsonrpc", "method", "params"}, message
    check(revision, "JSONRPCNotification", message)
    method = message["method"]
    if method == "notifications/tasks":
        # Of the extension, so not in the schema file.
        assert revision == MODERN, message
        check_task({key: value for key, value in message["params"].items() if key != "_meta"})
        return
    assert method in NOTIFICATIONS, message
    check(revision, NOTIFICATIONS[method], message)


def check_question(revision: str, message: dict):
    """Fails unless this is a request that a server of the revision may send to its client."""
    assert revision != MODERN, f"H5, I3: a request to a modern client: {message}"
    assert message.get("jsonrpc") == "2.0" and set(message) <= {"jsonrpc", "id", "method", "params"}, message
    check(revision, "JSONRPCRequest", message)
    check(revision, QUESTIONS[message["method"]], message)


def check_message(revision: str, message: dict, method: str | None):
    """Any message of a server; `method` is that of the request it answers, if it answers one."""
    if "method" not in message:
        assert method is not None, f"an answer to no request of ours: {message}"
        check_answer(revision, method, message)
    elif "id" in message:
        check_question(revision, message)
    else:
        check_notification(revision, message)

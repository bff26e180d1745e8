"""Arguments for tools: right ones, made from what a tool declares, and for each parameter all the wrong ones."""

import json
from collections.abc import Iterator

from .kinds import ACTIONS, TOOL_KINDS, new_uid

# Parameter → key of the payload, where they differ.
KEYS = {
    "due_date": "dueDate",
    "parent_type": "parentType",
    "parent_uid": "parentUid",
    "chat_uid": "chatUid",
    "message_type": "messageType",
    "category_uid": "categoryUid",
}
# What is no part of a payload.
OTHERS = {"uid", "if_match", "additional_fields"}

# What each parameter of a creating or replacing tool is given.
VALUES = {
    "title": "Title é 🦆",
    "content": 'Text\n"quoted" \\ \u2028 end',
    "name": "Home",
    "description": "What is to be done",
    "status": "in_progress",
    "priority": "high",
    "due_date": "2026-12-24",
    "tags": ["a", "ü b"],
    "author": "Ada",
    "sender": "Ada",
    "message_type": "text",
    "participants": ["Ada", "Grace"],
    "archived": True,
    "color": "red",
    "icon": "star",
    "order": 3,
    "additional_fields": {"colour": "red", "nested": {"list": [1, 1.5, None, True], "": "empty key"}},
}
# What a replacing tool needs at least.
LEAST = {
    "note": {"title": "New", "content": ""},
    "task": {"title": "New"},
    "comment": {"content": "New"},
    "chat": {"title": "New"},
    "chat_message": {"content": "New"},
    "task_list": {"title": "New"},
    "task_list_category": {"name": "New"},
}
# Fields that the server writes into payloads.
WRITTEN = {"updatedTs", "updateTime", "sync", "version", "isDirty", "isDeleted", "remoteUpdatedAt", "lastSyncedAt", "deletedAt"}
SEVEN = {**TOOL_KINDS, "task_list": "task_lists", "task_list_category": "task_list_categories"}


def split(tool: str) -> tuple[str, str]:
    """Verb and noun of one of a kind's eight tools."""
    verb, _, noun = tool.partition("_")
    return verb, next((name for name, path in SEVEN.items() if verb == "list" and path == noun), noun)


def own(payload: dict) -> dict:
    """A payload without what the server writes."""
    return {key: value for key, value in payload.items() if key not in WRITTEN}


class Maker:
    """Makes items over a connection, and arguments that its tools take."""

    def __init__(self, connection):
        self.connection = connection
        self.parents: dict[str, str] = {}

    def parent(self, noun: str) -> str:
        if noun not in self.parents:
            self.parents[noun] = self.item(noun)["uid"]
        return self.parents[noun]

    def least(self, noun: str) -> dict:
        """The required arguments of the tool that creates one."""
        match noun:
            case "comment":
                return {"content": "New", "parent_type": "note", "parent_uid": self.parent("note")}
            case "chat_message":
                return {"chat_uid": self.parent("chat"), "content": "New"}
            case _:
                return dict(LEAST[noun])

    def item(self, noun: str, **more) -> dict:
        return self.connection.call(f"create_{noun}", **{**self.least(noun), **more}).value

    def arguments(self, tool: str) -> dict:
        """Arguments with which a tool does its work, on an item of its own: the required ones alone."""
        verb, noun = split(tool)
        match verb:
            case "list" | "health":
                return {}
            case "create":
                return self.least(noun)
        uid = self.item(noun)["uid"]
        match verb:
            case "update":
                return {"uid": uid, **LEAST[noun]}
            case "patch":
                return {"uid": uid, "updates": {"title": "Patched"}}
            case "process":
                return {"uid": uid, "action": next(iter(ACTIONS[SEVEN[noun]]))}
            case _:
                return {"uid": uid}


SAMPLES = {"null": None, "boolean": True, "integer": 7, "number": 1.5, "string": "nonsense", "array": [7], "object": {"a": 7}}
# Parameter → samples that it takes although its schema doesn't say so: moments as milliseconds; one item of a batch without a list around it.
TAKEN = {"since": [SAMPLES["integer"]], "updated_since": [SAMPLES["integer"]], "items": [SAMPLES["object"]]}


def types(schema: dict) -> set[str]:
    declared = schema.get("type", [])
    return {declared} if isinstance(declared, str) else set(declared)


def wrong_values(schema: dict, is_required: bool) -> Iterator:
    """Values that a parameter with this schema doesn't take, the leniencies of the contract considered."""
    allowed = types(schema)
    assert allowed, f"a parameter says no type: {schema}"
    for name, value in SAMPLES.items():
        if name in allowed or (name == "integer" and "number" in allowed) or (name == "null" and not is_required):
            continue
        yield value
    if "null" in allowed and is_required:
        yield None
    if "integer" in allowed:
        yield from (1.5, "1.5", "x", "0x10", 10**30)
        if "minimum" in schema:
            yield from (schema["minimum"] - 1, str(schema["minimum"] - 1))
        if "maximum" in schema:
            yield from (schema["maximum"] + 1, str(schema["maximum"] + 1))
    if "boolean" in allowed:
        yield from ("yes", 0, 1, "TRUE ")
    if "enum" in schema:
        yield from (*[""][:is_required], "nonsense", str(schema["enum"][0]) + " ")
    if schema.get("format") == "uuid":
        uid = new_uid()
        yield from ("", "nonsense", f"../tasks/{uid}", "%2e%2e", "x" * 10_000, f"{uid}0", f"{{{uid}", f" {uid}", "é" * 18)
    elif allowed == {"string"} or allowed == {"string", "null"}:
        yield "nul \x00 inside"
    if "array" in allowed and types(schema.get("items", {})) == {"string"}:
        yield from (["a", 7], ["a", None], ["a", ["b"]])


def wrong_texts(schema: dict) -> Iterator[str]:
    """Texts that hold no such value as JSON, for a parameter that takes its value as JSON text too."""
    allowed = types(schema)
    if {"string", "object"} <= allowed:
        yield from ("nonsense", "{", "[1]", '"a"', "7", "null x")
    if {"string", "array"} <= allowed:
        yield from ("nonsense", "[", "{}", '["a", 7]', "7")


class Share:
    """One of several testers who divide a table among them; of each row in it everybody takes something."""

    def __init__(self, number: int = 0, count: int = 1):
        self.number, self.count = number, count

    def __call__(self, values) -> list:
        values = list(values)
        return values[self.number :: self.count] or values[self.number % len(values) :][:1] if values else []


def wrong_arguments(tool: dict, right: dict, share: Share) -> Iterator[tuple[str, dict]]:
    """All arguments that differ from right ones in one parameter, with the name of that parameter."""
    schema = tool["inputSchema"]
    required = schema.get("required", [])
    yield "colour", {**right, "colour": "red"}
    for name in required:
        yield name, {key: value for key, value in right.items() if key != name}
    for name, property in schema.get("properties", {}).items():
        for value in share(wrong_values(property, name in required)):
            if not any(value is taken for taken in TAKEN.get(name, [])):
                yield name, {**right, name: value}


def spellings(schema: dict, value) -> Iterator:
    """Other ways to say the same, which a tool takes without advertising them."""
    if isinstance(value, bool):
        yield json.dumps(value)
    elif isinstance(value, int):
        yield from (str(value), float(value))
    elif isinstance(value, dict | list) and "string" in types(schema):
        yield from (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1))
    elif schema.get("format") == "uuid":
        yield from (value.upper(), value.replace("-", ""), f"{{{value}}}", f"urn:uuid:{value}")


def nothings(schema: dict) -> Iterator:
    """Values of an optional parameter that count as not given."""
    allowed = types(schema)
    if "null" in allowed or allowed == {"string"}:
        yield None
    if "string" in allowed and "enum" not in schema and schema.get("format") != "uuid":
        yield ""
    if "array" in allowed:
        yield []
    if "object" in allowed:
        yield {}

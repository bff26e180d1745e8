"""Arguments that nobody would send: every tool answers with a result or a refusal that says what is wrong, and the same process goes on."""

import json
import random

from support.hostile import TEXTS, hidden_in
from support.kinds import PATHS
from support.peer import HTTPPeer
from support.schema import MODERN, check_value
from support.toolcases import SEVEN, split

CALLS = 4000

LONE = [
    None, True, False, 0, 1, -1, 2**31, 2**53, 2**63, -(2**63), 10**30, 0.5, 1e308, -0.0, "", " ", "0", "true", "null", "[]", "{}", "notes", "note",
    "nonsense", "é" * 100, "x" * 5000, "🦆", "a/b", "notes/", "/", "//", "toolbridge://", "toolbridge://notes/", "2026-02-30T25:61:61Z", "1e3",
    [], {}, [None], [[]], [{}], {"": None}, {"uid": None}, {"kind": "notes"}, [[[[[[[[[[1]]]]]]]]]], {"a": {"b": {"c": {"d": [{}]}}}},
    {"uid": "x", "sync": 1, "version": "1", "deletedAt": 5, "updatedTs": {}, "parentUid": 1, "parentType": [], "chatUid": None, "tags": "x"},
]  # fmt: skip


class Arguments:
    """Right arguments, wrong in random places."""

    def __init__(self, generator: random.Random, uids: list[str]):
        self.generator, self.uids = generator, uids

    def value(self):
        one = self.generator.random()
        if one < 0.6:
            return self.generator.choice(LONE)
        if one < 0.75:
            return self.generator.choice(TEXTS)
        if one < 0.85:
            return self.generator.choice(self.uids)
        if one < 0.9:
            return f"{self.generator.choice(PATHS)}/{self.generator.choice(self.uids)}"
        if one < 0.95:
            return json.dumps(self.generator.choice(LONE))
        return [self.value() for _ in range(self.generator.randrange(4))]

    def wrong(self, value, depth: int = 0):
        """A value like this one, with something in it replaced, removed or added."""
        if depth > 4 or not isinstance(value, dict | list) or not value or self.generator.random() < 0.15:
            return self.value()
        if isinstance(value, list):
            place = self.generator.randrange(len(value))
            return [*value[:place], self.wrong(value[place], depth + 1), *value[place + 1 :]]
        name = self.generator.choice(list(value))
        match self.generator.randrange(6):
            case 0:
                return {key: member for key, member in value.items() if key != name}
            case 1:
                return {**value, self.generator.choice(["colour", "uid", "kind", "id", "", "if_match", "confirm", "cursor"]): self.value()}
            case _:
                return {**value, name: self.wrong(value[name], depth + 1)}


def right(tool: dict, made: dict[str, list[str]], generator: random.Random) -> dict:
    """Something to begin with: what the tool declares, filled."""
    verb, noun = split(tool["name"])
    kind = SEVEN.get(noun) or generator.choice(PATHS)
    # The latest are those that are most likely still there.
    uid, note, chat = (generator.choice(made[path][-4:]) for path in (kind, "notes", "chats"))
    payload = {"title": "T", "content": "C", "name": "N", "parentType": "note", "parentUid": note, "chatUid": chat}
    item = {"kind": kind, "uid": uid, "payload": payload, "fields": {"a": 1}, "action": "archive", "replace": False}
    known = {
        "uid": uid, "parent_uid": note, "chat_uid": chat, "id": f"{kind}/{uid}", "kind": kind, "kinds": [kind], "items": [item], "limit": 5,
        "query": "a word", "title": "T", "content": "C", "name": "N", "updates": {"a": {"b": 1}}, "parent_type": "note", "tags": ["a"],
        "additional_fields": {"b": [1]}, "include_deleted": True, "detail": "full", "if_match": 1, "since": "2026-01-01", "parent": f"chats/{chat}",
        "updated_since": "2026-01-01T00:00:00Z", "metadata": {}, "status": "todo", "tag": "a", "confirm": True, "participants": ["a"],
        "archived": False, "cursor": "",
    }  # fmt: skip
    schema = tool["inputSchema"].get("properties", {})
    arguments = {name: known.get(name, "text") for name in schema}
    if "action" in schema:
        arguments["action"] = schema["action"].get("enum", ["archive"])[0]
    optional = [name for name in schema if name not in tool["inputSchema"].get("required", [])]
    for name in generator.sample(optional, generator.randrange(len(optional) + 1)):
        del arguments[name]
    return arguments


def check(tool: dict, sent: dict, exchange) -> bool:
    """Whether it was done; fails unless the answer is what an answer may be."""
    assert "result" in exchange.message, (tool["name"], sent, exchange.message)
    text = exchange.text
    where = (tool["name"], sent, text[:1000])
    if not exchange.is_error:
        value = exchange.result["structuredContent"]
        check_value(tool["outputSchema"], value)
        assert json.loads(text) == value, where
        for result in value.get("results", []):
            assert result.get("code") not in ("internal_error", "unavailable"), where
        return True
    lines = text.split("\n")
    assert lines[0] and len(text.encode()) < 20_000, where
    if len(lines) > 1:
        assert json.loads(lines[1])["status"] < 500, where
        assert len(lines) == 2 or lines[2].startswith("Next: "), where
    assert not [hidden for line in lines if not line.startswith("{") for hidden in hidden_in(line)], where
    return False


def test_random_arguments(shared_server, generator, tell):
    done = 0
    with HTTPPeer(shared_server, MODERN, {}, path="/mcp?toolsets=all") as peer:
        tools = list(peer.tools().values())
        made: dict[str, list[str]] = {path: [] for path in PATHS}
        for path in ["notes", "chats", *PATHS]:
            payload = {"title": "T", "name": "N", "content": "a word", "parentType": "note", "chatUid": "".join(made["chats"][-1:])}
            orders = [{"kind": path, "payload": {**payload, "parentUid": "".join(made["notes"][-1:])}}]
            (result,) = peer.call("create_items", {"items": orders}).result["structuredContent"]["results"]
            assert result["ok"], result
            made[path].append(result["uid"])
        arguments = Arguments(generator, [uid for uids in made.values() for uid in uids])
        for _ in range(CALLS):
            tool = generator.choice(tools)
            sent = right(tool, made, generator)
            for _ in range(generator.choice([0, 0, 1, 1, 1, 2, 3])):
                sent = arguments.wrong(sent)
                if not isinstance(sent, dict):
                    sent = {"items": sent}
            exchange = peer.call(tool["name"], sent)
            if check(tool, sent, exchange):
                done += 1
                verb, noun = split(tool["name"])
                if verb == "create" and noun in SEVEN:
                    made[SEVEN[noun]].append(exchange.result["structuredContent"]["uid"])
    tell(f"{CALLS} calls: {done} done, {CALLS - done} refused")
    assert CALLS // 5 < done < CALLS
    assert shared_server.request("GET", "/readyz").status == 200

"""Nothing is destroyed by mistake: more than twenty items are deleted or overwritten only with the user's consent."""

import itertools

import pytest

from support.peer import HTTPPeer
from support.refusals import check_refused, next_step
from support.schema import MODERN

MANY = 21
NOTHING = [
    {"action": "accept", "content": {"agree": False}},
    {"action": "decline"},
    {"action": "cancel"},
]
AGREED = {"action": "accept", "content": {"agree": True}}


def make(client, count: int, title: str = "Shopping") -> list[str]:
    orders = [{"kind": "notes", "payload": {"title": f"{title} {number}", "content": "Milk"}} for number in range(count)]
    return [result["uid"] for result in client.call("create_items", items=orders).value["results"]]


def versions(client, uids: list[str]) -> set[int]:
    """The versions that these items have now; 0 stands for one that is deleted. They are the latest of all."""
    latest = client.call("list_items", kind="notes", include_deleted=True, limit=len(uids)).value["items"]
    assert {item["uid"] for item in latest} == set(uids)
    return {0 if item.get("deletedAt") else item["version"] for item in latest}


def orders(tool: str, uids: list[str]) -> list[dict]:
    more = {"delete_items": {}, "update_items": {"fields": {"content": "New"}}}[tool]
    return [{"kind": "notes", "uid": uid, **more} for uid in uids]


# What the items are when it was done.
DONE = {"delete_items": {0}, "update_items": {2}}


@pytest.fixture(params=DONE)
def tool(request):
    return request.param


def test_of_twenty_items_nobody_is_asked(assistant, tool):
    client = assistant.connect("compact", asked=True)
    uids = make(client, MANY - 1)
    (answer,) = client.calls((tool, {"items": orders(tool, uids)}), answer=NOTHING[1])
    assert client.questions == [] and answer.value["succeeded"] == MANY - 1
    assert versions(client, uids) == DONE[tool]


@pytest.mark.parametrize("confirm", [{}, {"confirm": True}, {"confirm": False}], ids=str)
def test_a_user_who_agrees(assistant, tool, confirm):
    """Whatever the assistant says that the user agreed to: it is the user who is asked."""
    client = assistant.connect("compact", asked=True)
    uids = make(client, MANY)
    (answer,) = client.calls((tool, {"items": orders(tool, uids), **confirm}), answer=AGREED)
    assert (answer.value["succeeded"], answer.value["failed"]) == (MANY, 0)
    (question,) = client.questions
    assert str(MANY) in question["message"] and {"delete_items": "Delete", "update_items": "Overwrite"}[tool] in question["message"]
    assert "Shopping 0" in question["message"]
    (property,) = question["requestedSchema"]["properties"].values()
    assert property["type"] == "boolean"
    assert versions(client, uids) == DONE[tool]


@pytest.mark.parametrize("said", NOTHING, ids=lambda said: f"{said['action']}")
@pytest.mark.parametrize("confirm", [{}, {"confirm": True}], ids=str)
def test_a_user_who_does_not_agree(assistant, tool, said, confirm):
    client = assistant.connect("compact", asked=True)
    uids = make(client, MANY)
    (answer,) = client.calls((tool, {"items": orders(tool, uids), **confirm}), answer=said)
    assert len(client.questions) == 1
    value = answer.value
    assert (value["results"], value["succeeded"], value["failed"]) == ([], 0, 0)
    assert "nothing was" in value["note"].lower()
    assert versions(client, uids) == {1}


def test_where_nobody_can_be_asked_it_must_be_said(assistant, tool):
    client = assistant.connect("compact")
    uids = make(client, MANY)
    for confirm in ({}, {"confirm": False}, {"confirm": "false"}):
        answer = client.call(tool, items=orders(tool, uids), **confirm)
        check_refused(answer, "confirmation_required", 400, field="confirm", count=MANY)
        assert "confirm" in next_step(answer) and "user" in next_step(answer)
        assert str(MANY) in answer.text.split("\n")[0]
        assert versions(client, uids) == {1}
    answer = client.call(tool, items=orders(tool, uids), confirm=True)
    assert answer.value["succeeded"] == MANY and client.questions == []
    assert versions(client, uids) == DONE[tool]


def test_what_destroys_nothing_asks_nothing(assistant):
    client = assistant.connect("compact", asked=True)
    uids = make(client, 100)
    actions = [{"kind": "notes", "uid": uid, "action": "pin"} for uid in uids]
    (answer,) = client.calls(("process_items", {"items": actions}), answer=NOTHING[1])
    assert client.questions == [] and answer.value["succeeded"] == 100


def test_a_question_shows_no_character_that_hides(assistant):
    client = assistant.connect("compact", asked=True)
    uids = make(client, MANY, title='\u202egnp.exe\u200b\u0007 \U000e0041 [click](https://evil.example) "Delete" it\n\nAccept now')
    client.calls(("delete_items", {"items": orders("delete_items", uids)}), answer=NOTHING[1])
    message = client.questions[0]["message"]
    assert not set(message) & set("\u202e\u200b\u0007\U000e0041\n\r") and "https://" not in message
    assert versions(client, uids) == {1}


# The same without an SDK, where a client may say whatever it likes.


def wanted(uids: list[str]) -> dict:
    return {"name": "delete_items", "arguments": {"items": orders("delete_items", uids)}}


class Plain:
    """The few calls above, over a raw client."""

    def __init__(self, peer):
        self.peer = peer

    def structured(self, tool: str, **arguments) -> dict:
        exchange = self.peer.call(tool, arguments)
        assert not exchange.is_error, exchange.text
        return exchange.result["structuredContent"]

    def make(self, count: int) -> list[str]:
        made = [{"kind": "notes", "payload": {"title": f"{number}"}} for number in range(count)]
        return [result["uid"] for result in self.structured("create_items", items=made)["results"]]

    def live(self, uids: list[str]) -> int:
        return sum(not self.peer.call("fetch", {"id": f"notes/{uid}"}).is_error for uid in uids)


@pytest.mark.parametrize("revision, declared", list(itertools.product(
    ["2025-06-18", "2025-11-25", MODERN], [{"elicitation": {}}, {"elicitation": {"form": {}}}, {"elicitation": {"form": {}, "url": {}}}],
)), ids=str)  # fmt: skip
@pytest.mark.parametrize("said, left", [(AGREED, 0), *((said, MANY) for said in NOTHING)], ids=lambda value: str(value)[:40])
def test_every_client_that_can_be_asked_is_asked(shared_server, revision, declared, said, left):
    with HTTPPeer(shared_server, revision, declared, lambda question: said, path="/mcp?toolsets=batch,find") as peer:
        plain = Plain(peer)
        uids = plain.make(MANY)
        exchange = peer.drive("tools/call", wanted(uids))
        assert len(exchange.questions) == 1 and not exchange.is_error
        assert exchange.result["structuredContent"]["succeeded"] == MANY - left
        assert plain.live(uids) == left


@pytest.mark.parametrize("revision, declared", [
    ("2025-03-26", {}), ("2025-06-18", {}), ("2025-11-25", {"elicitation": {"url": {}}}), (MODERN, {}), (MODERN, {"elicitation": {"url": {}}}),
], ids=str)  # fmt: skip
def test_a_client_that_cannot_ask_is_told_to_confirm(shared_server, revision, declared):
    with HTTPPeer(shared_server, revision, declared, path="/mcp?toolsets=batch,find") as peer:
        plain = Plain(peer) if revision >= "2025-06-18" else None
        uids = plain.make(MANY) if plain else [f"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e{number:02}" for number in range(MANY)]
        exchange = peer.drive("tools/call", wanted(uids))
        assert exchange.is_error and "confirm" in exchange.text and not exchange.questions
        if plain:
            assert plain.live(uids) == MANY
            assert plain.structured("delete_items", items=orders("delete_items", uids), confirm=True)["succeeded"] == MANY
            assert plain.live(uids) == 0


def test_an_answer_counts_only_for_the_question_that_was_asked(shared_server):
    """The state of a modern question can't be moved to other items, changed, or left out."""
    with HTTPPeer(shared_server, MODERN, {"elicitation": {"form": {}}}, path="/mcp?toolsets=batch,find") as peer:
        plain = Plain(peer)
        uids, others = plain.make(MANY), plain.make(MANY)
        asked = peer.ask("tools/call", wanted(uids)).result
        assert asked["resultType"] == "input_required"
        (key,) = asked["inputRequests"]
        answers = {"inputResponses": {key: AGREED}}
        state = asked["requestState"]
        for params in (
            {**wanted(others), **answers, "requestState": state},
            {**wanted(others), **answers},
            {**wanted(uids), **answers},
            {**wanted(uids), **answers, "requestState": state[:-4] + ("AAAA" if state[-4:] != "AAAA" else "BBBB")},
            {**wanted(uids), "inputResponses": {key: {"action": "accept"}}, "requestState": state},
            {**wanted(uids), "inputResponses": {key: {"action": "accept", "content": {"agree": "yes"}}}, "requestState": state},
        ):
            exchange = peer.ask("tools/call", params)
            result = exchange.message.get("result", {})
            assert (
                "error" in exchange.message
                or result.get("resultType") == "input_required"
                or result.get("isError")
                or (result["structuredContent"]["succeeded"] == 0)
            ), exchange.message
            assert plain.live(uids) == plain.live(others) == MANY
        done = peer.ask("tools/call", {**wanted(uids), **answers, "requestState": state}).result
        assert done["structuredContent"]["succeeded"] == MANY
        assert plain.live(uids) == 0 and plain.live(others) == MANY


def test_wiping_is_no_tool(shared_server):
    with HTTPPeer(shared_server, MODERN, path="/mcp?toolsets=all") as peer:
        tools = peer.tools()
        assert len(tools) == 66
        for name, tool in tools.items():
            assert "wipe" not in name and "wipe" not in str(tool).lower() and "epoch" not in str(tool).lower()
        for name in ("wipe", "wipe_items", "wipe_all", "sync_wipe", "reset"):
            assert peer.ask("tools/call", {"name": name, "arguments": {"confirm": "WIPE"}}).error["code"] == -32602
        # Nor do the paths of the API take a wipe for an item.
        plain = Plain(peer)
        uids = plain.make(2)
        for kind in ("sync", "sync/wipe", "notes/../sync/wipe", "wipe"):
            value = plain.structured("delete_items", items=[{"kind": kind, "uid": uids[0]}], confirm=True)
            assert value["succeeded"] == 0
            assert peer.call("fetch", {"id": f"{kind}/{uids[0]}"}).is_error
        assert plain.live(uids) == 2

"""Lists come in pages that an assistant can afford: at most 200 items, about 40 kB, and always every item once."""

import json

import pytest

from support.kinds import TOOL_KINDS
from support.mcp import Client, ToolAnswer
from support.peer import HTTPPeer
from support.polling import until
from support.schema import MODERN
from support.toolcases import Maker, own

BUDGET = 40_000
# What a page may have beyond its budget: its own frame.
FRAME = 400


def pages(client: Client, tool: str, **arguments) -> list[tuple[list[dict], int]]:
    """All pages of a list to its end: the items of each, and the bytes of its text."""
    read, cursor = [], None
    while True:
        answer = client.call(tool, **arguments, **({"cursor": cursor} if cursor else {}))
        read.append((answer.value["items"], len(answer.text.encode())))
        cursor = answer.value["nextCursor"]
        if cursor is None:
            return read
        assert len(read) < 2000, "the list doesn't end"


def check_pages(read, made: list[str], limit: int = 200, budget: int = BUDGET):
    """Every item once, newest change first; each page full by number or by size, and none too large unless it is one item."""
    assert [item["uid"] for items, _ in read for item in items] == made
    for (items, size), (following, _) in zip(read, [*read[1:], ([], 0)], strict=True):
        assert len(items) <= limit
        if len(items) > 1:
            assert size <= budget + FRAME, (len(items), size)
        if following and len(items) < limit:
            next_one = len(json.dumps(following[0], ensure_ascii=False, separators=(",", ":")).encode())
            # An item's envelope is counted with about 200 bytes.
            assert size + next_one + 100 * (len(items) + 1) > budget, f"a page of {size} bytes ends before an item of {next_one}"


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
@pytest.mark.parametrize("noun", TOOL_KINDS)
def test_limits_of_every_list(server, noun, revision):
    path = TOOL_KINDS[noun]
    with Client(server, revision) as client:
        maker = Maker(client)
        made = [maker.item(noun)["uid"] for _ in range(5)][::-1]
        for limit, count in [(1, 1), (200, 5), (201, 5), (1000, 5), ("5", 5), ("4", 4), (4.0, 4)]:
            assert [item["uid"] for item in client.call(f"list_{path}", limit=limit).value["items"]] == made[:count]
        for limit in (0, -1, 1001, 1.5, "1.5", "0", "", "x", True, [5], {}, 10**20, 1e300):
            answer = client.call(f"list_{path}", limit=limit)
            assert answer.is_error and "limit" in answer.text, limit
        check_pages(pages(client, f"list_{path}", limit=2), made, limit=2)


@pytest.mark.parametrize("budget", [BUDGET, 1_000_000])
def test_450_items_come_exactly_once(make_server, budget):
    """In pages of 200 where the operator lets them be that large."""
    server = make_server(**({} if budget == BUDGET else {"TOOLBRIDGE_TOOL_PAGE_BYTES": str(budget)})).start()
    with Client(server) as client:
        made = [client.call("create_note", title=f"{number}", content="").value["uid"] for number in range(450)][::-1]
        for limit in (200, 1000):
            read = pages(client, "list_notes", limit=limit)
            check_pages(read, made, budget=budget)
            if budget > BUDGET:
                assert [len(items) for items, _ in read] == [200, 200, 50]
        first = client.call("list_notes").value["items"]
        assert [item["uid"] for item in first] == made[:50]


# Sizes of contents, in the order in which they are made.
SIZES = {
    "1 kB": [1000] * 120,
    "30 kB": [30_000] * 5,
    "500 kB alone": [10, 500_000, 10],
    "of all sorts": [39_000, 10, 900, 41_000, 20_000, 20_000, 10, 250_000, 100, 38_700, 100, 100],
    "of letters with many bytes": [0] * 3,
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_a_page_ends_at_its_size_and_payloads_are_whole(server, sizes):
    with Client(server) as client:
        contents = ["x" * size if size else "🦆é" * 4000 for size in sizes]
        made = [client.call("create_note", title=str(number), content=content).value for number, content in enumerate(contents)]
        read = pages(client, "list_notes", limit=200)
        check_pages(read, [item["uid"] for item in made][::-1])
        assert [item for items, _ in read for item in items] == made[::-1]
        assert [own(item["payload"])["content"] for items, _ in read for item in items] == contents[::-1]
        by_twos = pages(client, "list_notes", limit=2)
        check_pages(by_twos, [item["uid"] for item in made][::-1], limit=2)


def test_items_that_change_between_pages_are_not_missed(server):
    with Client(server) as client:
        made = [client.call("create_note", title=str(number), content="").value["uid"] for number in range(10)]
        first = client.call("list_notes", limit=4).value
        client.call("patch_note", uid=made[9], updates={"a": 1})
        new = client.call("create_note", title="new", content="").value["uid"]
        rest = client.call("list_notes", limit=200, cursor=first["nextCursor"]).value
        seen = [item["uid"] for item in first["items"] + rest["items"]]
        assert set(made) <= set(seen) and new not in seen


class Found:
    """A client of the tools for items of all kinds."""

    def __init__(self, server):
        self.peer = HTTPPeer(server, MODERN, {}, path="/mcp?toolsets=compact")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.peer.close()

    def call(self, tool: str, **arguments) -> ToolAnswer:
        answer = ToolAnswer(self.peer.call(tool, arguments).result, b"")
        assert answer.is_error or answer.value == answer.result["structuredContent"]
        return answer


@pytest.mark.parametrize("detail", ["summary", "full"])
@pytest.mark.parametrize("tool, arguments", [("list_items", {"kind": "notes"}), ("recent_changes", {})])
def test_what_finds_items_keeps_to_the_size_too(server, tool, arguments, detail):
    sizes = [10] * 150 + SIZES["of all sorts"] + [1000] * 60
    with Found(server) as client:
        uids = []
        for number, size in enumerate(sizes):
            # Titles that are as long as a title is shown.
            orders = [{"kind": "notes", "payload": {"title": f"{number} " + "é" * 200, "content": "x" * size, "status": "s" * 200}}]
            uids.append(client.call("create_items", items=orders).value["results"][0]["uid"])
        for limit in (200, 7):
            read = pages(client, tool, **arguments, detail=detail, limit=limit)
            assert [item["uid"] for items, _ in read for item in items] == uids[::-1]
            for items, size in read:
                assert len(items) <= limit and (size <= BUDGET + FRAME or len(items) == 1), (len(items), size)
            if detail == "full":
                whole = {item["uid"]: item["payload"]["content"] for items, _ in read for item in items}
                assert [len(whole[uid]) for uid in uids] == sizes


def test_a_search_keeps_to_the_size_too(server):
    sizes = [20_000, 100, 500_000, 15_000, 30_000] + [3000] * 30
    with Found(server) as client:
        for number, size in enumerate(sizes):
            content = f"needle {'words and words ' * (size // 16)}"
            client.call(
                "create_items", items=[{"kind": "notes", "payload": {"title": f"needle {number} " + "é" * 300, "content": content}}]
            )
        until(lambda: len(client.call("search", query="needle", limit=50).value["results"]) == len(sizes), what="the index")
        for detail in ("summary", "full"):
            answer = client.call("search", query="needle", limit=50, detail=detail)
            results = answer.value["results"]
            assert results and (len(answer.text.encode()) <= BUDGET + FRAME or sum("payload" in result for result in results) == 1)
            for result in results:
                assert len(result["title"].encode()) <= 123
                if "payload" in result:
                    assert result["payload"]["content"].startswith("needle")
        whole = client.call("search", query="needle", limit=1, detail="full").value["results"]
        assert len(whole) == 1 and "payload" in whole[0]


def test_texts_are_fetched_whole(server):
    with Found(server) as client:
        content = "line of words é 🦆\n" * 25_000
        uid = client.call("create_items", items=[{"kind": "notes", "payload": {"title": "Long", "content": content}}]).value["results"][0][
            "uid"
        ]
        text = client.call("fetch", id=f"notes/{uid}").value["text"]
        assert content in text

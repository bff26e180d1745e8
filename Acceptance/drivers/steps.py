"""What both drivers do with a connected client: a note's life, told as JSON for the test that started the driver."""

import json


def read(result) -> dict:
    """A tool's result, whatever the SDK calls its members."""
    message = result.model_dump(by_alias=True, mode="json")
    structured = message.get("structuredContent")
    text = message["content"][0]["text"]
    if not message.get("isError"):
        value = json.loads(text)
        if structured is not None and structured != value:
            raise AssertionError("text and structured content differ")
        return {"value": value, "structured": structured is not None}
    return {"error": text.split("\n")[0], "details": json.loads(text.split("\n")[1])}


async def life(call, list_tools) -> dict:
    """`call(name, arguments)` returns the SDK's result, `list_tools()` the names."""
    told: dict = {"tools": await list_tools()}

    async def do(step: str, tool: str, **arguments):
        told[step] = read(await call(tool, arguments))
        return told[step].get("value")

    await do("empty", "list_notes")
    note = await do("create", "create_note", title="From the SDK", content="é 🦆\n", tags=["a"])
    uid = note["uid"]
    await do("get", "get_note", uid=uid)
    await do("update", "update_note", uid=uid, title="Replaced", content="new", if_match=1)
    await do("stale", "update_note", uid=uid, title="Too late", content="", if_match=1)
    await do("patch", "patch_note", uid=uid, updates={"colour": "red"})
    await do("archive", "archive_note", uid=uid)
    await do("pin", "process_note", uid=uid, action="pin")
    for number in range(5):
        await do("more", "create_note", title=f"{number}", content="")
    first = await do("page 1", "list_notes", limit=4)
    await do("page 2", "list_notes", limit=4, cursor=first["nextCursor"])
    other = told["more"]["value"]["uid"]
    await do("delete", "delete_note", uid=other)
    await do("gone", "get_note", uid=other)
    await do("tombstone", "get_note", uid=other, include_deleted=True)
    return told

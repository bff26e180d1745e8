"""What the drivers of all clients do with `mcp-fixtures`: everything that their client can, told as JSON for the test that started them."""

import asyncio
import json

FORM = {
    "username": "ada",
    "email": "ada@example.com",
    "name": "Ada",
    "ok": True,
    "confirmed": True,
    "confirm": True,
    "color": "blue",
    "context": "spring",
}
WATCHED = "test://watched-resource"


def plain(value):
    """What an SDK returned, under the names of the wire."""
    return value.model_dump(by_alias=True, mode="json", exclude_none=True)


def form(properties) -> dict:
    """The content of an accepted form with these properties."""
    return {name: FORM[name] for name in properties if name in FORM}


class Seen:
    """What came to the client's callbacks."""

    def __init__(self):
        self.progress: list = []
        self.logs: list = []
        self.notifications: list = []
        self.questions: list = []

    async def on_progress(self, progress, total, message):
        self.progress.append([progress, total])

    async def on_log(self, params):
        self.logs.append([params.level, params.logger, params.data])

    async def on_message(self, message):
        """The SDKs give notifications bare or wrapped, requests and exceptions too."""
        notification = getattr(message, "root", message)
        method = getattr(notification, "method", None)
        if method and method.startswith("notifications/"):
            self.notifications.append([method, str(getattr(getattr(notification, "params", None), "uri", ""))])


async def until(condition, act=None, seconds: float = 10):
    """Waits for a condition; `act` is done again and again until then, since what it causes may come before anybody listens."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        if act:
            await act()
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


async def tour(client, seen: Seen) -> dict:
    """`client` has the methods of the SDKs under one set of names; see the drivers."""
    told: dict = {"revision": client.revision}

    async def text(tool: str, arguments: dict | None = None, **more) -> str:
        result = await client.call(tool, arguments or {}, **more)
        return " | ".join(block.get("text", block["type"]) for block in result["content"])

    told["tools"] = [tool["name"] for tool in await client.tools()]
    told["simple"] = await text("test_simple_text")
    told["mixed"] = await text("test_multiple_content_types")
    told["audio"] = await text("test_audio_content")
    told["error"] = [(await client.call("test_error_handling", {})).get("isError"), await text("test_error_handling")]
    told["structured"] = (await client.call("test_structured", {})).get("structuredContent")
    told["greet"] = await text("greet", {"name": "é 🦆"})
    told["schema"] = await text("json_schema_2020_12_tool", {"email": "a@example.com"})
    told["header"] = await text("test_x_mcp_header", {"region": "Zürich ="})
    told["big"] = len(await text("test_big", {"bytes": 500_000}))
    told["reconnection"] = await text("test_reconnection")

    told["progressed"] = await text("test_tool_with_progress", progress=seen.on_progress)
    told["progress"] = seen.progress
    await client.log_level("info")
    await text("test_tool_with_logging")
    told["logs"] = seen.logs

    told["sampling"] = await text("test_sampling", {"prompt": "What?"})
    told["elicitation"] = await text("test_elicitation", {"message": "Who?"})
    told["roots"] = await text("test_input_required_result_list_roots")
    told["rounds"] = await text("test_input_required_result_multi_round")
    told["state"] = await text("test_input_required_result_request_state")
    told["three"] = await text("test_input_required_result_multiple_inputs")
    told["url"] = await text("test_url_elicitation")
    told["delete"] = await text("confirm_delete", {"filename": "a.txt"})

    told["resources"] = [resource["uri"] for resource in await client.resources()]
    told["templates"] = [template["uriTemplate"] for template in await client.templates()]
    told["read"] = await client.read("test://static-text")
    told["binary"] = await client.read("test://static-binary")
    told["filled"] = await client.read("test://template/7/data")
    try:
        told["unknown"] = await client.read("test://nothing")
    except Exception as error:
        told["unknown"] = getattr(getattr(error, "error", error), "code", None)
    told["prompts"] = [prompt["name"] for prompt in await client.prompts()]
    told["prompt"] = await client.prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"})
    told["picture"] = [message["content"]["type"] for message in await client.prompt("test_prompt_with_image", {})]
    told["asked prompt"] = await client.prompt("test_input_required_result_prompt", {})
    told["completed"] = await client.complete("test_prompt_with_arguments", "arg1", "par")

    async with client.watch(WATCHED) as changes:
        # What the stream of a session says before the client has opened it is lost, so it is said again.
        for change, tool in [
            (["notifications/resources/updated", WATCHED], "test_touch_resource"),
            (["notifications/tools/list_changed", ""], "test_trigger_tool_change"),
        ]:
            await until(lambda: change in changes(), lambda: text(tool))
        told["changes"] = sorted({method for method, _ in changes() if method.endswith(("changed", "updated"))})
    if "test_dynamic_tool" in [tool["name"] for tool in await client.tools()]:
        told["dynamic"] = await text("test_dynamic_tool")
        await text("test_trigger_tool_change")

    before = json.loads(await text("test_counters"))
    await client.cancelled("test_wait", {"ms": 60_000})
    for _ in range(200):
        after = json.loads(await text("test_counters"))
        if after["cancelled"] > before["cancelled"]:
            break
        await asyncio.sleep(0.05)
    told["cancelled"] = [after["started"] - before["started"], after["cancelled"] - before["cancelled"]]
    told["questions"] = sorted(set(seen.questions))
    return told

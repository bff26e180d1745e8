"""Shows `mcp-fixtures` to the official SDK of the second release line. Arguments: transport, mode, then URL or command."""

import asyncio
import contextlib
import json
import sys

import mcp_types as types
from mcp import Client as SDKClient
from mcp import StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from tour import Seen, form, plain, tour

seen = Seen()


async def sample(context, params):
    seen.questions.append("sampling")
    return types.CreateMessageResult(role="assistant", content=types.TextContent(type="text", text="sampled"), model="none")


async def elicit(context, params):
    seen.questions.append("elicitation")
    if isinstance(params, types.ElicitRequestURLParams):
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content=form(params.requested_schema["properties"]))


async def roots(context):
    seen.questions.append("roots")
    return types.ListRootsResult(roots=[types.Root(uri="file:///one")])


class Client:
    def __init__(self, client: SDKClient):
        self.client = client
        self.revision = client.protocol_version

    @property
    def is_modern(self) -> bool:
        return self.revision >= "2026"

    async def tools(self):
        return plain(await self.client.list_tools())["tools"]

    async def call(self, tool, arguments, progress=None):
        return plain(await self.client.call_tool(tool, arguments, progress_callback=progress))

    async def log_level(self, level):
        # A modern client says it in each request, as it was told when it was made.
        if not self.is_modern:
            await self.client.set_logging_level(level)

    async def resources(self):
        return plain(await self.client.list_resources())["resources"]

    async def templates(self):
        return plain(await self.client.list_resource_templates())["resourceTemplates"]

    async def read(self, uri):
        (contents,) = plain(await self.client.read_resource(uri))["contents"]
        return contents.get("text") or contents["blob"]

    async def prompts(self):
        return plain(await self.client.list_prompts())["prompts"]

    async def prompt(self, name, arguments):
        return plain(await self.client.get_prompt(name, arguments))["messages"]

    async def complete(self, prompt, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=prompt)
        return plain(await self.client.complete(reference, {"name": argument, "value": value}))["completion"]["values"]

    @contextlib.asynccontextmanager
    async def watch(self, uri):
        if not self.is_modern:
            await self.client.subscribe_resource(uri)
            yield lambda: seen.notifications
            await self.client.unsubscribe_resource(uri)
            return
        events: list = []
        names = {"ResourceUpdated": "notifications/resources/updated", "ToolsListChanged": "notifications/tools/list_changed"}

        async def collect(subscription):
            async for event in subscription:
                events.append([names[type(event).__name__], getattr(event, "uri", "")])

        async with self.client.listen(tools_list_changed=True, resource_subscriptions=[uri]) as subscription:
            collecting = asyncio.create_task(collect(subscription))
            yield lambda: events
            collecting.cancel()
            await asyncio.gather(collecting, return_exceptions=True)

    async def cancelled(self, tool, arguments):
        call = asyncio.create_task(self.client.call_tool(tool, arguments))
        await asyncio.sleep(0.3)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def main(transport: str, mode: str, *rest: str) -> None:
    match transport:
        case "stdio":
            server = StdioServerParameters(command=rest[0], args=list(rest[1:]))
        case "sse":
            server = sse_client(rest[0])
        case _:
            server = streamable_http_client(rest[0])
    async with SDKClient(
        server,
        mode=mode,
        sampling_callback=sample,
        elicitation_callback=elicit,
        list_roots_callback=roots,
        logging_callback=seen.on_log,
        log_level="info",
        message_handler=seen.on_message,
    ) as client:
        print(json.dumps(await tour(Client(client), seen)))


asyncio.run(main(*sys.argv[1:]))

"""Shows `mcp-fixtures` to the client of `fastmcp`. Arguments: transport, mode, then URL or command."""

import asyncio
import contextlib
import json
import sys

import mcp_types as types
from fastmcp import Client as FastClient
from fastmcp.client.transports import SSETransport, StdioTransport, StreamableHttpTransport
from mcp.client.subscriptions import listen
from tour import Seen, form, plain, tour

seen = Seen()


async def sample(messages, params, context):
    seen.questions.append("sampling")
    return "sampled"


async def elicit(message, response_type, params, context):
    seen.questions.append("elicitation")
    return {} if response_type is None else form(params.requested_schema["properties"])


async def roots(context):
    seen.questions.append("roots")
    return ["file:///one"]


class Client:
    def __init__(self, client: FastClient):
        self.client = client
        self.revision = client.protocol_version

    @property
    def is_modern(self) -> bool:
        return self.revision >= "2026"

    async def tools(self):
        return [plain(tool) for tool in await self.client.list_tools()]

    async def call(self, tool, arguments, progress=None):
        return plain(await self.client.call_tool_mcp(tool, arguments, progress_handler=progress))

    async def log_level(self, level):
        # A modern client asks for all messages in each request.
        if not self.is_modern:
            await self.client.set_logging_level(level)

    async def resources(self):
        return [plain(resource) for resource in await self.client.list_resources()]

    async def templates(self):
        return [plain(template) for template in await self.client.list_resource_templates()]

    async def read(self, uri):
        (contents,) = [plain(contents) for contents in await self.client.read_resource(uri)]
        return contents.get("text") or contents["blob"]

    async def prompts(self):
        return [plain(prompt) for prompt in await self.client.list_prompts()]

    async def prompt(self, name, arguments):
        return plain(await self.client.get_prompt(name, arguments))["messages"]

    async def complete(self, prompt, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=prompt)
        return plain(await self.client.complete(reference, {"name": argument, "value": value}))["values"]

    @contextlib.asynccontextmanager
    async def watch(self, uri):
        # This client has no words of its own for subscriptions; its session is the SDK's.
        if not self.is_modern:
            await self.client.session.subscribe_resource(uri)
            yield lambda: seen.notifications
            await self.client.session.unsubscribe_resource(uri)
            return
        events: list = []
        names = {"ResourceUpdated": "notifications/resources/updated", "ToolsListChanged": "notifications/tools/list_changed"}

        async def collect(subscription):
            async for event in subscription:
                events.append([names[type(event).__name__], getattr(event, "uri", "")])

        async with listen(self.client.session, tools_list_changed=True, resource_subscriptions=[uri]) as subscription:
            collecting = asyncio.create_task(collect(subscription))
            yield lambda: events
            collecting.cancel()
            await asyncio.gather(collecting, return_exceptions=True)

    async def cancelled(self, tool, arguments):
        call = asyncio.create_task(self.client.call_tool_mcp(tool, arguments))
        await asyncio.sleep(0.3)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def main(transport: str, mode: str, *rest: str) -> None:
    match transport:
        case "stdio":
            server = StdioTransport(command=rest[0], args=list(rest[1:]), keep_alive=False)
        case "sse":
            server = SSETransport(rest[0])
        case _:
            server = StreamableHttpTransport(rest[0])
    async with FastClient(
        server,
        mode=mode,
        sampling_handler=sample,
        elicitation_handler=elicit,
        roots=roots,
        log_handler=seen.on_log,
        message_handler=seen.on_message,
    ) as client:
        print(json.dumps(await tour(Client(client), seen)))


asyncio.run(main(*sys.argv[1:]))

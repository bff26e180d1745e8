"""Shows `mcp-fixtures` to the official SDK of the first release line. Arguments: transport, then URL or command."""

import asyncio
import contextlib
import json
import sys

import mcp.types as types
from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from pydantic import AnyUrl
from tour import Seen, form, plain, tour

seen = Seen()


async def sample(context, params):
    seen.questions.append("sampling")
    return types.CreateMessageResult(role="assistant", content=types.TextContent(type="text", text="sampled"), model="none")


async def elicit(context, params):
    seen.questions.append("elicitation")
    if params.mode == "url":
        return types.ElicitResult(action="accept")
    return types.ElicitResult(action="accept", content=form(params.requestedSchema["properties"]))


async def roots(context):
    seen.questions.append("roots")
    return types.ListRootsResult(roots=[types.Root(uri="file:///one")])


class Client:
    def __init__(self, session: ClientSession, revision: str):
        self.session = session
        self.revision = revision

    async def tools(self):
        return plain(await self.session.list_tools())["tools"]

    async def call(self, tool, arguments, progress=None):
        return plain(await self.session.call_tool(tool, arguments, progress_callback=progress))

    async def log_level(self, level):
        await self.session.set_logging_level(level)

    async def resources(self):
        return plain(await self.session.list_resources())["resources"]

    async def templates(self):
        return plain(await self.session.list_resource_templates())["resourceTemplates"]

    async def read(self, uri):
        (contents,) = plain(await self.session.read_resource(AnyUrl(uri)))["contents"]
        return contents.get("text") or contents["blob"]

    async def prompts(self):
        return plain(await self.session.list_prompts())["prompts"]

    async def prompt(self, name, arguments):
        return plain(await self.session.get_prompt(name, arguments))["messages"]

    async def complete(self, prompt, argument, value):
        reference = types.PromptReference(type="ref/prompt", name=prompt)
        return plain(await self.session.complete(reference, {"name": argument, "value": value}))["completion"]["values"]

    @contextlib.asynccontextmanager
    async def watch(self, uri):
        await self.session.subscribe_resource(AnyUrl(uri))
        yield lambda: seen.notifications
        await self.session.unsubscribe_resource(AnyUrl(uri))

    async def cancelled(self, tool, arguments):
        # This line sends nothing when a caller is cancelled, so the notification is sent by hand.
        id = self.session._request_id
        call = asyncio.create_task(self.session.call_tool(tool, arguments))
        await asyncio.sleep(0.3)
        params = types.CancelledNotificationParams(requestId=id, reason="enough")
        await self.session.send_notification(types.ClientNotification(types.CancelledNotification(params=params)))
        await asyncio.sleep(0.1)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def drive(read, write) -> dict:
    async with ClientSession(
        read,
        write,
        sampling_callback=sample,
        elicitation_callback=elicit,
        list_roots_callback=roots,
        logging_callback=seen.on_log,
        message_handler=seen.on_message,
    ) as session:
        started = await session.initialize()
        await session.send_ping()
        return await tour(Client(session, started.protocolVersion), seen)


async def main(transport: str, *rest: str) -> None:
    match transport:
        case "stdio":
            async with stdio_client(StdioServerParameters(command=rest[0], args=list(rest[1:]))) as (read, write):
                told = await drive(read, write)
        case "sse":
            async with sse_client(rest[0]) as (read, write):
                told = await drive(read, write)
        case _:
            async with streamable_http_client(rest[0]) as (read, write, _):
                told = await drive(read, write)
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))

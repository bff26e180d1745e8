"""An assistant with the official SDK of the second release line. Arguments: transport, mode. Orders come as lines; see `assistant.py`."""

import asyncio
import contextlib
import sys

import httpx2
import mcp_types as types
from assistant import serve
from mcp import Client as SDKClient
from mcp import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client


class Client:
    def __init__(self, client: SDKClient):
        self.revision = client.protocol_version
        self.list_tools = client.list_tools
        self.call = client.call_tool


@contextlib.asynccontextmanager
async def connect(target, asked, questions):
    async def elicit(context, params):
        return types.ElicitResult(**questions.put(params))

    async with contextlib.AsyncExitStack() as stack:
        if sys.argv[1] == "stdio":
            server = StdioServerParameters(command=target[0], args=target[1:])
        else:
            url, token = target
            http = await stack.enter_async_context(httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=20))
            server = streamable_http_client(url, http_client=http)
        client = SDKClient(server, mode=sys.argv[2], elicitation_callback=elicit if asked else None)
        yield Client(await stack.enter_async_context(client))


asyncio.run(serve(connect))

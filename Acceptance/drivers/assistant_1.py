"""An assistant with the official SDK of the first release line. Arguments: transport. Orders come as lines; see `assistant.py`."""

import asyncio
import contextlib
import sys

import httpx
import mcp.types as types
from assistant import serve
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


class Client:
    def __init__(self, session: ClientSession, revision: str):
        self.revision = revision
        self.list_tools = session.list_tools
        self.call = session.call_tool


@contextlib.asynccontextmanager
async def streams(target):
    if sys.argv[1] == "stdio":
        async with stdio_client(StdioServerParameters(command=target[0], args=target[1:])) as (read, write):
            yield read, write
        return
    url, token = target
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=20) as http:
        async with streamable_http_client(url, http_client=http) as (read, write, _):
            yield read, write


@contextlib.asynccontextmanager
async def connect(target, asked, questions):
    async def elicit(context, params):
        return types.ElicitResult(**questions.put(params))

    async with streams(target) as (read, write):
        async with ClientSession(read, write, elicitation_callback=elicit if asked else None) as session:
            yield Client(session, (await session.initialize()).protocolVersion)


asyncio.run(serve(connect))

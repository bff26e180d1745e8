"""Drives the server with the official SDK of the first release line. Arguments: transport, then URL and token or the command."""

import asyncio
import json
import sys

import httpx
from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from steps import life


async def drive(read, write) -> dict:
    async with ClientSession(read, write) as session:
        started = await session.initialize()
        await session.send_ping()

        async def list_tools():
            return [tool.name for tool in (await session.list_tools()).tools]

        told = await life(lambda name, arguments: session.call_tool(name, arguments), list_tools)
        told["revision"] = started.protocolVersion
        return told


async def main(transport: str, *rest: str) -> None:
    if transport == "stdio":
        async with stdio_client(StdioServerParameters(command=rest[0], args=list(rest[1:]))) as (read, write):
            told = await drive(read, write)
    elif transport == "sse":
        url, token = rest
        async with sse_client(url, headers={"Authorization": f"Bearer {token}"}) as (read, write):
            told = await drive(read, write)
    else:
        url, token = rest
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=20) as http:
            async with streamable_http_client(url, http_client=http) as (read, write, _):
                told = await drive(read, write)
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))

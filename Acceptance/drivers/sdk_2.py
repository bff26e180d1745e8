"""Drives the server with the official SDK of the second release line. Arguments: transport, mode, then URL and token or the command."""

import asyncio
import json
import sys

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from steps import life


async def drive(server, mode: str) -> dict:
    async with Client(server, mode=mode) as client:

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        told = await life(lambda name, arguments: client.call_tool(name, arguments), list_tools)
        told["revision"] = client.protocol_version
        return told


async def main(transport: str, mode: str, *rest: str) -> None:
    if transport == "stdio":
        told = await drive(StdioServerParameters(command=rest[0], args=list(rest[1:])), mode)
    elif transport == "sse":
        url, token = rest
        told = await drive(sse_client(url, headers={"Authorization": f"Bearer {token}"}), mode)
    else:
        url, token = rest
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=20) as http:
            told = await drive(streamable_http_client(url, http_client=http), mode)
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))

"""Finds its way to a token by itself, with the official SDK of the first release line. Arguments: transport and URL."""

import asyncio
import sys

import anyio
import httpx
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata
from oauth import METADATA, Browser, Storage, journey, tell


async def main(transport: str, url: str) -> None:
    async with httpx.AsyncClient(timeout=20) as plain:

        async def location(url: str) -> str:
            return (await plain.get(url)).headers["Location"]

        browser, storage = Browser(location), Storage()

        async def callback() -> tuple[str, str | None]:
            return browser.answer["code"], browser.answer.get("state")

        provider = OAuthClientProvider(url, OAuthClientMetadata(**METADATA), storage, browser.open, callback)
        async with httpx.AsyncClient(auth=provider, timeout=20) as http:
            server = sse_client(url, auth=provider) if transport == "sse" else streamable_http_client(url, http_client=http)
            async with server as (read, write, *_):
                async with ClientSession(read, write) as session:
                    await session.initialize()

                    async def list_tools():
                        return (await session.list_tools()).tools

                    tell(await journey(session.call_tool, list_tools, provider, storage, browser))


try:
    asyncio.run(main(*sys.argv[1:]))
except* anyio.BrokenResourceError:
    # A notice that came over SSE while the client was closing: the SDK's reader has nobody to give it to. All was told before that.
    pass

"""What both OAuth drivers do: they get on with an MCP server of which they know no more than the address."""

import json
import time
from urllib.parse import parse_qs, urlsplit

REDIRECT = "http://127.0.0.1:1/callback"
METADATA = {
    "client_name": "Acceptance tests",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}


class Storage:
    """What the SDK keeps of its tokens and its registration."""

    def __init__(self):
        self.tokens = None
        self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, info):
        self.client = info


class Browser:
    """A user who consents to everything: follows the address to the provider, and reads the code from where it is sent."""

    def __init__(self, get):
        # `await get(url)` returns the answer's Location.
        self.get = get
        self.visits: list[dict] = []
        self.answer: dict = {}

    async def open(self, url: str) -> None:
        self.visits.append(_query(url))
        self.answer = _query(await self.get(url))


def _query(url: str) -> dict:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def journey(call, list_tools, provider, storage: Storage, browser: Browser) -> dict:
    """From nothing to a tool call, then on with a token that is refreshed, then to one that needs more scopes."""
    told = {"tools": len(await list_tools())}
    told["first"] = {"scope": storage.tokens.scope, "resource": browser.visits[0].get("resource"), "visits": len(browser.visits)}
    told["read"] = _told(await call("list_notes", {}))
    before = storage.tokens.access_token
    # As if the token were about to expire: the SDK refreshes it before the next call.
    provider.context.token_expiry_time = time.time() - 1
    told["after refresh"] = _told(await call("list_notes", {}))
    told["refreshed"] = storage.tokens.access_token != before
    told["visits after refresh"] = len(browser.visits)
    told["write"] = _told(await call("create_note", {"title": "Stepped up", "content": ""}))
    told["last"] = {"scope": storage.tokens.scope, "visits": len(browser.visits), "asked": browser.visits[-1].get("scope")}
    return told


def _told(result) -> dict:
    message = result.model_dump(by_alias=True, mode="json")
    return {"failed": bool(message.get("isError")), "text": message["content"][0]["text"]}


def tell(told: dict) -> None:
    print(json.dumps(told))

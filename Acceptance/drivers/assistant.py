"""What the drivers of both release lines do as an assistant: what a test says, line by line, and tell what came of it."""

import asyncio
import contextlib
import json
import sys


class Questions:
    """What the server asked the user of one connection, and what the user answers."""

    def __init__(self):
        self.asked: list = []
        self.answer: dict | None = None

    def put(self, params) -> dict:
        self.asked.append(plain(params))
        return self.answer or {"action": "cancel"}


def plain(value):
    """What an SDK returned, under the names of the wire."""
    return value.model_dump(by_alias=True, mode="json", exclude_none=True)


def result_of(value) -> dict:
    """A tool's result; nulls inside of structured content stay."""
    message = plain(value)
    whole = value.model_dump(by_alias=True, mode="json")
    if "structuredContent" in message:
        message["structuredContent"] = whole["structuredContent"]
    return message


async def serve(connect):
    """Reads orders until there are no more. `connect(target, asked, questions)` is a context manager that gives a connected client."""
    clients: dict = {}
    async with contextlib.AsyncExitStack() as stack:
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            try:
                told = await do(order, clients, connect, stack)
            except Exception as error:
                # The one error of a server's answer has a code; whatever else is raised is the SDK's own judgement.
                code = getattr(getattr(error, "error", None), "code", None)
                told = {"raised": {"code": code, "type": type(error).__name__, "message": str(error)}}
            print(json.dumps(told), flush=True)


async def do(order: dict, clients: dict, connect, stack) -> dict:
    name = order["on"]
    if order["do"] == "open":
        questions = Questions()
        client = await stack.enter_async_context(connect(order["target"], order["asked"], questions))
        clients[name] = (client, questions)
        return {"revision": client.revision}
    client, questions = clients[name]
    match order["do"]:
        case "tools":
            return {"tools": plain(await client.list_tools())["tools"]}
        case "calls":
            questions.asked, questions.answer = [], order["answer"]
            results = [result_of(await client.call(tool, arguments)) for tool, arguments in order["calls"]]
            return {"results": results, "questions": questions.asked}
        case other:
            raise ValueError(other)

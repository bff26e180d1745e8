"""The kinds of items, as the tests fill them."""

import uuid

# REST path → noun in texts.
NOUNS = {
    "notes": "note",
    "tasks": "task",
    "comments": "comment",
    "chats": "chat",
    "chat_messages": "chat message",
    "task_lists": "task_list",
    "task_list_categories": "task_list_category",
}
PATHS = list(NOUNS)

# The kinds that have tools: noun of the tool → path.
TOOL_KINDS = {"note": "notes", "task": "tasks", "comment": "comments", "chat": "chats", "chat_message": "chat_messages"}

# What `process` does: path → action → fields that it sets.
ACTIONS = {
    "notes": {
        "pin": {"pinned": True},
        "unpin": {"pinned": False},
        "archive": {"status": "archived"},
        "unarchive": {"status": "active"},
    },
    "tasks": {
        "start": {"status": "in_progress", "done": False},
        "complete": {"status": "completed", "done": True},
        "reopen": {"status": "open", "done": False},
    },
    "comments": {"resolve": {"status": "resolved"}, "reopen": {"status": "open"}},
    "chats": {"resolve": {"status": "resolved"}, "reopen": {"status": "active"}},
    "chat_messages": {"mark_read": {"read": True}, "mark_delivered": {"delivered": True}},
    "task_lists": {"unarchive": {"archived": False}},
    "task_list_categories": {"unarchive": {"archived": False}},
}
ARCHIVED = {
    "notes": {"status": "archived"},
    "tasks": {"status": "archived", "done": True},
    "comments": {"status": "archived"},
    "chats": {"archived": True},
    "chat_messages": {"archived": True},
    "task_lists": {"archived": True},
    "task_list_categories": {"archived": True},
}


def new_uid() -> str:
    return str(uuid.uuid4())


def payload(server, path: str, **more) -> dict:
    """A payload that a server takes for a new item; a parent is made where the kind needs one."""
    match path:
        case "comments":
            fields = {"content": "Looks good", "parentType": "note", "parentUid": create(server, "notes")["uid"]}
        case "chat_messages":
            fields = {"content": "Hello", "chatUid": create(server, "chats")["uid"]}
        case "task_list_categories":
            fields = {"name": "Home"}
        case "notes":
            fields = {"title": "Shopping", "content": "Milk"}
        case _:
            fields = {"title": "Shopping", "description": "On Friday"}
    return {**fields, **more}


def create(server, path: str, **more) -> dict:
    """Makes an item over REST."""
    response = server.request("POST", f"/v1/{path}", payload(server, path, **more))
    assert response.status == 201, response
    return response.json()


def check_error(response, status: int, code: str, **fields) -> dict:
    """Fails unless this is the API's one error shape with these contents."""
    assert response.status == status, response
    assert response.header("Content-Type") == "application/json"
    error = response.json()
    assert error["code"] == code, error
    assert isinstance(error["error"], str) and error["error"]
    assert error["correlation_id"] == response.header("X-Correlation-ID")
    for name, value in fields.items():
        assert error[name] == value, error
    return error

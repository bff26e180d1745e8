"""What Schemathesis can't know from a schema: which sync session lives, which items there are, and what only the state of the data decides.

Loaded into its own process by SCHEMATHESIS_HOOKS; where the program listens and with which token comes from the environment.
"""

import json
import os
import re
import urllib.request

import schemathesis

URL = os.environ["TOOLBRIDGE_URL"]
TOKEN = os.environ["TOOLBRIDGE_TOKEN"]
UUID = re.compile(r"^(urn:uuid:|\{)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$", re.IGNORECASE)

# Refusals of requests that are well-formed but speak of what isn't there (any more): no schema can say which these are.
OF_THE_STATE = {
    "session_invalid",
    "session_forbidden",
    "deleted",
    "version_mismatch",
    # A cursor is opaque: that it is the server's own is for the server to see.
    "invalid_cursor",
}


def call(method: str, path: str, body=None) -> dict:
    request = urllib.request.Request(
        URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


class World:
    """A living session and living parents, made when they are needed and again after a wipe."""

    session: dict | None = None
    tenant: str | None = None
    items: dict[str, str] = {}
    # What was deleted and lives again.
    restored: set[str] = set()
    keys = 0

    @classmethod
    def open(cls) -> dict:
        if cls.session is None:
            cls.session = call("POST", "/v1/sync/sessions")
        return cls.session

    @classmethod
    def tenant_id(cls) -> str:
        if cls.tenant is None:
            cls.tenant = call("GET", "/v1/auth/tenant")["tenant_id"]
        return cls.tenant

    @classmethod
    def item(cls, kind: str) -> str:
        if kind not in cls.items:
            payload = {"title": "Living"}
            if kind == "comments":
                payload |= {"parentType": "note", "parentUid": cls.item("notes")}
            if kind == "chat_messages":
                payload |= {"chatUid": cls.item("chats")}
            cls.items[kind] = call("POST", f"/v1/{kind}", payload)["uid"]
        return cls.items[kind]

    @classmethod
    def forget(cls):
        cls.session, cls.items = None, {}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Well-formed references get a living end, mostly; what isn't well-formed goes as it is."""
    headers = case.headers or {}
    for name in headers:
        value = str(headers[name])
        match name.lower():
            case "x-sync-session" if UUID.match(value):
                headers[name] = World.open()["id"]
            case "x-sync-epoch" if value.isascii() and value.isdigit() and int(value) > 0:
                headers[name] = str(World.open()["epoch"])
            case "if-match" if re.fullmatch(r'"?\d+"?', value):
                headers[name] = "*"
            case "x-tb-tenant-id":
                headers[name] = World.tenant_id()
            case "idempotency-key" if re.fullmatch("[!-~]{1,240}", value):
                # The same key for another request would be a conflict each time.
                World.keys += 1
                headers[name] = f"{value}-{World.keys}"
    body = case.body
    if isinstance(body, dict) and case.operation.path.startswith("/v1/"):
        refer(body, "chatUid", "chats")
        if body.get("parentType") in ("note", "task"):
            refer(body, "parentUid", body["parentType"] + "s")
    # In stateful runs Schemathesis follows items by itself, and remembers which it has deleted.
    if case.meta is None or case.meta.phase.name.value != "stateful":
        uid = str((case.path_parameters or {}).get("uid", ""))
        if UUID.match(uid) and uid[0].lower() < "d":
            case.path_parameters["uid"] = World.item(case.operation.path.split("/")[2])


def refer(body: dict, key: str, kind: str):
    if isinstance(body.get(key), str) and UUID.match(body[key]):
        body[key] = World.item(kind)


@schemathesis.hook
def after_call(context, case, response):
    text = response.text or ""
    if "session_invalid" in text or (case.operation.path == "/v1/sync/wipe" and response.status_code == 200):
        World.forget()
    if case.operation.path.endswith("/restore") and response.status_code == 200:
        World.restored.add(response.json()["uid"])
    if case.operation.method.upper() == "DELETE" or '"deleted"' in text or "invalid_parent" in text:
        World.items = {}


# Schemas count characters, the server bytes: of a text of others than ASCII it takes fewer.
BYTES = {"status": 256, "tag": 256, "fields": 256, "q": 1024}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal that only the state explains is no failure of the description."""
    if type(failure).__name__ == "UseAfterFree":
        return str((case.path_parameters or {}).get("uid", "")).lower() not in World.restored
    if type(failure).__name__ not in ("RejectedPositiveData", "ServerError"):
        return True
    try:
        error = response.json()
        code, field = error["code"], error.get("field")
    except (ValueError, AttributeError, KeyError):
        return True
    if code == "invalid_parameter" and field in BYTES:
        return len(str(case.query.get(field, "")).encode()) <= BYTES[field]
    # Two values that some proxy joined have a comma between them, and no schema of a bearer token can say so.
    if code == "duplicate_header":
        return "," not in str((case.headers or {}).get(field, ""))
    # Most items that could be restored are alive.
    if code == "already_exists" and case.operation.path.endswith("/restore"):
        return False
    if code == "invalid_parent":
        return error.get("reason") != "not_found"
    # An atomic batch is refused as its refused operation would be; what is wrong with one operation is described with that operation's route.
    if case.operation.path == "/v1/batch" and str(field).startswith("/operations/"):
        return False
    if type(failure).__name__ == "ServerError":
        # This version has no key to sign tokens with; the contract says 503.
        return code != "exchange_unavailable"
    return code not in OF_THE_STATE

"""The older REST API whose clients and deployments must keep working, as the contract describes it: a strict stand-in.

It answers as that API did, down to what we do otherwise on purpose: no `code` in errors, some of which are plain text; a session and its
epoch on every data route; sessions in memory and under a rate limit; v1 signatures alone; keys sorted and numbers written anew; `PUT`
without parent keys fails; `POST` of a uid that exists overwrites; cursors that can't be read mean "from the start"; lists oldest change
first with a cursor on every page that isn't empty. It counts what it is asked, and what no honest gateway would ask it fails loudly.
"""

import base64
import hmac
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

import jwt

from .httpd import Answer, Asked, Listening
from .kinds import ACTIONS, ARCHIVED, NOUNS
from .owners import TOKEN_SECRET
from .tenant import sign_v1

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
NIL = "00000000-0000-0000-0000-000000000000"
PLAIN = "text/plain; charset=utf-8"
EXCHANGE_SECRET = "an-exchange-secret-of-the-predecessor-0123456789"


@dataclass
class Item:
    uid: str
    payload: dict
    updated: int
    version: int = 1
    deleted: int | None = None

    def envelope(self) -> dict:
        told = {"payload": self.payload, "uid": self.uid, "updatedAt": moment(self.updated), "version": self.version}
        return told if self.deleted is None else {"deletedAt": moment(self.deleted), **told}


@dataclass
class Session:
    id: str
    subject: str
    expires: float
    epoch: int


@dataclass
class Owner:
    """All of one subject: the tenant is no part of the key, which was a defect."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    epoch: int = 1
    wiped: int | None = None
    items: dict[tuple[str, str], Item] = field(default_factory=dict)


class Refusal(Exception):
    """An answer that is no success. A text is sent as plain text, a dictionary as JSON."""

    def __init__(self, status: int, body: str | dict, *headers: tuple[str, str]):
        super().__init__(status, body)
        self.answer = text_answer(status, body, *headers) if isinstance(body, str) else json_answer(status, body, *headers)


def refused(status: int, error: str, **more) -> Refusal:
    return Refusal(status, {"error": error, **more})


class Bucket:
    """A token bucket; `limit` is requests, window in seconds, burst."""

    def __init__(self, limit: tuple[int, float, int]):
        self.requests, self.window, self.burst = limit
        self.tokens: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float) -> int:
        """Seconds to wait; 0 where there was a token."""
        tokens, then = self.tokens.get(key, (self.burst, now))
        tokens = min(self.burst, tokens + (now - then) * self.requests / self.window)
        if tokens < 1:
            self.tokens[key] = (tokens, now)
            return max(1, int((1 - tokens) * self.window / self.requests + 1))
        self.tokens[key] = (tokens - 1, now)
        return 0


class Predecessor(Listening):
    """The API on a port of its own. `counts` has the requests by route, `asked` all of them, `faults` what an honest client never sends."""

    def __init__(
        self,
        secret: str = "test-secret",
        tenants: tuple[str, ...] = ("tenant_b2c_default",),
        token_secret: str = TOKEN_SECRET,
        auth_limit: tuple[int, float, int] = (60, 60, 20),
        data_limit: tuple[int, float, int] = (600, 60, 120),
        session_seconds: float = 1800,
    ):
        self.secret, self.tenants, self.token_secret = secret, tenants, token_secret
        self.auth, self.data = Bucket(auth_limit), Bucket(data_limit)
        self.session_seconds = session_seconds
        # How far this machine's clock is ahead of ours, in seconds.
        self.ahead = 0.0
        # Tokens that are refused although they validate, as after a change of keys.
        self.revoked: set[str] = set()
        # Token → subject of tokens that another issuer made.
        self.issued: dict[str, str] = {}
        self.owners: dict[str, Owner] = {}
        self.sessions: dict[str, Session] = {}
        self.counts: Counter[str] = Counter()
        self.asked: list[tuple[Asked, int]] = []
        self.faults: list[str] = []
        self.lock = threading.Lock()
        super().__init__()

    def close(self):
        super().close()
        assert not self.faults, self.faults

    # What a test does to it.

    def token(self, subject: str = "alice", **more) -> str:
        """A token that it takes, signed by its backend."""
        now = int(time.time())
        return jwt.encode({"sub": subject, "iat": now, "exp": now + 3600, **more}, self.token_secret, "HS256")

    def restart(self):
        """As the process does it that forgets its sessions."""
        with self.lock:
            self.sessions.clear()

    def wipe(self, subject: str = "alice"):
        """Another device of this user wipes; its sessions were not ended by that."""
        with self.lock:
            self._wipe(self.owner(subject))

    def owner(self, subject: str = "alice") -> Owner:
        return self.owners.setdefault(subject, Owner())

    def forget_requests(self):
        with self.lock:
            self.counts.clear()
            self.asked.clear()

    # One request.

    def answer(self, asked: Asked) -> Answer:
        target = urlsplit(asked.target)
        with self.lock:
            try:
                answer = self.routed(asked, target.path, parse_qs(target.query, keep_blank_values=True))
            except Refusal as refusal:
                answer = refusal.answer
            self.counts[f"{asked.method} {self.pattern(target.path)}"] += 1
            self.asked.append((asked, answer.status))
        headers = [("Date", formatdate(self.now(), usegmt=True)), *answer.headers]
        # The epoch's 409 lost it.
        if answer.status != 409:
            headers.append(("X-Correlation-ID", asked.header("X-Correlation-ID") or str(uuid.uuid4())))
        return replace(answer, headers=headers)

    def now(self) -> float:
        return time.time() + self.ahead

    @staticmethod
    def pattern(path: str) -> str:
        parts = path.split("/")
        if len(parts) > 3 and parts[2] in NOUNS:
            parts[3] = "{uid}"
        if path.startswith("/v1/sync/sessions/"):
            parts[4] = "{id}"
        return "/".join(parts)

    def routed(self, asked: Asked, path: str, query: dict[str, list[str]]) -> Answer:
        if asked.body is not None and len(asked.body) and asked.header("Content-Type") is None and asked.method in ("POST", "PUT", "PATCH"):
            self.faults.append(f"a body without Content-Type: {asked.method} {asked.target}")
        for name in ("X-Debug-Sub", "Cookie"):
            if asked.header(name) is not None:
                self.faults.append(f"a header that was the client's: {name}")
        parts = path.strip("/").split("/")
        match asked.method, parts:
            case "GET", ["healthz"]:
                return Answer(200, b"ok", PLAIN)
            case "GET", ["v1", "sync", "info"]:
                return json_answer(200, self.info())
            case "POST", ["auth", "token-exchange"]:
                return self.exchange(asked)
            case "GET", ["v1", "auth", "tenant"]:
                return self.tenant(asked)
            case _, ["v1", "sync", "sessions", *more]:
                return self.session_route(asked, more)
            case "POST", ["v1", "sync", "wipe"]:
                owner, _ = self.entered(asked, epoch=False)
                if self.body(asked).get("confirm") != "WIPE":
                    raise refused(400, "confirmation required")
                return json_answer(200, self._wipe(owner))
            case "GET", ["v1", "sync", "state"]:
                owner, _ = self.entered(asked, epoch=False)
                return json_answer(200, {"epoch": owner.epoch} | ({"lastWipeAt": moment(owner.wiped), "lastWipeBy": owner.id} if owner.wiped else {}))
            case _, ["v1", kind, *more] if kind in NOUNS:
                return self.item_route(asked, kind, more, query)
        raise Refusal(404, "404 page not found")

    # Who calls.

    def subject(self, asked: Asked) -> str:
        value = asked.header("Authorization")
        if value is None:
            raise refused(401, "Missing Authorization header") if asked.target.startswith("/auth/") else Refusal(401, "unauthorized")
        scheme, _, token = value.partition(" ")
        # The scheme was compared letter by letter.
        if scheme != "Bearer" or not token:
            raise Refusal(401, "unauthorized")
        if token in self.revoked:
            raise Refusal(401, "unauthorized")
        if token in self.issued:
            return self.issued[token]
        for secret in (self.token_secret, EXCHANGE_SECRET):
            try:
                return jwt.decode(token, secret, ["HS256"], options={"verify_aud": False})["sub"]
            except jwt.InvalidTokenError:
                continue
        raise Refusal(401, "unauthorized")

    def proved(self, asked: Asked):
        """The tenant's proof: v1, within five minutes by the clock of this machine."""
        tenant, stamp, signature = (asked.header(f"X-TB-{name}") for name in ("Tenant-ID", "Timestamp", "Signature"))
        if not tenant:
            raise Refusal(401, "Unauthorized: missing tenant header")
        if not (stamp and signature and stamp.isascii() and stamp.isdigit()):
            raise Refusal(401, "Unauthorized: invalid tenant headers")
        expected = dict(sign_v1(self.secret, tenant, stamp))["X-TB-Signature"]
        if abs(self.now() * 1000 - int(stamp)) > 300_000 or not hmac.compare_digest(expected, signature):
            raise Refusal(401, "Unauthorized: invalid tenant headers")
        if tenant not in self.tenants:
            raise Refusal(403, "Unauthorized: not authorized for requested tenant")

    def limited(self, bucket: Bucket, subject: str):
        if wait := bucket.take(subject, time.monotonic()):
            raise Refusal(429, {"error": f"rate limit exceeded, retry after {wait} seconds"}, ("Retry-After", str(wait)))

    def entered(self, asked: Asked, epoch: bool = True) -> tuple[Owner, Session]:
        """Whose data a request is about: token, tenant, session, rate, epoch, in this order."""
        subject = self.subject(asked)
        self.proved(asked)
        id = asked.header("X-Sync-Session")
        session = self.sessions.get(id or "")
        if session is None or session.expires <= self.now():
            raise Refusal(428, "sync session required: POST /v1/sync/sessions" if id is None else "invalid or expired sync session")
        if session.subject != subject:
            self.faults.append("a session of somebody else was sent")
            raise Refusal(403, "forbidden")
        self.limited(self.data, subject)
        owner = self.owner(subject)
        if epoch:
            sent = asked.header("X-Sync-Epoch") or ""
            # Larger values than its own passed.
            if not sent.isdigit() or int(sent) < owner.epoch:
                raise Refusal(409, {"epoch": owner.epoch, "error": "epoch_mismatch"}, ("X-Sync-Epoch", str(owner.epoch)))
        return owner, session

    # Fixed routes.

    def info(self) -> dict:
        return {
            "apiVersion": "1.1",
            "serverTime": nanoseconds(self.now()),
            "entities": {kind: {"maxLimit": 1000, "push": True, "pull": True} for kind in NOUNS},
            "locking": {"supported": True, "mode": "session"},
            "minClientVersion": "0.1.0",
            "rateLimit": {"windowSeconds": 60, "maxRequests": 600, "burst": 120},
            "hints": {"recommendedBatch": 500, "backoffMsOn429": 1500},
        }

    def exchange(self, asked: Asked) -> Answer:
        subject = self.subject(asked)
        self.limited(self.auth, subject)
        body = self.body(asked)
        if body.get("grant_type") != GRANT:
            raise refused(400, f"unsupported grant_type, expected {GRANT}")
        if not body.get("audience"):
            raise refused(400, "Missing audience")
        now = int(time.time())
        claims = {"sub": subject, "aud": body["audience"], "iat": now, "exp": now + 3600, "token_type": "backend", "jti": str(uuid.uuid4())}
        token = jwt.encode(claims, EXCHANGE_SECRET, "HS256")
        issued = "urn:ietf:params:oauth:token-type:access_token"
        return json_answer(200, {"access_token": token, "issued_token_type": issued, "token_type": "Bearer", "expires_in": 3600})

    def tenant(self, asked: Asked) -> Answer:
        self.limited(self.auth, self.subject(asked))
        match self.tenants:
            case (one,):
                return json_answer(200, {"tenant_id": one, "organization_name": one, "requires_selection": False})
            case several:
                return json_answer(200, {"tenant_id": "", "organizations": [{"id": id, "name": id} for id in several], "requires_selection": True})

    def session_route(self, asked: Asked, more: list[str]) -> Answer:
        """Without any tenant header, and in memory."""
        subject = self.subject(asked)
        self.limited(self.auth, subject)
        owner = self.owner(subject)
        if asked.method == "POST" and not more:
            now = self.now()
            session = Session(str(uuid.uuid4()), subject, now + self.session_seconds, owner.epoch)
            self.sessions[session.id] = session
            told = {"createdAt": nanoseconds(now), "epoch": owner.epoch, "expiresAt": nanoseconds(session.expires), "id": session.id, "userId": owner.id}
            return json_answer(201, told, ("X-Sync-Epoch", str(owner.epoch)))
        if len(more) != 1 or asked.method not in ("GET", "DELETE"):
            raise Refusal(405, "")
        session = self.sessions.get(more[0])
        if session is None or session.expires <= self.now():
            raise Refusal(404, "session not found or expired")
        if session.subject != subject:
            raise Refusal(403, "forbidden")
        if asked.method == "DELETE":
            del self.sessions[session.id]
            return Answer(204, b"", None)
        return json_answer(200, {"id": session.id, "userId": owner.id, "expiresAt": nanoseconds(session.expires), "epoch": session.epoch})

    def _wipe(self, owner: Owner) -> dict:
        counts = Counter(kind for kind, _ in owner.items)
        owner.items.clear()
        owner.epoch += 1
        owner.wiped = milliseconds(self.now())
        return {"deleted": {kind.removesuffix("s"): counts[kind] for kind in NOUNS}, "epoch": owner.epoch}

    # Items.

    def body(self, asked: Asked) -> dict:
        """The first JSON value; what follows it was ignored, and null ended in a 500."""
        try:
            value, _ = json.JSONDecoder().raw_decode((asked.body or b"").decode().lstrip())
        except ValueError:
            raise refused(400, "invalid JSON") from None
        if value is None:
            raise Refusal(500, "internal server error")
        if not isinstance(value, dict):
            raise refused(400, "invalid JSON")
        return value

    def item_route(self, asked: Asked, kind: str, more: list[str], query: dict[str, list[str]]) -> Answer:
        owner, _ = self.entered(asked)
        with_deleted = query.get("includeDeleted") == ["true"]
        match asked.method, more:
            case "GET", []:
                return self.listed(owner, kind, query, with_deleted)
            case "POST", []:
                return self.created(owner, kind, self.body(asked))
            case method, [uid, *rest]:
                uid = self.uid(unquote(uid))
                item = owner.items.get((kind, uid))
                if item is None:
                    raise refused(404, f"{NOUNS[kind]} not found")
                if item.deleted is not None and not (method == "GET" and with_deleted):
                    already = "already " if method == "DELETE" else ""
                    raise refused(410, f"{NOUNS[kind]} {already}deleted", deletedAt=moment(item.deleted))
                return self.one(asked, owner, kind, item, rest)
        raise Refusal(405, "")

    def one(self, asked: Asked, owner: Owner, kind: str, item: Item, rest: list[str]) -> Answer:
        match asked.method, rest:
            case "GET", []:
                return json_answer(200, item.envelope())
            case "PUT", []:
                payload = self.body(asked)
                self.matched(asked, item)
                self.parents(owner, kind, payload)
                return self.stored(kind, item, payload)
            case "PATCH", []:
                changes = {key: value for key, value in self.body(asked).items() if key not in ("uid", "sync")}
                self.matched(asked, item)
                payload = {**item.payload, **changes}
                self.parents(owner, kind, payload)
                return self.stored(kind, item, payload)
            case "DELETE", []:
                return self.stored(kind, item, dict(item.payload), deleted=True)
            case "POST", ["archive"]:
                return self.stored(kind, item, {**item.payload, **ARCHIVED[kind]})
            case "POST", ["process"]:
                body = self.body(asked)
                if not isinstance(body.get("metadata", {}) or {}, dict):
                    raise refused(400, "invalid JSON")
                action = body.get("action")
                if action not in ACTIONS[kind]:
                    raise refused(400, f"invalid action: {action}")
                return self.stored(kind, item, {**item.payload, **ACTIONS[kind][action]})
        raise Refusal(405, "")

    def uid(self, text: str) -> str:
        try:
            return str(uuid.UUID(text))
        except ValueError:
            raise refused(400, "invalid UID") from None

    def matched(self, asked: Asked, item: Item):
        """What isn't a plain number was ignored."""
        expected = (asked.header("If-Match") or "").strip('"')
        if expected.isdigit() and int(expected) != item.version:
            raise refused(412, f"version mismatch: expected {int(expected)}, actual {item.version}")

    def parents(self, owner: Owner, kind: str, payload: dict):
        """A parent that is missing, dead or none at all ended in a 500."""
        match kind:
            case "comments":
                parent, uid = {"note": "notes", "task": "tasks"}.get(payload.get("parentType")), payload.get("parentUid")
            case "chat_messages":
                parent, uid = "chats", payload.get("chatUid")
            case _:
                return
        try:
            item = owner.items.get((parent, str(uuid.UUID(uid))))
        except (ValueError, TypeError, AttributeError):
            item = None
        if item is None or item.deleted is not None:
            raise Refusal(500, "internal server error")

    def created(self, owner: Owner, kind: str, payload: dict) -> Answer:
        try:
            uid = str(uuid.UUID(payload.get("uid")))
        except (ValueError, TypeError, AttributeError):
            uid = NIL
        if uid == NIL:
            uid = str(uuid.uuid4())
        self.parents(owner, kind, payload)
        item = owner.items.get((kind, uid))
        if item is None:
            item = owner.items[kind, uid] = Item(uid, {}, 0, 0)
        # What was there, alive or not, is overwritten.
        return self.stored(kind, item, payload, status=201)

    def stored(self, kind: str, item: Item, payload: dict, deleted: bool = False, status: int = 200) -> Answer:
        item.updated = max(milliseconds(self.now()), item.updated + 1)
        item.version += 1
        item.deleted = item.updated if deleted else None
        written = moment(item.updated)
        sync = {"isDeleted": deleted, "version": item.version} | ({"deletedAt": written} if deleted else {})
        flat = {"version": item.version, "isDirty": 0, "isDeleted": int(deleted), "remoteUpdatedAt": written, "lastSyncedAt": written}
        item.payload = {**payload, "uid": item.uid, "updatedTs": written, "updateTime": written, "sync": sync, **(flat if kind == "notes" else {})}
        return json_answer(status, item.envelope())

    def listed(self, owner: Owner, kind: str, query: dict[str, list[str]], with_deleted: bool) -> Answer:
        text = query.get("limit", [""])[0]
        limit = min(int(text), 1000) if text.isdigit() and int(text) else 500
        after = read_cursor(query.get("cursor", [""])[0])
        rows = sorted(((item.updated, item.uid), item) for (of, _), item in owner.items.items() if of == kind and (with_deleted or item.deleted is None))
        page = [(key, item) for key, item in rows if after is None or key > after][:limit]
        told = {"items": [item.envelope() for _, item in page]}
        # On the last page too.
        return json_answer(200, told | ({"nextCursor": write_cursor(*page[-1][0])} if page else {}))


# How that API wrote things.


def text_answer(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, text.encode() + b"\n", PLAIN, headers)


def json_answer(status: int, value, *headers: tuple[str, str]) -> Answer:
    return Answer(status, encode(value) + b"\n", "application/json", headers)


def encode(value) -> bytes:
    """Keys sorted, every number a double, and `<`, `>`, `&` escaped."""
    text = json.dumps(_doubles(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()


def _doubles(value):
    match value:
        case bool() | None | str():
            return value
        case int() | float():
            number = float(value)
            return int(number) if number.is_integer() and abs(number) < 1e21 else number
        case list():
            return [_doubles(element) for element in value]
    return {key: _doubles(member) for key, member in value.items()}


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def moment(at: int) -> str:
    """RFC 3339 of milliseconds; trailing zeros of the fraction were cut."""
    fraction = f"{at % 1000:03}".rstrip("0")
    whole = datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}{'.' if fraction else ''}{fraction}Z"


def nanoseconds(seconds: float) -> str:
    """RFC 3339 with nine digits."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{int(seconds % 1 * 1e9) | 1:09}Z"


def write_cursor(at: int, uid: str) -> str:
    return base64.urlsafe_b64encode(f"{at}|{uid}".encode()).rstrip(b"=").decode()


def read_cursor(text: str) -> tuple[int, str] | None:
    """None is the start, also for what can't be read."""
    try:
        at, _, uid = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        return (int(at), str(uuid.UUID(uid)))
    except ValueError:
        return None

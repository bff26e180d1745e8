"""T-1, P-3, P-17: twenty owners in six tenants do as they please with the same uids. Each one's texts hold a word of its own.

No answer holds another's word; the log, at its lowest level, and the metrics hold none, and nothing of a token, a signature or a secret.
`OPERATIONS` says how many, `SEED` begins them elsewhere.
"""

import os
import random
import re
import uuid
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from support.kinds import ACTIONS, PATHS
from support.metrics import Metrics
from support.toolcases import SEVEN
from support.owners import TENANT_SECRET, TOKEN_SECRET, Person, start_tenants

OPERATIONS = int(os.environ.get("OPERATIONS", "100000"))
SEED = int(os.environ.get("SEED", "20261123"))
WORD = re.compile(rb"canary(\d\d)x")
# Some subjects are in several tenants, and every tenant has several subjects.
OWNERS = [(f"tenant-{number % 6}", f"user-{number // 2 % 8}") for number in range(20)]
SINGULAR = {path: tool for tool, path in SEVEN.items()}


@pytest.fixture
def server(tmp_path):
    server = start_tenants(tmp_path)
    yield server
    server.close()


class Owner:
    """One owner, which asks at random and looks at each answer."""

    def __init__(self, server, number: int, pool: list[str], dice: random.Random):
        self.person = Person(server, *OWNERS[number])
        self.number, self.pool, self.dice = number, pool, dice
        self.word = f"canary{number:02}x"
        session = self.person.request("POST", "/v1/sync/sessions", {}).json()
        self.session = [("X-Sync-Session", session["id"]), ("X-Sync-Epoch", str(session["epoch"]))]
        self.words = 0

    def step(self):
        operation = self.dice.choice(self.operations)
        answer = operation(self)
        found = {int(number) for number in WORD.findall(answer.body)}
        assert found <= {self.number}, (OWNERS[self.number], operation.__name__, answer)
        assert answer.status < 500 and answer.status not in (401, 403), (operation.__name__, answer)
        self.words += bool(found)

    def uid(self) -> str:
        return self.dice.choice(self.pool)

    def fields(self, path: str, **more) -> dict:
        text = {"title": f"{self.word} title", "content": f"milk {self.word}", "name": self.word}
        if path == "comments":
            text |= {"parentType": self.dice.choice(["note", "task"]), "parentUid": self.uid()}
        if path == "chat_messages":
            text["chatUid"] = self.uid()
        return {**text, **more}

    def create(self):
        path = self.dice.choice(PATHS)
        return self.person.request("POST", f"/v1/{path}", self.fields(path, uid=self.uid()))

    def read(self):
        return self.person.request("GET", f"/v1/{self.dice.choice(PATHS)}/{self.uid()}")

    def replace(self):
        path = self.dice.choice(PATHS)
        return self.person.request(self.dice.choice(["PUT", "PATCH"]), f"/v1/{path}/{self.uid()}", self.fields(path))

    def act(self):
        path = self.dice.choice(PATHS)
        action = self.dice.choice(list(ACTIONS[path]))
        return self.person.request("POST", f"/v1/{path}/{self.uid()}/process", {"action": action})

    def delete(self):
        return self.person.request("DELETE", f"/v1/{self.dice.choice(PATHS)}/{self.uid()}")

    def restore(self):
        return self.person.request("POST", f"/v1/{self.dice.choice(PATHS)}/{self.uid()}/restore")

    def list(self):
        return self.person.request("GET", f"/v1/{self.dice.choice(PATHS)}?includeDeleted=true&limit={self.dice.choice([1, 5, 20])}")

    def search(self):
        return self.person.request("GET", f"/v1/search?q={self.dice.choice(['milk', 'title', 'canary03x', self.word])}&limit=20")

    def push(self):
        path = self.dice.choice(PATHS)
        item = self.fields(path, uid=self.uid(), updatedAt="2026-01-01T00:00:00Z", sync={"version": 1, "isDeleted": self.dice.random() < 0.3})
        return self.person.request("POST", f"/v1/sync/{path}/push", {"items": [item]}, self.session)

    def pull(self):
        return self.person.request("GET", f"/v1/sync/{self.dice.choice(PATHS)}/pull?limit=20", headers=self.session)

    def feed(self):
        return self.person.request("GET", "/v1/sync/changes?limit=20")

    def tool(self):
        path = self.dice.choice(PATHS)
        verb = self.dice.choice(["get", "delete", "archive", "patch", "list"])
        name = f"{verb}_{path if verb == 'list' else SINGULAR[path]}"
        arguments = {} if verb == "list" else {"uid": self.uid()}
        if verb == "patch":
            arguments["additional_fields"] = {"title": self.word, "content": self.word, "name": self.word}
        return self.person.call(name, arguments)

    def find(self):
        return self.person.call("search", {"query": self.dice.choice(["milk", self.word, "title"])})

    def resource(self):
        address = f"toolbridge://{self.dice.choice(PATHS)}/{self.uid()}"
        return self.person.mcp("resources/read", {"uri": address}, name=address)

    # Writing more often than deleting, and reading most of all.
    operations = [create, create, replace, act, delete, restore, push, read, read, list, search, pull, feed, tool, tool, find, resource]


def run(place: int, places: int, server, pool: list[str]) -> tuple[int, int]:
    """The operations of every `places`-th owner; returns how many there were and how many answers held their owner's word."""
    dice = random.Random(SEED * 1000 + place)
    owners = [Owner(server, number, pool, dice) for number in range(place, len(OWNERS), places)]
    count = OPERATIONS // places
    for _ in range(count):
        dice.choice(owners).step()
    for owner in owners:
        owner.person.close()
    return count, sum(owner.words for owner in owners)


def test_t_1_no_word_of_one_owner_reaches_another_or_the_log(server):
    assert len(set(OWNERS)) == 20 and len({tenant for tenant, _ in OWNERS}) == 6
    print(f"seed {SEED}, {OPERATIONS} operations")
    dice = random.Random(SEED)
    pool = [str(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(200)]
    pid = server.pid
    reached = Reached(server)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as processes:
        results = [process.result() for process in [processes.submit(run, place, 2, reached, pool) for place in range(2)]]
    assert sum(count for count, _ in results) == OPERATIONS // 2 * 2
    assert all(words > OPERATIONS // 20 for _, words in results), results
    assert server.is_alive() and server.pid == pid
    shown = Metrics(server).scrape()
    assert shown.total("tb_http_requests_total") >= OPERATIONS // 2 * 2 and shown.value("tb_hmac_verifications_total", version="v1", key="secret", outcome="ok") > 0
    assert not WORD.search(shown.text.encode()) and not re.search(r"tenant-\d|user-\d", shown.text)
    assert not [secret for secret in (TOKEN_SECRET, TENANT_SECRET, "eyJ") if secret in shown.text]
    server.terminate()
    said = server.log.read_bytes() + server.errors.read_bytes()
    assert b"/v1/K" not in said and said.count(b"\n") > OPERATIONS // 2
    assert not WORD.search(said)
    for secret in (TOKEN_SECRET, TENANT_SECRET, "Bearer ", "eyJ"):
        assert secret.encode() not in said
    server.start()


class Reached:
    """A server as another process knows it."""

    def __init__(self, server):
        self.port = server.port

    def connect(self):
        from support.wire import Connection

        return Connection(self.port)

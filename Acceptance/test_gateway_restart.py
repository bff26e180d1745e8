"""Nothing that a client needs lives in one gateway alone: restarts, kills, two of them in turn, and one after the other replaced under load."""

import os
import threading
import time

import pytest

from support.edges import Nginx
from support.events import EventStream
from support.gateway import Gateway
from support.kinds import ACTIONS, TOOL_KINDS
from support.mcp import Client
from support.peer import HTTPPeer
from support.polling import until
from support.schema import MODERN, REVISIONS
from support.toolcases import LEAST, Maker

REQUESTS = int(os.environ.get("ROLLING_REQUESTS", "2000"))
BOTH_ERAS = [MODERN, "2025-11-25"]


class At:
    """Gateways through what stands before them, as clients see it."""

    def __init__(self, edge, gateway):
        self.edge, self.authorization, self.access = edge, gateway.authorization, gateway.access

    @property
    def port(self) -> int:
        return self.edge.port

    def connect(self):
        return self.edge.connect()


@pytest.fixture
def nginx(tmp_path):
    nginx = Nginx(tmp_path / "nginx")
    yield nginx
    nginx.close()


@pytest.mark.parametrize("signing", ["v1", "v2"])
@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_stop_start_and_go_on_with_the_same_session(stack, signing, end, tell):
    """Never again 39: without state keys of its own, sessions are sealed by what is derived from the tenant's secret or keys."""
    gateway = stack.gateway(settings=getattr(stack, f"signed_{signing}"))
    with Client(gateway, "2025-11-25") as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        session = client.session
    for version in range(2, 5):
        getattr(gateway, end)()
        begun = time.monotonic()
        gateway.start()
        with Client(gateway, "2025-11-25", session=session) as client:
            assert client.call("patch_note", uid=uid, updates={"n": version}).value["version"] == version
        seconds = time.monotonic() - begun
    tell(f"{end}: from the start to the first answer {seconds * 1000:.0f} ms")


def test_a_session_of_other_keys_is_unknown(stack):
    first, second = stack.gateway(), stack.gateway(TOOLBRIDGE_STATE_KEYS="other:" + "A" * 43 + "=")
    with Client(first, "2025-11-25") as client:
        session = client.session
    with Client(second, "2025-11-25", session=session) as client:
        assert client.connection.request("POST", "/mcp", client.fields(), b'{"jsonrpc":"2.0","id":1,"method":"ping"}').status == 404


def life(client: Client, between=lambda: None):
    """Every tool of every kind in a row; `between` is done before each call."""
    call = lambda tool, **arguments: (between(), client.call(tool, **arguments))[1]  # noqa: E731
    maker = Maker(client)
    for noun, kind in TOOL_KINDS.items():
        least = maker.least(noun)
        uid = call(f"create_{noun}", **least).value["uid"]
        assert call(f"get_{noun}", uid=uid).value["version"] == 1
        assert uid in [item["uid"] for item in call(f"list_{noun}s").value["items"]]
        assert call(f"patch_{noun}", uid=uid, updates={"a": 1}).value["version"] == 2
        assert call(f"update_{noun}", uid=uid, if_match=2, **LEAST[noun]).value["version"] == 3
        assert call(f"process_{noun}", uid=uid, action=next(iter(ACTIONS[kind]))).value["version"] == 4
        assert call(f"archive_{noun}", uid=uid).value["version"] == 5
        assert call(f"delete_{noun}", uid=uid).value["version"] == 6
        assert call(f"get_{noun}", uid=uid).refusal["code"] == "deleted"
    assert call("health_check").value["status"] == "healthy"


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_two_in_turn_are_as_one(stack, nginx, revision):
    gateways = [stack.gateway(**Gateway.behind(nginx)) for _ in range(2)]
    at = At(nginx.start(*gateways), gateways[0])
    with Client(at, revision) as client:
        life(client)
        # A list of several pages, each by another gateway.
        for number in range(9):
            client.call("create_note", title=f"T{number}", content="")
        seen, cursor = [], None
        while True:
            page = client.call("list_notes", limit=2, cursor=cursor).value
            seen += [item["payload"]["title"] for item in page["items"]]
            if (cursor := page["nextCursor"]) is None:
                break
        # Beside them there is the comment's parent.
        assert [title for title in seen if title.startswith("T")] == [f"T{number}" for number in reversed(range(9))]
    for gateway in gateways:
        assert gateway.is_alive()


@pytest.mark.parametrize("revision", BOTH_ERAS)
def test_one_of_two_is_killed_between_every_two_requests(stack, nginx, revision):
    """The one that was killed last has come back; nothing fails, because nothing was in flight."""
    gateways = [stack.gateway(**Gateway.behind(nginx)) for _ in range(2)]
    at = At(nginx.start(*gateways), gateways[0])
    turn = 0

    def kill():
        nonlocal turn
        victim, other = gateways[turn % 2], gateways[(turn + 1) % 2]
        turn += 1
        if other.process is not None and victim.process is not None:
            victim.kill()
            victim.launch()
        until(lambda: listens(other), 20, "the other gateway")

    def listens(gateway) -> bool:
        try:
            gateway.connect().close()
        except OSError:
            return False
        return True

    with Client(at, revision) as client:
        life(client, kill)
    for gateway in gateways:
        gateway.wait()
    assert turn >= 45


class Load:
    """Clients that call tools one after the other, and what came of it."""

    def __init__(self, at: At, clients: int, requests: int):
        self.at, self.failures, self.answered = at, [], 0
        self.requests = requests
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(BOTH_ERAS[number % 2], number)) for number in range(clients)]

    def run(self, revision: str, number: int):
        try:
            with Client(self.at, revision) as client:
                uid = client.call("create_note", title="T", content="").value["uid"]
                version = 1
                while self.take():
                    # On a connection of its own: nginx ends idle ones when it reads its configuration anew.
                    client.connection.close()
                    client.connection = self.at.connect()
                    if version % 3:
                        answer = client.call("patch_note", uid=uid, updates={"n": version})
                        version += 1
                        assert not answer.is_error and answer.value["version"] == version, answer.text
                    else:
                        answer = client.call("get_note", uid=uid)
                        assert answer.value["version"] == version, answer.text
                        version += 1
                        client.connection.close()
                        client.connection = self.at.connect()
                        assert client.call("archive_note", uid=uid).value["version"] == version
        except BaseException as failure:  # noqa: BLE001
            self.failures.append((number, revision, repr(failure)[:500]))

    def take(self) -> bool:
        with self.lock:
            self.answered += 1
            return self.answered <= self.requests

    def is_running(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)


def test_p_13_one_after_the_other_is_replaced_under_load(stack, nginx, tell):
    """As an orchestrator does it: off the service and SIGTERM at the same time, then a new one; nobody notices."""
    gateways = [stack.gateway(TOOLBRIDGE_DRAIN_DELAY_SECONDS="1", **Gateway.behind(nginx)) for _ in range(2)]
    load = Load(At(nginx.start(*gateways), gateways[0]), 8, REQUESTS)
    begun = time.monotonic()
    for thread in load.threads:
        thread.start()
    replaced, slowest = 0, 0.0
    # At least each of them once, and on as long as there is load.
    while replaced < 2 or (load.is_running() and replaced < 6):
        gateway = gateways[replaced % 2]
        mark = load.answered
        until(lambda mark=mark: load.answered >= mark + 20 or not load.is_running(), 30, "some load")
        os.kill(gateway.pid, 15)
        begun_to_stop = time.monotonic()
        until(lambda gateway=gateway: readiness(gateway) in (503, None), 1, "readiness that says so")
        nginx.take_out(gateway.port)
        status = gateway.process.wait(timeout=10)
        assert status == 0, gateway.errors.read_text()
        slowest = max(slowest, time.monotonic() - begun_to_stop)
        gateway.process = None
        gateway.start()
        nginx.put_back(gateway.port)
        replaced += 1
    for thread in load.threads:
        thread.join(120)
        assert not thread.is_alive()
    seconds = time.monotonic() - begun
    tell(f"{load.answered} rounds of calls in {seconds:.1f} s, {replaced} times a gateway was replaced, slowest stop {slowest:.1f} s, failures: {len(load.failures)}")
    assert not load.failures, load.failures
    assert slowest <= 1 + 8


def readiness(gateway) -> int | None:
    """The status of `/readyz`; None where nobody answers."""
    try:
        return gateway.request("GET", "/readyz", token=False).status
    except (OSError, AssertionError):
        return None


def test_sigterm_with_open_streams_ends_in_time(stack, tell):
    gateway = stack.gateway()
    streams = []
    try:
        for number in range(20):
            with HTTPPeer(gateway, "2025-11-25") as peer:
                streams.append(peer.resume(None) if number % 2 else EventStream(gateway.port, "/sse", gateway.access))
            assert streams[-1].status == 200
        seconds = gateway.terminate()
        tell(f"20 open streams: exit after {seconds:.2f} s")
        assert seconds <= 8
    finally:
        for stream in streams:
            stream.close()


def test_startup_says_the_lines_that_the_plan_looks_for(stack):
    gateway = stack.gateway()
    messages = [line["msg"] for line in gateway.lines() if line.get("level") == "info"]
    wanted = ["ToolBridge MCP server initialized with 40 tools", "TenantDirectTransport initialized", f"Listening on http://127.0.0.1:{gateway.port}"]
    assert [message for message in messages if message in wanted] == wanted, messages
    for secret in (stack.ring.keys["k1"].hex(), str(stack.ring)):
        assert secret not in gateway.log.read_text()

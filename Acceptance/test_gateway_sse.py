"""The 2024-11-05 transport through gateways: it keeps its replica, by a platform's replay or by a deployment of one."""

import http.client
import json

import pytest

from support.edges import Nginx, ReplayingEdge
from support.events import EventStream
from support.gateway import Gateway
from support.mcp import JSON_BODY, encode
from support.peer import HTTPPeer, SSEPeer
from support.schema import MODERN

MACHINES = ("e784079b449483", "3d8d9014f32d89")


class At:
    """Gateways through what stands before them, as clients see it."""

    def __init__(self, edge, gateway):
        self.port, self.connect, self.access = edge.port, edge.connect, gateway.access


@pytest.fixture
def edge(stack):
    """Two machines of a platform behind its router."""
    edge = ReplayingEdge().start()
    gateways = [stack.gateway(FLY_MACHINE_ID=machine, **Gateway.behind(edge)) for machine in MACHINES]
    for machine, gateway in zip(MACHINES, gateways, strict=True):
        edge.add(machine, gateway.port)
    yield At(edge, gateways[0]), edge
    edge.close()


@pytest.fixture
def nginx(tmp_path):
    nginx = Nginx(tmp_path / "nginx")
    yield nginx
    nginx.close()


def until_beats(stream: EventStream, count: int):
    """Waits for comment lines; what a stream has to say meanwhile would be an event, of which there is none."""
    stream.connection.socket.settimeout(5)
    for _ in range(count):
        stream._chunk()
        assert stream.text.startswith(b":"), stream.text
        stream.text = b""


def work(peer: SSEPeer, count: int = 6):
    """Some calls over a stream, whose messages go their own ways."""
    assert len(peer.tools()) == 41
    for number in range(count):
        note = json.loads(peer.call("create_note", {"title": f"T{number}", "content": ""}).text)
        assert json.loads(peer.call("get_note", {"uid": note["uid"]}).text) == note
    assert peer.request("ping") == {}
    assert len(json.loads(peer.call("list_notes").text)["items"]) == count


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-11-25"])
def test_a_client_of_the_old_transport_works(stack, revision):
    with SSEPeer(stack.gateway(), revision) as peer:
        work(peer)


def test_a_message_that_meets_another_machine_is_replayed_to_the_one_with_the_stream(edge):
    at, router = edge
    with SSEPeer(at) as peer:
        machine = router.passed[0][1]
        assert peer.endpoint.endswith(f".{machine}")
        work(peer)
    posts = [passed for passed in router.passed if passed[0] == "POST"]
    replays = [passed for passed in posts if passed[2]]
    assert len(replays) >= 6 and {passed[1] for passed in replays} == {machine}
    # Each message that met the other machine was replayed once.
    assert len([passed for passed in posts if not passed[2] and passed[1] != machine]) == len(replays)


def test_two_clients_on_two_machines_do_not_meet(edge):
    at, router = edge
    peers = [SSEPeer(at), SSEPeer(at)]
    try:
        ids = [peer.start("tools/call", {"name": "create_note", "arguments": {"title": f"T{number}", "content": ""}}) for number, peer in enumerate(peers)]
        titles = [json.loads(peer.finish(id).text)["payload"]["title"] for peer, id in zip(peers, ids, strict=True)]
        assert titles == ["T0", "T1"]
    finally:
        for peer in peers:
            peer.close()


def test_what_no_machine_has_is_404_and_goes_in_no_circle(edge):
    at, router = edge
    number = "0" * 32
    for name in (MACHINES[0], MACHINES[1]):
        with at.connect() as connection:
            answer = connection.request("POST", f"/messages/?session_id={number}.{name}", [*at.access, JSON_BODY], b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
        assert answer.status == 404
    # Nobody is sent anywhere by a name that no machine can have.
    for name in ("example.com", "app=other", "10-0-0-7", MACHINES[0].upper()):
        with at.connect() as connection:
            answer = connection.request("POST", f"/messages/?session_id={number}.{name}", [*at.access, JSON_BODY], b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
        assert answer.status in (400, 404), name


def test_streamable_http_needs_no_replay(edge):
    at, router = edge
    for revision in ("2025-03-26", "2025-11-25", MODERN):
        with HTTPPeer(at, revision) as peer:
            for _ in range(4):
                assert not peer.call("list_notes").is_error
    assert {machine for _, machine, _ in router.passed} == set(MACHINES)
    assert not [passed for passed in router.passed if passed[2]]


def test_a_deployment_of_one_keeps_the_old_transport_behind_nginx(stack, nginx):
    gateways = [stack.gateway(**Gateway.behind(nginx)) for _ in range(3)]
    nginx.start(*gateways[:2], sse=gateways[2:])
    at = At(nginx, gateways[0])
    with SSEPeer(at) as peer, SSEPeer(at) as other:
        work(peer)
        assert len(json.loads(other.call("list_notes").text)["items"]) == 6
        # The same address by POST is Streamable HTTP, which any replica serves.
        with HTTPPeer(at, "2025-11-25", path="/sse") as modern:
            for _ in range(4):
                assert len(json.loads(modern.call("list_notes").text)["items"]) == 6


def test_without_such_routing_a_message_elsewhere_is_404_and_a_new_stream_works(stack):
    first, second = stack.gateway(), stack.gateway()
    with SSEPeer(first) as peer:
        answer = second.request("POST", peer.endpoint, {"jsonrpc": "2.0", "id": 1, "method": "ping"}, [JSON_BODY])
        assert answer.status == 404 and answer.header("fly-replay") is None
        assert peer.request("ping") == {}
        first.terminate()
        first.start()
    with SSEPeer(first) as peer:
        work(peer, 2)


def test_the_plans_step_8_a_bare_call_without_a_handshake(stack):
    """`curl -X POST https://HOST/sse` with `tools/call health_check`: JSON, no session, no special Accept."""
    gateway = stack.gateway()
    body = encode({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "health_check", "arguments": {}}})
    for path in ("/sse", "/mcp"):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("Content-Type") == "application/json"
        assert json.loads(json.loads(answer.read())["result"]["content"][0]["text"])["status"] == "healthy"
        connection.close()


def test_a_stream_beats_so_that_nobody_between_gives_it_up(stack):
    gateway = stack.gateway(TOOLBRIDGE_SSE_HEARTBEAT_SECONDS="1")
    with EventStream(gateway.port, "/sse", gateway.access) as stream:
        assert stream.next().name == "endpoint"
        until_beats(stream, 2)

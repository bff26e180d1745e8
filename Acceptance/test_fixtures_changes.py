"""Notifications that belong to no request: listens of the newest revision, the streams and subscriptions of the others."""

import contextlib
import time

import pytest

from support.events import EventStream
from support.fixtures import start_stdio
from support.mcp import PREFIX
from support.peer import LEGACY_CLIENTS, HTTPPeer, SSEPeer, StdioPeer
from support.schema import LEGACY, MODERN

TOOLS = "notifications/tools/list_changed"
PROMPTS = "notifications/prompts/list_changed"
UPDATED = "notifications/resources/updated"
WATCHED = "test://watched-resource"


def kinds(watch, count: int) -> list[str]:
    return [watch.next()["method"] for _ in range(count)]


def helper(connect):
    """A second client that makes things change; over a pipe there is only one."""
    return connect() if connect.transport != "stdio" else None


def test_t14_lists_that_change(connect):
    peer = connect()
    with peer.watch(tools=True, prompts=True) as watch:
        other = helper(connect) or peer
        before = list(other.tools())
        assert other.call("test_trigger_tool_change").text == "Tool list changed"
        begun = time.monotonic()
        assert watch.next()["method"] == TOOLS
        assert time.monotonic() - begun < 1
        assert ("test_dynamic_tool" in other.tools()) != ("test_dynamic_tool" in before)
        assert other.call("test_trigger_prompt_change").text == "Prompt list changed"
        assert watch.next()["method"] == PROMPTS
        if "test_dynamic_tool" not in before:
            assert other.call("test_dynamic_tool").text == "I come and go."
        other.call("test_trigger_tool_change")
        assert watch.next()["method"] == TOOLS
        assert list(other.tools()) == before
        if "test_dynamic_tool" not in before:
            assert other.ask("tools/call", {"name": "test_dynamic_tool"}).error["code"] == -32602


def test_rs6_rs7_a_resource_that_changes(connect):
    peer = connect()
    with peer.watch(uris=[WATCHED]) as watch:
        other = helper(connect) or peer

        def version() -> int:
            (contents,) = peer.request("resources/read", {"uri": WATCHED})["contents"]
            return int(contents["text"].removeprefix("Watched resource, version "))

        before = version()
        assert other.call("test_touch_resource").text == "Touched"
        told = watch.next()
        assert (told["method"], told["params"]["uri"]) == (UPDATED, WATCHED)
        assert version() == before + 1


@LEGACY_CLIENTS
def test_rs6_nothing_after_unsubscribing_and_nothing_unasked(connect):
    peer = connect()
    with peer.watch() as watch:
        other = helper(connect) or peer
        other.call("test_touch_resource")
        with_it = {"uri": WATCHED}
        assert peer.request("resources/subscribe", with_it) == {}
        assert peer.request("resources/subscribe", with_it) == {}
        other.call("test_touch_resource")
        assert watch.next()["method"] == UPDATED
        assert peer.request("resources/unsubscribe", with_it) == {}
        assert peer.request("resources/unsubscribe", with_it) == {}
        other.call("test_touch_resource")
        # What comes next is of another kind, so there was nothing in between.
        other.call("test_trigger_tool_change")
        assert watch.next()["method"] == TOOLS
        other.call("test_trigger_tool_change")


@LEGACY_CLIENTS
def test_f12_any_well_formed_uri_can_be_subscribed(connect):
    peer = connect()
    for uri in (WATCHED, "test://not-there-yet", "https://example.com/a?b#c", "urn:x:y"):
        assert peer.request("resources/subscribe", {"uri": uri}) == {}
        assert peer.request("resources/unsubscribe", {"uri": uri}) == {}
    for uri in ("", "no uri", "://", "a b://c", 5, None):
        assert peer.ask("resources/subscribe", {"uri": uri}).error["code"] == -32602, uri


def test_ls13_without_a_session_nothing_can_be_subscribed(fixtures):
    for revision in LEGACY:
        with HTTPPeer(fixtures, revision, session="") as peer:
            exchange = peer.ask("resources/subscribe", {"uri": WATCHED})
            assert (exchange.status, exchange.error["code"]) == (400, -32600)
            assert peer.request("logging/setLevel", {"level": "error"}) == {}
            assert peer.call("test_tool_with_logging").text == "Logging test completed"


# MARK: listens


def test_sb1_sb2_sb4_a_listen_gets_what_it_asked_for(connect_modern):
    peer = connect_modern()
    with peer.watch(prompts=True) as prompts, peer.watch(tools=True, uris=[WATCHED, "test://nothing"]) as tools:
        assert prompts.acknowledged == {"promptsListChanged": True}
        assert tools.acknowledged["toolsListChanged"] is True and WATCHED in tools.acknowledged["resourceSubscriptions"]
        assert set(tools.acknowledged) == {"toolsListChanged", "resourceSubscriptions"}
        peer.call("test_tool_with_progress", meta={"progressToken": "t", PREFIX + "logLevel": "debug"})
        peer.call("test_touch_resource")
        assert tools.next()["method"] == UPDATED
        peer.call("test_trigger_tool_change")
        assert tools.next()["method"] == TOOLS
        peer.call("test_trigger_prompt_change")
        assert prompts.next()["method"] == PROMPTS
        peer.call("test_trigger_tool_change")
        peer.call("test_trigger_prompt_change")
        assert tools.next()["method"] == TOOLS and prompts.next()["method"] == PROMPTS


def test_sb8_a_listen_for_nothing(connect_modern):
    peer = connect_modern()
    with peer.watch() as watch:
        assert watch.acknowledged == {}


@pytest.mark.parametrize("id", [0, "", -1, "é", 2**53 + 1])
def test_sb3_the_subscription_id_is_the_id_of_the_request(connect_modern, id):
    peer = connect_modern()
    peer.new_id = lambda: id
    with peer.watch(tools=True):
        pass


def test_listens_of_a_wrong_shape(modern):
    for wanted in (None, 5, [], {"toolsListChanged": "yes"}, {"resourceSubscriptions": "x"}, {"resourceSubscriptions": [5]}):
        assert modern.ask("subscriptions/listen", {"notifications": wanted}).error["code"] == -32602, wanted
    assert modern.ask("subscriptions/listen").error["code"] == -32602
    many = [f"test://{number}" for number in range(257)]
    exchange = modern.ask("subscriptions/listen", {"notifications": {"resourceSubscriptions": many}})
    assert exchange.error["code"] == -32602, "section 28"


def test_sb9_a_storm_of_changes_is_told_in_few_words(connect_modern):
    peer = connect_modern()
    with peer.watch(uris=[WATCHED], tools=True) as watch:
        begun = time.monotonic()
        for _ in range(100):
            peer.call("test_touch_resource")
        seconds = time.monotonic() - begun
        peer.call("test_trigger_tool_change")
        seen = []
        while not seen or seen[-1] != TOOLS:
            seen.append(watch.next()["method"])
        peer.call("test_trigger_tool_change")
        # Once per 100 ms, and the last change is never lost.
        assert 1 <= seen.count(UPDATED) <= seconds / 0.1 + 2


def test_i5_listens_share_a_pipe(tmp_path):
    with StdioPeer(start_stdio(tmp_path / "stdio"), MODERN) as peer:
        with contextlib.ExitStack() as stack:
            watches = [stack.enter_context(peer.watch(tools=True)) for _ in range(5)]
            peer.call("test_trigger_tool_change")
            assert [watch.next()["method"] for watch in watches] == [TOOLS] * 5
            # SB6: one that the client has ended gets nothing more, and no result.
            watches[2].stop()
            peer.call("test_trigger_tool_change")
            assert [watch.next()["method"] for index, watch in enumerate(watches) if index != 2] == [TOOLS] * 4
            assert peer.call("test_simple_text").text
            assert watches[2].id not in peer.answers
            ended = [m for m in peer.waiting if m["params"].get("_meta", {}).get(PREFIX + "subscriptionId") == watches[2].id]
            assert not ended


def test_sb6_listens_end_with_a_result_when_the_server_stops(make_fixtures):
    server = make_fixtures().start()
    with HTTPPeer(server) as peer, peer.watch(tools=True) as watch:
        server.terminate()
        ended = watch.next()
        assert ended["result"]["resultType"] == "complete"
        assert watch.stream.next() is None


def test_sb6_i6_listens_over_a_pipe_end_with_a_result_when_the_server_stops(tmp_path):
    process = start_stdio(tmp_path / "stdio")
    peer = StdioPeer(process, MODERN)
    watch = peer.listen({"toolsListChanged": True})
    process.terminate()
    cancelled = peer._notification(lambda message: message["method"] == "notifications/cancelled")
    assert cancelled["params"]["requestId"] == watch.id
    assert peer.finish(watch.id).result["resultType"] == "complete"
    peer.close()


def test_ls15_the_other_streams_end_in_good_order(make_fixtures):
    server = make_fixtures().start()
    with HTTPPeer(server, "2025-11-25") as peer, SSEPeer(server) as first, peer.watch() as watch:
        server.terminate()
        while watch.stream.next() is not None:
            pass
        assert watch.stream.retry == 1000
        assert first.stream.next() is None


def test_s10_s11_the_newest_stream_of_a_session_gets_the_messages(fixtures):
    with HTTPPeer(fixtures, "2025-06-18") as peer, HTTPPeer(fixtures, "2025-06-18") as other, contextlib.ExitStack() as stack:
        streams = [stack.enter_context(peer.resume(None)) for _ in range(4)]
        other.call("test_trigger_tool_change")
        assert streams[3].next().json()["method"] == TOOLS
        streams.append(stack.enter_context(peer.resume(None)))
        # The fifth has closed the oldest.
        assert streams[0].next() is None
        other.call("test_trigger_tool_change")
        assert streams[4].next().json()["method"] == TOOLS
        streams[4].close()
        other.call("test_trigger_prompt_change")
        other.call("test_trigger_prompt_change")


def test_s12_a_standalone_stream_can_be_resumed(fixtures):
    with HTTPPeer(fixtures, "2025-06-18") as peer, HTTPPeer(fixtures, "2025-06-18") as other:
        with peer.resume(None) as stream:
            other.call("test_trigger_tool_change")
            event = stream.next()
            assert event.json()["method"] == TOOLS and event.id
        other.call("test_trigger_prompt_change")
        other.call("test_touch_resource")
        with peer.resume(event.id) as stream:
            missed = stream.next()
            assert missed.json()["method"] == PROMPTS and missed.id not in (None, event.id)
        other.call("test_trigger_tool_change")
        other.call("test_trigger_prompt_change")


def test_ls12_a_standalone_stream_that_is_unknown_begins_anew(fixtures):
    with HTTPPeer(fixtures, "2025-11-25") as peer, HTTPPeer(fixtures, "2025-11-25") as stranger:
        with stranger.resume(None) as stream:
            foreign = stream.next().id
        for unknown in ("x", "", "a.b.1", foreign, "é".encode().decode("latin-1")):
            own = [field for field in peer.fields() if field[0] != "Accept"]
            with EventStream(fixtures.port, "/mcp", [*own, ("Last-Event-ID", unknown)]) as stream:
                assert stream.status == 200 and stream.is_stream, unknown
                stranger.call("test_trigger_tool_change")
                event = stream.next()
                while event.data == [""]:
                    event = stream.next()
                assert event.json()["method"] == TOOLS
    with HTTPPeer(fixtures, "2025-11-25") as peer:
        if "test_dynamic_tool" in peer.tools():
            peer.call("test_trigger_tool_change")

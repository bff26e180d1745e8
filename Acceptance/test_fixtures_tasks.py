"""The tasks extension of the newest revision."""

import json
import time

import pytest

from support.peer import LEGACY_CLIENTS, HTTPPeer, StdioPeer, capabilities, reply, with_tasks
from support.fixtures import start_stdio
from support.schema import LEGACY, MODERN, TASKS, check_task

DECLARED = with_tasks(capabilities(MODERN))
OWN = ("_meta", "resultType")


@pytest.fixture
def peer(connect_modern):
    """A client that knows tasks."""
    return connect_modern(DECLARED)


def create(peer, tool: str, arguments: dict | None = None) -> dict:
    result = peer.ask("tools/call", {"name": tool, "arguments": arguments or {}}).result
    assert result["resultType"] == "task", result
    assert (result["ttlMs"], result["pollIntervalMs"]) == (300_000, 200), "F11"
    return result


def get(peer, task: dict) -> dict:
    got = peer.request("tasks/get", {"taskId": task["taskId"]})
    assert got["resultType"] == "complete" and got["taskId"] == task["taskId"] and got["createdAt"] == task["createdAt"]
    return got


def settle(peer, task: dict, seconds: float = 5) -> dict:
    """Asks until the task has ended or waits for input."""
    deadline = time.monotonic() + seconds
    while (got := get(peer, task))["status"] == "working":
        assert time.monotonic() < deadline, got
        time.sleep(0.02)
    return got


def text(task: dict) -> str:
    assert task["status"] == "completed", task
    (block,) = task["result"]["content"]
    return block["text"]


def answer(peer, task: dict, responses: dict):
    acknowledged = peer.request("tasks/update", {"taskId": task["taskId"], "inputResponses": responses})
    assert set(acknowledged) == {"resultType", "_meta"}, "TK5"


def test_tk3_a_task_from_its_creation_to_its_result(peer):
    task = create(peer, "slow_compute", {"seconds": 0.3, "label": "pi"})
    assert task["status"] == "working"
    assert get(peer, task)["status"] in ("working", "completed")
    assert text(settle(peer, task)) == "Computed pi in 0.3 s"
    # TK6: what has ended stays so.
    assert get(peer, task) == get(peer, task)


def test_tk2_a_short_run_is_answered_at_once(peer):
    exchange = peer.ask("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0, "label": "e"}})
    assert exchange.result["resultType"] == "complete" and exchange.text == "Computed e in 0 s"
    assert peer.ask("tools/call", {"name": "greet", "arguments": {"name": "Ada"}, "task": {"ttl": 5}}).text == "Hello, Ada!", "TK8"


def test_tk2_without_the_extension_the_tool_runs_in_the_request(connect):
    peer = connect()
    begun = time.monotonic()
    assert peer.call("slow_compute", {"seconds": 0.2, "label": "pi"}).text == "Computed pi in 0.2 s"
    assert time.monotonic() - begun >= 0.2
    failed = peer.ask("tools/call", {"name": "protocol_error_job"})
    assert (failed.error["code"], failed.error["message"]) == (-32603, "The job broke the protocol")
    for tool in ("failing_job", "test_tool_with_task"):
        exchange = peer.ask("tools/call", {"name": tool})
        if peer.is_modern:
            assert exchange.error["code"] == -32021
            assert exchange.error["data"]["requiredCapabilities"] == {"extensions": {TASKS: {}}}
        else:
            assert exchange.is_error and exchange.text == "This tool needs the tasks extension"
    if peer.revision >= "2025-06-18":
        assert peer.call("confirm_delete", {"filename": "f"}).text == "Deleted f"
        assert peer.call("multi_input").text == "name=Ada, confirm=true"


@LEGACY_CLIENTS
def test_tk12_ki18_legacy_clients_never_see_a_task(connect):
    peer = connect(with_tasks(capabilities(connect.revision)))
    assert peer.ask("tools/call", {"name": "slow_compute", "arguments": {"seconds": 0.05, "label": "pi"}, "task": {"ttl": 1000}}).text
    for method in ("tasks/get", "tasks/cancel", "tasks/list", "tasks/result"):
        assert peer.ask(method, {"taskId": "x"}).error["code"] == -32601


def test_tk6_a_failed_tool_is_a_completed_task(peer):
    task = settle(peer, create(peer, "failing_job"))
    assert text(task) == "The job failed" and task["result"]["isError"] is True


def test_tk6_an_error_of_the_protocol_is_a_failed_task(peer):
    task = settle(peer, create(peer, "protocol_error_job"))
    assert task["status"] == "failed" and "result" not in task
    assert (task["error"]["code"], task["error"]["message"]) == (-32603, "The job broke the protocol")


def test_tk5_cancelling(peer):
    task = create(peer, "slow_compute", {"seconds": 60, "label": "pi"})
    for _ in range(2):
        assert set(peer.request("tasks/cancel", {"taskId": task["taskId"]})) == {"resultType", "_meta"}
        begun = time.monotonic()
        assert settle(peer, task)["status"] == "cancelled"
        assert time.monotonic() - begun < 1
    done = create(peer, "slow_compute", {"seconds": 0.01, "label": "e"})
    assert text(settle(peer, done)) == "Computed e in 0.01 s"
    assert set(peer.request("tasks/cancel", {"taskId": done["taskId"]})) == {"resultType", "_meta"}
    assert get(peer, done)["status"] == "completed"


@pytest.mark.parametrize("given, wanted", [
    ({"action": "accept", "content": {"confirm": True}}, "Deleted f"), ({"action": "accept", "content": {"confirm": False}}, "Kept f"),
    ({"action": "decline"}, "Kept f"), ({"action": "cancel"}, "Kept f"),
])  # fmt: skip
def test_tk4_a_task_that_waits_for_its_client(connect_modern, given, wanted):
    peer = connect_modern(DECLARED)
    task = create(peer, "confirm_delete", {"filename": "f"})
    waiting = settle(peer, task)
    assert waiting["status"] == "input_required"
    ((key, question),) = waiting["inputRequests"].items()
    assert question["params"]["message"] == "Delete f?"
    # Unknown keys are ignored, and the question stays open.
    answer(peer, task, {"nothing": given})
    assert get(peer, task)["inputRequests"] == waiting["inputRequests"]
    answer(peer, task, {key: given})
    # TK6: the answer has taken effect with the acknowledgement.
    assert get(peer, task)["status"] != "input_required"
    assert text(settle(peer, task)) == wanted
    answer(peer, task, {key: given})
    assert get(peer, task)["status"] == "completed"


def test_tk5_two_questions_open_at_the_same_time(peer):
    for order in (0, 1):
        task = create(peer, "multi_input")
        waiting = settle(peer, task)["inputRequests"]
        assert len(waiting) == 2
        keys = list(waiting)[:: -1 if order else 1]
        content = {"name": "Ada", "confirm": True, "more": 1}
        answer(peer, task, {keys[0]: {"action": "accept", "content": content}})
        left = get(peer, task)
        assert left["status"] == "input_required" and list(left["inputRequests"]) == [keys[1]]
        answer(peer, task, {keys[0]: {"action": "decline"}})
        answer(peer, task, {keys[1]: {"action": "accept", "content": content}})
        assert text(settle(peer, task)) == "name=Ada, confirm=true"


def test_tk4_wrong_answers_leave_the_question_open_or_are_refused(peer):
    task = create(peer, "confirm_delete", {"filename": "f"})
    (key,) = settle(peer, task)["inputRequests"]
    for responses in (None, 5, [], {key: 5}, {key: {"action": "perhaps"}}):
        exchange = peer.ask("tasks/update", {"taskId": task["taskId"], "inputResponses": responses})
        assert exchange.message.get("error", {}).get("code") in (None, -32602), exchange.message
        assert get(peer, task)["status"] == "input_required", responses
    answer(peer, task, {key: {"action": "accept", "content": {"confirm": True}}})
    assert text(settle(peer, task)) == "Deleted f"


def test_tk11_questions_before_the_task(peer):
    first = peer.ask("tools/call", {"name": "test_tool_with_task"}).result
    assert first["resultType"] == "input_required" and list(first["inputRequests"]) == ["user_name"]
    responses = {key: reply(question) for key, question in first["inputRequests"].items()}
    more = {"requestState": first["requestState"]} if "requestState" in first else {}
    created = peer.ask("tools/call", {"name": "test_tool_with_task", "inputResponses": responses, **more}).result
    assert created["resultType"] == "task"
    assert text(settle(peer, created)) == "Hello, Ada! This came from a task."
    assert "inputRequests" not in get(peer, created)


def test_tk8_what_is_refused(peer, connect_modern):
    task = create(peer, "slow_compute", {"seconds": 0.05, "label": "pi"})
    for id in ("nothing", "", task["taskId"] + "0", task["taskId"][:-1], task["taskId"].swapcase() + "x"):
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            exchange = peer.ask(method, {"taskId": id, "inputResponses": {}})
            assert exchange.error["code"] in ((-32602,) if id else (-32602, -32020)), (method, id)
    peer.declared = capabilities(MODERN)
    for method in ("tasks/get", "tasks/update", "tasks/cancel"):
        error = peer.ask(method, {"taskId": task["taskId"], "inputResponses": {}}).error
        assert (error["code"], error["data"]["requiredCapabilities"]) == (-32021, {"extensions": {TASKS: {}}})
    for method in ("tasks/list", "tasks/result"):
        assert peer.ask(method, {"taskId": task["taskId"]}).error["code"] == -32601


def test_tk9_r2_the_name_header_is_the_task_id(fixtures):
    with HTTPPeer(fixtures, MODERN, DECLARED) as peer:
        task = create(peer, "slow_compute", {"seconds": 0.05, "label": "pi"})
        message = peer.message("tasks/get", {"taskId": task["taskId"]})
        other = {**message, "params": {**message["params"], "taskId": "other"}}
        for headers in (peer.fields(other), [field for field in peer.fields(message) if field[0] != "Mcp-Name"]):
            response = fixtures.request("POST", "/mcp", headers, json.dumps(message).encode())
            assert (response.status, response.json()["error"]["code"]) == (400, -32020)


def test_tk10_a_listen_tells_of_tasks(peer):
    task = create(peer, "confirm_delete", {"filename": "f"})
    (key,) = settle(peer, task)["inputRequests"]
    with peer.watch(tasks=[task["taskId"], "unknown"]) as watch:
        assert watch.acknowledged == {"taskIds": [task["taskId"]]}, "SB2"
        answer(peer, task, {key: {"action": "accept", "content": {"confirm": True}}})
        told = watch.next()
        while told["params"]["status"] != "completed":
            told = watch.next()
        told = {name: value for name, value in told["params"].items() if name != "_meta"}
        check_task(told)
        got = get(peer, task)
        assert told == {name: value for name, value in got.items() if name not in OWN}


def test_tk10_not_without_the_extension(connect_modern):
    peer = connect_modern()
    error = peer.ask("subscriptions/listen", {"notifications": {"taskIds": ["x"]}}).error
    assert (error["code"], error["data"]["requiredCapabilities"]) == (-32021, {"extensions": {TASKS: {}}})


def test_any_client_may_ask_for_a_task_of_the_same_principal(fixtures):
    with HTTPPeer(fixtures, MODERN, DECLARED) as first, HTTPPeer(fixtures, MODERN, DECLARED) as second:
        task = create(first, "slow_compute", {"seconds": 0.1, "label": "pi"})
        first.close()
        assert text(settle(second, task)) == "Computed pi in 0.1 s"


def test_many_tasks_at_once(fixtures):
    with HTTPPeer(fixtures, MODERN, DECLARED) as peer:
        tasks = [create(peer, "slow_compute", {"seconds": 0.2, "label": f"{number}"}) for number in range(50)]
        assert len({task["taskId"] for task in tasks}) == 50
        assert [text(settle(peer, task)) for task in tasks] == [f"Computed {number} in 0.2 s" for number in range(50)]


def test_f1_no_tasks(make_fixtures, tmp_path):
    server = make_fixtures("--no-tasks").start()
    with HTTPPeer(server, MODERN, DECLARED) as http, StdioPeer(start_stdio(tmp_path / "stdio", "--no-tasks"), MODERN, DECLARED) as stdio:
        for peer in (http, stdio):
            assert TASKS not in peer.discover()["capabilities"]["extensions"], "F4"
            for method in ("tasks/get", "tasks/update", "tasks/cancel"):
                assert peer.ask(method, {"taskId": "x", "inputResponses": {}}).error["code"] == -32601
            assert peer.call("slow_compute", {"seconds": 0.01, "label": "pi"}).text == "Computed pi in 0.01 s"


def test_no_revision_but_the_newest_is_told_of_tasks(fixtures):
    for revision in LEGACY[1:]:
        with HTTPPeer(fixtures, revision) as peer:
            assert TASKS not in peer.server["capabilities"].get("extensions", {})

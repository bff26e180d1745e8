"""The API is dead, slow, broken, distrustful, or its clock is wrong: clear errors, nothing twice, and well again within two seconds."""

import os
import shutil
import threading
import time

import pytest

from support.faults import cut, drop_after, drop_before, hold, slow, status
from support.kinds import new_uid
from support.mcp import Client
from support.owners import TENANT_SECRET
from support.peer import HTTPPeer
from support.polling import until
from support.refusals import check_telling
from support.schema import MODERN

CALLS = int(os.environ.get("FAULTY_CALLS", "300"))

# What the gateway may take until all is well again.
RECOVERY = 2.0


def check_unavailable(answer):
    assert answer.refusal["code"] == "unavailable" and answer.refusal["status"] == 503, answer.text
    check_telling(answer.text)


def check_recovers(client: Client) -> float:
    """Calls until one succeeds; returns the seconds that it took."""
    begun = time.monotonic()
    until(lambda: not client.call("list_notes").is_error, RECOVERY, "a call that succeeds")
    return time.monotonic() - begun


def check_works_without_the_api(client: Client):
    """What needs no API works whatever it does, and at once."""
    begun = time.monotonic()
    assert len(client.tools()) == 41
    assert client.call("health_check").value["role"] == "mcp"
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("signing", ["v1", "v2"])
def test_a_wrong_secret_is_told_and_the_rest_works(stack, signing):
    wrong = {
        "v1": {"TOOLBRIDGE_TENANT_HEADER_SECRET": "another-secret-of-the-tests-0123456789abcdef"},
        "v2": {"TOOLBRIDGE_TENANT_HEADER_KEYS": "k1:" + "A" * 43 + "="},
    }[signing]
    gateway = stack.gateway(settings=getattr(stack, f"signed_{signing}") | wrong)
    with Client(gateway) as client:
        for tool, arguments in [("list_notes", {}), ("create_note", {"title": "T", "content": ""})]:
            answer = client.call(tool, **arguments)
            assert (answer.refusal["code"], answer.refusal["status"]) == ("invalid_tenant_headers", 401), answer.text
            assert answer.text.startswith("Unauthorized: invalid tenant headers\n")
            assert answer.refusal["reason"] == "signature"
            check_telling(answer.text)
            assert TENANT_SECRET not in answer.text
        check_works_without_the_api(client)
    assert stack.items() == []


def test_another_tenant_than_the_apis_is_told(stack):
    with Client(stack.gateway(TOOLBRIDGE_TENANT_ID="org_other")) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
    # A signature decides which tenant it is: the item is there, and not in the other tenant.
    assert stack.rest("GET", f"/v1/notes/{uid}").status == 404


@pytest.mark.parametrize("signing, offset", [("v2", "+120s"), ("v2", "-120s"), ("v1", "+290s")])
def test_a_skewed_clock_is_corrected_by_the_apis_date(stack, signing, offset):
    """By the first answer at the latest, which names its time; within `TOOLBRIDGE_MAX_TIMESTAMP_SKEW_SECONDS`."""
    need_faketime()
    gateway = stack.gateway(prefix=("faketime", "--exclude-monotonic", "-m", "-f", offset), settings=getattr(stack, f"signed_{signing}"))
    with Client(gateway) as client:
        for number in range(5):
            answer = client.call("create_note", title=f"T{number}", content="")
            assert not answer.is_error, answer.text
    assert len(stack.items()) == 5


def test_a_clock_that_is_too_wrong_is_told(stack):
    need_faketime()
    with Client(stack.gateway(prefix=("faketime", "--exclude-monotonic", "-m", "-f", "+1000s"))) as client:
        for _ in range(3):
            answer = client.call("create_note", title="T", content="")
            assert (answer.refusal["code"], answer.refusal["reason"]) == ("invalid_tenant_headers", "clock_skew"), answer.text
            check_telling(answer.text)
        check_works_without_the_api(client)
    assert stack.items() == []


def test_a_date_that_lies_does_not_break_signatures_for_long(stack):
    """A proxy whose clock is wrong: what it says is not believed beyond the limit, and a right `Date` is soon believed again."""
    with Client(stack.gateway()) as client:
        stack.proxy.ahead = 10_000
        for _ in range(3):
            assert not client.call("list_notes").is_error
        stack.proxy.ahead = 100
        for _ in range(2):
            client.call("list_notes")
        stack.proxy.ahead = 0
        check_recovers(client)
        assert not client.call("list_notes").is_error


def need_faketime():
    if not shutil.which("faketime"):
        if os.environ.get("CI") == "true":
            pytest.fail("there is no faketime: Scripts/test.sh installs it")
        pytest.skip("there is no faketime")


def test_a_dead_api_is_told_at_once_and_its_return_is_noticed(stack, tell):
    gateway = stack.gateway()
    with Client(gateway) as client, Client(gateway, "2025-11-25") as older:
        uid = client.call("create_note", title="T", content="").value["uid"]
        for _ in range(2):
            stack.proxy.die()
            for number in range(12):
                begun = time.monotonic()
                check_unavailable(client.call("get_note", uid=uid) if number % 2 else older.call("create_note", title="lost", content=""))
                assert time.monotonic() - begun < 1
            check_works_without_the_api(client)
            assert client.call("health_check").value["status"] == "degraded"
            assert gateway.request("GET", "/healthz", token=False).status == 200
            stack.proxy.live()
            seconds = check_recovers(client)
            tell(f"well again {seconds * 1000:.0f} ms after the API's return")
            assert older.call("get_note", uid=uid).value["version"] == 1
            assert client.call("health_check").value["status"] == "healthy"
        with Client(gateway, "2025-11-25", session=older.session) as again:
            assert again.call("get_note", uid=uid).value["version"] == 1
    assert [item["uid"] for item in stack.items()] == [uid]


def test_a_gateway_starts_before_its_api(stack):
    stack.proxy.die()
    gateway = stack.gateway()
    with Client(gateway) as client:
        check_works_without_the_api(client)
        check_unavailable(client.call("list_notes"))
        stack.proxy.live()
        check_recovers(client)


def test_connections_that_the_api_has_forgotten_cost_no_call(stack):
    """As after a restart of the API, or of what balances its load: what was idle is gone."""
    with Client(stack.gateway()) as client:
        for number in range(10):
            assert not client.call("create_note", title=f"T{number}", content="").is_error
            stack.proxy.httpd.reset()
    assert len(stack.items()) == 10


def test_a_restart_of_the_api_is_not_noticed_between_calls(stack):
    with Client(stack.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        for version in range(2, 5):
            stack.server.restart()
            assert client.call("patch_note", uid=uid, updates={"n": version}).value["version"] == version


@pytest.mark.parametrize("code, body, kind", [
    (500, b"", "text/plain"), (500, b"<html><body>http://10.0.0.7/ panic at api.swift:7</body></html>", "text/html"),
    (502, b"<html>Bad Gateway nginx</html>", "text/html"), (503, b"upstream connect error http://10.0.0.7", "text/plain"), (504, b"{", "application/json"),
    (500, b"x" * 3_000_000, "text/plain"),
], ids=lambda value: str(value)[:30])  # fmt: skip
def test_what_is_no_answer_of_an_api_is_unavailable(stack, code, body, kind):
    with Client(stack.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        stack.proxy.fail(status(code, body, kind))
        for _ in range(8):
            answer = client.call("get_note", uid=uid)
            assert answer.refusal["code"] == "unavailable", answer.text
            check_telling(answer.text)
            assert "<" not in answer.text and "nginx" not in answer.text and "10.0.0.7" not in answer.text and len(answer.text) < 1000
        check_works_without_the_api(client)
        stack.proxy.recover()
        check_recovers(client)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"{}", b'{"uid":5}', b'{"uid":"\xff"}', b"{" * 100_000], ids=lambda body: str(body[:12]))
def test_what_is_no_item_is_an_error_and_not_the_end(stack, body):
    with Client(stack.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        stack.proxy.fail(status(200, body))
        for tool, arguments in [("get_note", {"uid": uid}), ("list_notes", {}), ("patch_note", {"uid": uid, "updates": {"a": 1}})]:
            answer = client.call(tool, **arguments)
            assert answer.is_error, answer.text
            check_telling(answer.text)
        stack.proxy.recover()
        check_recovers(client)


def test_an_error_of_the_apis_own_is_passed_on_whole(stack):
    told = b'{"error":"something of ours","code":"internal_error","correlation_id":"5f0c7f0e"}'
    with Client(stack.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        stack.proxy.fail(status(500, told), times=1)
        answer = client.call("get_note", uid=uid)
        assert answer.text.startswith("something of ours\n") and answer.refusal["code"] == "internal_error", answer.text
        assert answer.refusal["correlation_id"]
        limited = b'{"error":"too many requests, try again in 7 s","code":"rate_limited","retry_after":7,"correlation_id":"c"}'
        stack.proxy.fail(status(429, limited, Retry_After="7"), times=1)
        answer = client.call("get_note", uid=uid)
        assert (answer.refusal["code"], answer.refusal["status"], answer.refusal["retry_after"]) == ("rate_limited", 429, 7), answer.text


def test_rate_limits_count_the_client_and_reach_it(make_stack):
    stack = make_stack(RATE_LIMIT_DATA="60/60/3")
    gateway = stack.gateway()
    with Client(gateway) as client, Client(stack.view(gateway, "bob")) as bob:
        answers = [client.call("list_notes") for _ in range(5)]
        assert [answer.is_error for answer in answers] == [False, False, False, True, True]
        assert answers[-1].refusal["code"] == "rate_limited" and answers[-1].refusal["retry_after"] >= 1
        assert not bob.call("list_notes").is_error


def test_an_endless_wait_ends_and_holds_up_nobody_else(stack, tell):
    """30 s are the limit of a call (tools.md §1.4)."""
    gateway = stack.gateway()
    with Client(gateway) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
    stack.proxy.fail(hold, when=lambda asked: asked.path.endswith("/archive"))
    ended: list[tuple[bool, float]] = []

    def wait():
        # A long answer becomes a stream on its way.
        with HTTPPeer(gateway) as held:
            held.connection.socket.settimeout(45)
            begun = time.monotonic()
            answer = held.call("archive_note", {"uid": uid})
            ended.append((answer.is_error and '"unavailable"' in answer.text, time.monotonic() - begun))
            check_telling(answer.text)

    threads = [threading.Thread(target=wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    until(lambda: sum(line.endswith("/archive") for line in stack.proxy.lines) == 20, 10, "the held calls")
    slowest = 0.0
    with Client(gateway) as client:
        for _ in range(50):
            begun = time.monotonic()
            assert not client.call("get_note", uid=uid).is_error
            slowest = max(slowest, time.monotonic() - begun)
    for thread in threads:
        thread.join(45)
    assert len(ended) == 20 and all(told and 28 < seconds < 33 for told, seconds in ended), ended
    tell(f"20 held calls ended after {min(s for _, s in ended):.1f} to {max(s for _, s in ended):.1f} s; beside them the slowest of 50 took {slowest * 1000:.0f} ms")
    assert slowest < 1
    stack.proxy.recover()
    with Client(gateway) as client:
        check_recovers(client)


def test_a_slow_answer_is_waited_for(stack):
    with Client(stack.gateway()) as client:
        stack.proxy.fail(slow(1.5), times=1)
        assert not client.call("create_note", title="T", content="").is_error
    assert len(stack.items()) == 1


@pytest.mark.parametrize("how", [drop_before, drop_after, cut], ids=lambda how: how.__name__)
def test_a_write_whose_answer_is_lost_happens_once_at_most(stack, how):
    """The answer may come from a second try under the same key, or be an error; there is never a second item nor a second change."""
    with Client(stack.gateway()) as client:
        uid = client.call("create_note", title="T", content="").value["uid"]
        stack.proxy.forget()
        stack.proxy.fail(how, times=1)
        answer = client.call("create_note", title="lost?", content="")
        made = [item for item in stack.items() if item["payload"]["title"] == "lost?"]
        keys = {passed.asked.header("Idempotency-Key") for passed in stack.proxy.passed if passed.line == "POST /v1/notes"}
        assert len(made) == 1 if not answer.is_error else len(made) <= 1
        assert len(keys) == 1, "each try has another key"
        if not answer.is_error:
            assert made[0]["uid"] == answer.value["uid"]
        version = 1
        for tool, arguments in [
            ("patch_note", {"updates": {"a": 1}}), ("process_note", {"action": "pin"}), ("update_note", {"title": "T", "content": "", "if_match": 3}),
            ("archive_note", {}), ("delete_note", {}),
        ]:  # fmt: skip
            check_recovers(client)
            stack.proxy.fail(how, times=1)
            answer = client.call(tool, uid=uid, **arguments)
            version += 1
            assert not answer.is_error, (tool, answer.text)
            assert answer.value["version"] == version, (tool, answer.text)


@pytest.mark.parametrize("revision", [MODERN, "2025-11-25"])
def test_nothing_is_doubled_under_many_faults(stack, generator, tell, revision):
    gateway = stack.gateway()
    ways = [drop_before, drop_after, cut, status(503, b"away", "text/plain"), slow(0.02), status(500, b"")]
    lock = threading.Lock()
    told = {"succeeded": 0, "refused": 0}

    def how(proxy, asked):
        with lock:
            chosen = generator.random()
            way = generator.choice(ways)
        return way(proxy, asked) if chosen < 0.2 else proxy.forward(asked)

    done: list[tuple[str, bool]] = []
    shared: dict[int, tuple[str, int, int]] = {}

    def work(number: int):
        with Client(gateway, revision) as client:
            uid = new_uid()
            made = False
            changes = failures = 0
            for count in range(CALLS // 4):
                if count % 2 or not made:
                    title = f"{number}-{count}"
                    more = {} if made else {"additional_fields": {"uid": uid}}
                    answer = client.call("create_note", title=title, content="", **more)
                    if more:
                        made = not answer.is_error or answer.refusal["code"] == "already_exists"
                    else:
                        done.append((title, not answer.is_error))
                else:
                    answer = client.call("patch_note", uid=uid, updates={f"k{count}": count})
                    changes, failures = changes + (not answer.is_error), failures + answer.is_error
                if answer.is_error:
                    assert answer.refusal["code"] in ("unavailable", "already_exists", "internal_error"), answer.text
                    check_telling(answer.text)
                with lock:
                    told["refused" if answer.is_error else "succeeded"] += 1
            shared[number] = (uid, changes, failures)

    stack.proxy.fail(how)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    stack.proxy.recover()
    with Client(gateway, revision) as client:
        check_recovers(client)
    items = stack.items()
    titles = [item["payload"]["title"] for item in items]
    assert len(shared) == 4, "somebody failed"
    for title, succeeded in done:
        assert titles.count(title) == 1 if succeeded else titles.count(title) <= 1, title
    for uid, changes, failures in shared.values():
        (version,) = [item["version"] for item in items if item["uid"] == uid]
        assert 1 + changes <= version <= 1 + changes + failures, (version, changes, failures)
    tell(f"one in five requests failed: {told['succeeded']} calls succeeded, {told['refused']} were refused, none happened twice")
    assert told["succeeded"] > CALLS // 3

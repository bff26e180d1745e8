"""A server that asks its client: by requests in a legacy session, by `input_required` results in the newest revision."""

import json

import pytest

from support.fixtures import new_ring
from support.peer import CONTENT, LEGACY_CLIENTS, ROOTS, SAMPLED, WITH_FORMS, HTTPPeer, Unwilling, capabilities, reply
from support.schema import LEGACY, MODERN

MODES = {"elicitation": "elicitation/create", "sampling": "sampling/createMessage", "roots": "roots/list"}


def can(revision: str, kind: str) -> bool:
    return kind in capabilities(revision)


def check_refused(exchange, revision: str, kinds: list[str]):
    """What a tool says that cannot ask its client: what of these is missing."""
    if revision == MODERN:
        assert exchange.error["code"] == -32021, exchange.message
        told = list(exchange.error["data"]["requiredCapabilities"])
    else:
        assert exchange.is_error, exchange.message
        prefix, _, names = exchange.text.partition(": ")
        assert prefix == "The client cannot do this", exchange.text
        told = names.split(", ")
    assert sorted(told) == sorted(kinds), told


# Tool, arguments, the capabilities it needs, the keys it asks by, its text.
TOOLS = [
    ("test_sampling", {"prompt": "What?"}, ["sampling"], ["sampling"], f"LLM response: {SAMPLED}"),
    (
        "test_elicitation",
        {"message": "Who are you?"},
        ["elicitation"],
        ["input"],
        'User response: action=accept, content={"username":"ada","email":"ada@example.com"}',
    ),
    ("test_elicitation_sep1034_defaults", {}, ["elicitation"], ["input"], 'Elicitation completed: action=accept, content={"name":"Ada"}'),
    ("test_missing_capability", {}, ["sampling"], [], "The client can sample"),
    ("test_streaming_elicitation", {}, ["elicitation"], ["confirm"], "Confirmed: true"),
    ("test_input_required_result_elicitation", {}, ["elicitation"], ["user_name"], "Hello, Ada!"),
    ("test_input_required_result_sampling", {}, ["sampling"], ["capital_question"], SAMPLED),
    ("test_input_required_result_list_roots", {}, ["roots"], ["client_roots"], "Roots: file:///one, file:///two"),
    ("test_input_required_result_request_state", {}, ["elicitation"], ["confirm"], "state-ok"),
    (
        "test_input_required_result_multiple_inputs",
        {},
        ["elicitation", "sampling", "roots"],
        ["user_name", "greeting", "client_roots"],
        f"{SAMPLED}, Ada! Roots: file:///one, file:///two",
    ),
    ("test_input_required_result_multi_round", {}, ["elicitation"], ["step1", "step2"], "Ada likes blue"),
    ("test_input_required_result_tampered_state", {}, ["elicitation"], ["confirm"], "state-ok"),
    ("confirm_delete", {"filename": "a.txt"}, ["elicitation"], None, "Deleted a.txt"),
]


@pytest.mark.parametrize("tool, arguments, kinds, keys, text", TOOLS, ids=[tool[0] for tool in TOOLS])
def test_m11_one_handler_asks_in_every_era(connect, tool, arguments, kinds, keys, text):
    peer = connect()
    exchange = peer.call(tool, arguments)
    missing = [kind for kind in kinds if not can(peer.revision, kind)]
    if missing:
        check_refused(exchange, peer.revision, missing)
        return
    assert exchange.text == text and not exchange.is_error
    if keys is not None:
        assert len(exchange.questions) == len(keys)
        if peer.is_modern:
            assert exchange.keys == keys or sorted(exchange.keys) == sorted(keys)
        assert sorted({question["method"] for question in exchange.questions}) == sorted({MODES[kind] for kind in kinds if keys})


@pytest.mark.parametrize("tool, arguments, kinds, keys, text", TOOLS, ids=[tool[0] for tool in TOOLS])
def test_s18_b12_nothing_is_asked_that_was_not_declared(connect, tool, arguments, kinds, keys, text):
    peer = connect({})
    check_refused(peer.call(tool, arguments), peer.revision, kinds)


def test_the_questions_themselves(peer):
    """Section 4 and 5: what stands in them."""
    asked = {}

    def note(question: dict) -> dict:
        asked[json.dumps(question["params"].get("message") or question["params"].get("messages"))] = question["params"]
        return reply(question)

    peer.reply = note
    peer.call("test_sampling", {"prompt": 'a "b" é'})
    (params,) = asked.values()
    (message,) = params["messages"]
    content = message["content"][0] if isinstance(message["content"], list) else message["content"]
    assert (message["role"], content, params["maxTokens"]) == ("user", {"type": "text", "text": 'a "b" é'}, 100)
    if peer.revision < "2025-06-18":
        return

    def form(tool: str, arguments: dict | None = None) -> dict:
        asked.clear()
        peer.call(tool, arguments)
        (params,) = asked.values()
        assert "mode" not in params or params["mode"] == "form"
        assert "mode" not in params or peer.revision >= "2025-11-25"
        return params

    params = form("test_elicitation", {"message": "Who?"})
    assert params["message"] == "Who?"
    properties = {
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    }
    assert params["requestedSchema"] == {"type": "object", "properties": properties, "required": ["username", "email"]}
    params = form("test_elicitation_sep1034_defaults")
    assert params["message"] == "Please check these values" and not params["requestedSchema"].get("required")
    properties = params["requestedSchema"]["properties"]
    assert {name: schema["type"] for name, schema in properties.items()} == {
        "name": "string",
        "age": "integer",
        "score": "number",
        "status": "string",
        "verified": "boolean",
    }
    assert properties["status"]["enum"] == ["active", "inactive", "pending"]
    defaults = {name: schema["default"] for name, schema in properties.items() if "default" in schema}
    if peer.revision >= "2025-11-25":
        assert defaults == {"name": "John Doe", "age": 30, "score": 95.5, "status": "active", "verified": True}
    else:
        assert set(defaults) <= {"verified"}, "EL3: defaults of every type came later"


ENUMS = {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {
        "type": "string",
        "oneOf": [
            {"const": "value1", "title": "First Option"},
            {"const": "value2", "title": "Second Option"},
            {"const": "value3", "title": "Third Option"},
        ],
    },
    "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"]},
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {
        "type": "array",
        "items": {
            "anyOf": [
                {"const": "value1", "title": "First Choice"},
                {"const": "value2", "title": "Second Choice"},
                {"const": "value3", "title": "Third Choice"},
            ]
        },
    },
}


def test_el3_enums_of_every_form(peer):
    exchange = peer.call("test_elicitation_sep1330_enums")
    if peer.revision < "2025-06-18":
        check_refused(exchange, peer.revision, ["elicitation"])
    elif peer.revision < "2025-11-25":
        assert exchange.is_error and not exchange.questions
    else:
        content = {name: CONTENT[name] for name in ENUMS}
        assert exchange.text == f"Elicitation completed: action=accept, content={json.dumps(content, separators=(',', ':'))}"
        (question,) = exchange.questions
        assert question["params"]["requestedSchema"]["properties"] == ENUMS
        assert question["params"]["message"] == "Please choose"


@WITH_FORMS
@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_el4_no_is_an_answer(connect, action):
    peer = connect(reply=lambda question: {"action": action})
    assert peer.call("test_elicitation", {"message": "?"}).text == f"User response: action={action}, content={{}}"
    assert peer.call("test_elicitation_sep1034_defaults").text == f"Elicitation completed: action={action}, content={{}}"
    assert peer.call("test_streaming_elicitation").text.endswith(action)
    assert peer.call("confirm_delete", {"filename": "a"}).text == "Kept a"


@WITH_FORMS
def test_a_no_inside_the_form(connect):
    peer = connect(reply=lambda question: {"action": "accept", "content": {"confirm": False, "confirmed": False}})
    assert peer.call("test_streaming_elicitation").text == "Confirmed: false"
    assert peer.call("confirm_delete", {"filename": "a"}).text == "Kept a"


@LEGACY_CLIENTS
def test_x9_a_client_that_refuses_and_one_that_is_broken(connect):
    """In the newest revision an input response is never an error."""
    peer = connect()

    def refuse(question: dict) -> dict:
        raise Unwilling(-1, "User rejected sampling request")

    peer.reply = refuse
    assert peer.call("test_sampling", {"prompt": "?"}).is_error
    broken: dict = {}
    peer.reply = lambda question: broken
    for broken in ({}, {"role": "assistant", "content": 5, "model": "m"}, {"action": "perhaps"}, {"roots": 5}):
        assert peer.call("test_sampling", {"prompt": "?"}).is_error, broken
        assert peer.call("test_input_required_result_list_roots").is_error, broken
        if can(peer.revision, "elicitation"):
            assert peer.call("test_elicitation", {"message": "?"}).is_error, broken
    if can(peer.revision, "elicitation"):
        # EL4: content is checked by the schema that was asked.
        broken = {"action": "accept", "content": {"username": 5, "email": "x"}}
        assert peer.call("test_elicitation", {"message": "?"}).is_error
        broken = {"action": "accept", "content": {"username": "x"}}
        assert peer.call("test_elicitation", {"message": "?"}).is_error


@WITH_FORMS
def test_progress_before_a_question(connect):
    peer = connect()
    exchange = peer.call("test_streaming_elicitation", meta={"progressToken": "t"})
    told = [message for message in exchange.notifications if message["method"] == "notifications/progress"]
    # In the newest revision the handler runs once for the question and once more for its answer.
    assert len(told) in ([1, 2] if peer.is_modern else [1])
    assert all(message["params"]["progressToken"] == "t" for message in told)


def test_el5_url_mode(connect):
    peer = connect()
    exchange = peer.call("test_url_elicitation")
    if peer.revision < "2025-11-25":
        assert exchange.is_error and not exchange.questions
        return
    assert exchange.text == "Visited: accept"
    (question,) = exchange.questions
    params = question["params"]
    assert (params["mode"], params["url"], params["message"]) == ("url", "https://example.com/visit", "Please visit")
    assert ("elicitationId" in params) != peer.is_modern, "EL8"
    for declared in ({"elicitation": {}}, {"elicitation": {"form": {}}}):
        exchange = connect(declared).call("test_url_elicitation")
        if peer.is_modern:
            assert exchange.error["data"]["requiredCapabilities"] == {"elicitation": {"url": {}}}, "M4"
        else:
            assert exchange.is_error
    exchange = connect({"elicitation": {"url": {}}}).call("test_elicitation", {"message": "?"})
    if peer.is_modern:
        assert exchange.error["code"] == -32021, "M4: url alone is no form"
    else:
        assert exchange.is_error


@pytest.mark.parametrize("kinds", [[], ["sampling"], ["roots"], ["elicitation"], ["elicitation", "sampling", "roots"]], ids="+".join)
def test_m4_one_question_for_each_declared_capability(connect, kinds):
    # An old client may declare what its revision does not know; it is not asked all the same.
    peer = connect({kind: {} for kind in kinds})
    kinds = [kind for kind in kinds if can(peer.revision, kind)]
    exchange = peer.call("test_input_required_result_capabilities")
    wanted = [key for kind, key in [("elicitation", "user_name"), ("sampling", "greeting"), ("roots", "client_roots")] if kind in kinds]
    assert sorted(question["method"] for question in exchange.questions) == sorted(MODES[kind] for kind in kinds)
    if not kinds:
        assert exchange.text == "No capability declared"
    else:
        prefix, _, told = exchange.text.partition(": ")
        assert prefix == "Asked" and sorted(told.split(", ")) == sorted(wanted)
        if peer.is_modern:
            assert sorted(exchange.keys) == sorted(wanted)


def test_ls13_without_a_session_nothing_can_be_asked(fixtures):
    for revision in LEGACY:
        peer = HTTPPeer(fixtures, revision, session="")
        with peer:
            exchange = peer.call("test_sampling", {"prompt": "?"})
            assert exchange.is_error and "initialize" in exchange.text


def test_m1_only_where_it_is_allowed(modern):
    for method in ("tools/list", "prompts/list", "resources/list", "completion/complete", "server/discover"):
        params = {"inputResponses": {"x": {"action": "accept"}}, "requestState": "x"}
        result = modern.ask(method, params).message.get("result", {})
        assert result.get("resultType", "complete") == "complete"


# MARK: open questions of the newest revision


def ask(peer, tool: str, arguments: dict | None = None, **more):
    return peer.ask("tools/call", {"name": tool, **({"arguments": arguments} if arguments is not None else {}), **more})


def accept(**content) -> dict:
    return {"action": "accept", "content": content}


def is_asked_again(exchange) -> bool:
    return exchange.result["resultType"] == "input_required"


def test_m12_an_open_question_may_be_answered_before_it_was_asked(modern):
    tool = "test_input_required_result_elicitation"
    first = ask(modern, tool).result
    assert first["resultType"] == "input_required" and "requestState" not in first, "M15"
    assert list(first["inputRequests"]) == ["user_name"]
    assert first["inputRequests"]["user_name"]["params"]["message"] == "What is your name?"
    answered = {"user_name": accept(name="Eve")}
    assert ask(modern, tool, inputResponses=answered).text == "Hello, Eve!"
    assert ask(modern, tool, inputResponses={**answered, "more": accept(x=1), "bad": {}}).text == "Hello, Eve!", "M8: extra keys"
    assert ask(modern, tool, inputResponses={"user_name": accept(name="Eve", more=1)}).text == "Hello, Eve!", "M8: extra members"
    roots = ask(modern, "test_input_required_result_list_roots", inputResponses={"client_roots": {"roots": ROOTS}})
    assert roots.text == "Roots: file:///one, file:///two"
    (question,) = ask(modern, "test_input_required_result_list_roots").result["inputRequests"].values()
    assert question == {"method": "roots/list", "params": {}}
    (question,) = ask(modern, "test_input_required_result_sampling").result["inputRequests"].values()
    (message,) = question["params"]["messages"]
    assert question["params"]["maxTokens"] == 100 and message["role"] == "user"
    assert message["content"] in (
        {"type": "text", "text": "What is the capital of France?"},
        [{"type": "text", "text": "What is the capital of France?"}],
    )


def test_m8_answers_that_miss_the_question(modern):
    tool = "test_input_required_result_elicitation"
    for responses in ({}, {"other": accept(name="Eve")}, {"user_name": accept()}, {"user_name": accept(more=1)}):
        assert is_asked_again(ask(modern, tool, inputResponses=responses)), responses
    for responses in (
        None,
        5,
        [],
        "x",
        {"user_name": 5},
        {"user_name": None},
        {"user_name": []},
        {"user_name": {"action": "perhaps"}},
        {"user_name": {"action": 5}},
        {"user_name": {}},
        {"user_name": {"action": "accept", "content": 5}},
        {"user_name": accept(name=5)},
    ):
        exchange = ask(modern, tool, inputResponses=responses)
        assert exchange.error["code"] == -32602, responses


# MARK: sealed questions

STATED = "test_input_required_result_request_state"


def stated(peer, tool: str = STATED, arguments: dict | None = None) -> tuple[str, dict]:
    """A state as the server gives it with its first question, and good answers to that."""
    result = ask(peer, tool, arguments).result
    assert result["resultType"] == "input_required"
    return result["requestState"], {key: reply(question) for key, question in result["inputRequests"].items()}


def test_m12_a_sealed_question_is_answered_only_with_its_state(modern):
    state, answers = stated(modern)
    assert state.startswith("rs1.") and len(state) <= 16384
    assert is_asked_again(ask(modern, STATED, inputResponses=answers)), "M12"
    assert ask(modern, STATED, inputResponses=answers, requestState=state).text == "state-ok"
    # M14: it may come again, and this tool has no effect.
    assert ask(modern, STATED, inputResponses=answers, requestState=state).text == "state-ok"
    again = ask(modern, STATED, requestState=state).result
    assert again["resultType"] == "input_required" and again["requestState"] != state, "M15"


def test_m5_every_byte_of_a_state_counts(modern):
    tool = "test_input_required_result_tampered_state"
    state, answers = stated(modern, tool)
    for index in range(len(state)):
        flipped = state[:index] + ("A" if state[index] != "A" else "B") + state[index + 1 :]
        assert ask(modern, tool, inputResponses=answers, requestState=flipped).error["code"] == -32602, index
    for wrong in (state + "A", state[:-1], state + " ", "", "x", "rs1..", "rs1.a.AAAA", state.replace("rs1", "ms1"), 5, {}, [state]):
        assert ask(modern, tool, inputResponses=answers, requestState=wrong).error["code"] == -32602, wrong
    assert ask(modern, tool, inputResponses=answers, requestState=state).text == "state-ok"


def test_m6_a_state_is_good_for_its_own_call_alone(modern):
    state, answers = stated(modern)
    for tool, arguments in [
        ("test_input_required_result_tampered_state", None),
        ("test_input_required_result_multi_round", None),
        ("confirm_delete", {"filename": "a"}),
        (STATED, {"x": 1}),
    ]:
        exchange = ask(modern, tool, arguments, inputResponses=answers, requestState=state)
        assert exchange.message.get("error", {}).get("code") == -32602 or exchange.is_error, (tool, exchange.message)
        assert exchange.message.get("result", {}).get("content") != [{"type": "text", "text": "state-ok"}]
    prompt = {"name": "test_input_required_result_prompt", "inputResponses": answers, "requestState": state}
    assert modern.ask("prompts/get", prompt).error["code"] == -32602
    state, answers = stated(modern, "confirm_delete", {"filename": "a.txt"})
    for arguments in ({"filename": "b.txt"}, {"filename": "a.txt "}, {"filename": "A.txt"}):
        assert ask(modern, "confirm_delete", arguments, inputResponses=answers, requestState=state).error["code"] == -32602, arguments
    assert ask(modern, "confirm_delete", {"filename": "a.txt"}, inputResponses=answers, requestState=state).text == "Deleted a.txt"


def test_three_rounds(modern):
    tool = "test_input_required_result_multi_round"
    first, answers = stated(modern, tool)
    assert list(answers) == ["step1"]
    second = ask(modern, tool, inputResponses=answers, requestState=first).result
    assert list(second["inputRequests"]) == ["step2"] and second["requestState"] != first
    # The first round's key is settled: what it says now does not matter, and the first state leads to the second question only.
    skipped = ask(modern, tool, inputResponses={**answers, "step2": accept(color="red")}, requestState=first)
    assert is_asked_again(skipped)
    third = ask(modern, tool, inputResponses={"step2": accept(color="red")}, requestState=second["requestState"])
    assert third.text == "Ada likes red"
    assert ask(modern, tool, inputResponses={"step2": accept(color="green")}, requestState=second["requestState"]).text == "Ada likes green"


def test_m8_one_of_three_answers_is_missing(modern):
    tool = "test_input_required_result_multiple_inputs"
    state, answers = stated(modern, tool)
    assert set(answers) == {"user_name", "greeting", "client_roots"}
    part = ask(modern, tool, inputResponses={"greeting": answers["greeting"]}, requestState=state).result
    assert part["resultType"] == "input_required"
    rest = {key: answers[key] for key in part["inputRequests"]}
    assert set(rest) >= {"user_name", "client_roots"}
    assert ask(modern, tool, inputResponses=rest, requestState=part["requestState"]).text.endswith("Roots: file:///one, file:///two")


def test_m7_a_state_needs_no_memory(make_fixtures):
    """It goes on after the server was killed and started again, where the key is given."""
    server = make_fixtures("--state-keys", new_ring()).start()
    with HTTPPeer(server) as peer:
        state, answers = stated(peer)
        server.kill()
        server.start()
        peer.drop()
        assert ask(peer, STATED, inputResponses=answers, requestState=state).text == "state-ok"


def test_m13_arguments_are_equal_by_value(modern):
    state, answers = stated(modern, "confirm_delete", {"filename": "é"})
    message = modern.message(
        "tools/call",
        {"name": "confirm_delete", "arguments": {"filename": "é"}, "inputResponses": answers, "requestState": state},
    )
    text = json.dumps(message)
    assert "\\u00e9" in text
    exchange = modern.exchange(json.loads(text))
    assert exchange.text == "Deleted é"

"""What refusals of tools look like."""


def check_refused(answer, code: str, status: int, line: str | None = None, **fields):
    """A refusal as the contract has it: the API's text, then its code with what else is known, then what may help."""
    refusal = answer.refusal
    assert (refusal["code"], refusal["status"]) == (code, status), answer.text
    assert list(refusal)[:2] == ["code", "status"]
    assert fields.items() <= refusal.items(), answer.text
    assert "correlation_id" not in refusal
    if line:
        assert answer.text.split("\n")[0] == line
    check_telling(answer.text)


def check_telling(text: str):
    """No place in the network, nothing of the program's inside."""
    for inside in ("http://", "https://", "127.0.0.1", "localhost", "sqlite", "SQLITE", ".swift", "Error("):
        assert inside not in text, text


def next_step(answer) -> str:
    """What a refusal says of what to do next, with the lines after it; empty if it says nothing."""
    lines = answer.text.split("\n")
    return "\n".join(lines[2:]).removeprefix("Next: ")

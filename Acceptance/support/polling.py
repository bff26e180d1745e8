"""Waiting for something to become true, with a deadline."""

import time


def until(condition, seconds: float = 10, what: str = "the condition"):
    """The first true value of `condition`, which is asked every millisecond."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.001)

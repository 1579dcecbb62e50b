"""Waiting for what another process does: a condition with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def until(condition: Callable[[], _T | None], *, what: str, timeout_s: float = 30.0, poll_s: float = 0.1) -> _T:
    """Give the first true value of ``condition``."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s: {what}"
        time.sleep(poll_s)

"""The challenge of a passkey between its two requests: in the browser's own cookie, so that no other answers it."""

from collections.abc import Mapping
from typing import Any

from flask import session

from rights.identity.ceremonies import Asked

_PLACE = "passkey"


def keep_challenge(asked: Asked) -> Mapping[str, Any]:
    """Remember the challenge, and give what the page's script is to be told."""
    session[_PLACE] = asked.challenge
    return asked.options


def taken_challenge() -> str:
    """Give the challenge that was asked last in this browser, and forget it; empty where there was none."""
    return str(session.pop(_PLACE, ""))

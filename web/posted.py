"""What a program posts to the API: a JSON object, or nothing that we take."""

from typing import Any

from flask import request

from calls.errors import BadDataError


def posted_object() -> dict[str, Any]:
    """Read the body of the request; raise BadDataError for what is no JSON object, or one too deep to be read."""
    try:
        plain = request.get_json(silent=True)
    except RecursionError as error:
        raise BadDataError(what="the body is nested too deeply") from error
    if not isinstance(plain, dict):
        raise BadDataError(what="the body is no JSON object")
    return plain

"""The reason that somebody states for a deed: tidied, and neither empty nor a novel."""

from calls.errors import BadDataError

REASON_MAX_CHARS = 1000


def stated_reason(text: str) -> str:
    """Give a reason without blanks around it; raise BadDataError for one that is empty or above 1,000 characters."""
    tidy = text.strip()
    if not tidy or len(tidy) > REASON_MAX_CHARS:
        raise BadDataError(what=f"the reason has 1 to {REASON_MAX_CHARS} characters", where="reason")
    return tidy

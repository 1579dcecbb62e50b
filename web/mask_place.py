"""Places in a recording as people write them: ``1:05,250`` is a minute, five seconds and a quarter."""

import re

_PLACE = re.compile(
    r"\s*(?:(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):)?(?P<seconds>\d{1,5})(?:[.,](?P<rest>\d{1,3}))?\s*",
    re.ASCII,
)
_HOUR_MS, _MINUTE_MS, _SECOND_MS = 3_600_000, 60_000, 1000
_SECONDS = 60


def read_place(text: str) -> int:
    """Read a place in milliseconds; raise ValueError for what is none, e.g. 75 seconds after a minute."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    seconds, minutes = int(match["seconds"]), int(match["minutes"] or 0)
    if (match["minutes"] and seconds >= _SECONDS) or (match["hours"] and minutes >= _SECONDS):
        raise ValueError(text)
    rest = int((match["rest"] or "").ljust(3, "0") or 0)
    return int(match["hours"] or 0) * _HOUR_MS + minutes * _MINUTE_MS + seconds * _SECOND_MS + rest


def whole_place(at_ms: int, *, up: bool = False) -> str:
    """Write a place in whole seconds: the second that it is in, or with ``up`` the one that ends it."""
    return place_text(-(-at_ms // _SECOND_MS) * _SECOND_MS if up else at_ms // _SECOND_MS * _SECOND_MS)


def place_text(at_ms: int) -> str:
    """Write a place; a fraction of a second only where there is one, as short as it is."""
    minutes, rest = divmod(at_ms, _MINUTE_MS)
    seconds, thousandths = divmod(rest, _SECOND_MS)
    return f"{minutes}:{seconds:02}" + (f",{thousandths:03}".rstrip("0") if thousandths else "")

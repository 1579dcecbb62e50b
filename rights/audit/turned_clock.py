"""Tells when the clock was turned back between two moments of the audit."""

from datetime import datetime, timedelta

CLOCK_TOLERANCE = timedelta(seconds=5)
"""By how much the clocks of two processes may differ."""
_MOMENT = "%Y-%m-%d %H:%M:%S.%f"


def is_turned_back(at: str, *, after: str) -> bool:
    """Tell whether a moment is earlier than one that it must come after, by more than clocks may differ.

    Both are text as it is hashed (:func:`rights.audit.leaf.moment_text`), which sorts as the moments do; what is no
    moment is as far as can be.
    """
    return at < after and _is_far(at, after)


def _is_far(earlier: str, later: str) -> bool:
    try:
        one, other = (datetime.strptime(text, _MOMENT) for text in (earlier, later))  # noqa: DTZ007 (all are in UTC)
    except ValueError:
        return True
    return other - one > CLOCK_TOLERANCE

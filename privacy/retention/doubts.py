"""What makes a deletion doubtful: a clock that leaps, and more that goes at once than ever should.

A clock that runs ten years ahead ends every period and every wait at the same moment, and what it ends is not to be
had again. Nothing here looks anything up: the guard does (:mod:`privacy.retention.guard`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

MOST_APART = timedelta(hours=1)
"""By how much our clock may be ahead of another one; S3 servers bear a quarter of an hour at most."""
A_DAY = timedelta(hours=24)
ALWAYS_ALLOWED = 100
"""So many calls, and so many of each other kind, a day go whatever their share of all: a small house has few."""


class HaltKind(StrEnum):
    """What is doubted: the clock, or how many of a kind would go at once; *amount* is of calls."""

    CLOCK = "clock"
    AMOUNT = "amount"
    PERSONS = "persons"
    CASES = "cases"
    HANDOVERS = "handovers"
    VOUCHERS = "vouchers"


_NAMES = {
    HaltKind.AMOUNT: "calls",
    HaltKind.PERSONS: "persons of the register",
    HaltKind.CASES: "requests",
    HaltKind.HANDOVERS: "hand-overs",
    HaltKind.VOUCHERS: "vouchers",
}
OF_ROWS = frozenset({HaltKind.PERSONS, HaltKind.CASES, HaltKind.HANDOVERS, HaltKind.VOUCHERS})
"""The doubts that stop no call."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt in words; ``needs_clock``: nobody's word ends it.

    ``calls`` (persons, requests, hand-overs, vouchers) would have gone in this day of 24 hours.
    """

    kind: HaltKind
    what: str
    calls: int = 0
    needs_clock: bool = False


def leap(*, now: datetime, seen: Iterable[datetime], most: timedelta) -> Doubt | None:
    """Doubt a clock of which nothing tells that it went on: between two moments in which it was seen lies too much.

    ``seen`` are in any order; those after ``now`` (the clock was set back since) tell nothing. None seen: no doubt.
    """
    moments = [*sorted(moment for moment in seen if moment < now), now]
    longest = max(pairwise(moments), key=lambda pair: pair[1] - pair[0], default=None)
    if longest is None or longest[1] - longest[0] <= most:
        return None
    before, after = longest
    days = (after - before).days
    return Doubt(HaltKind.CLOCK, f"the clock went from {before:%Y-%m-%d %H:%M} to {after:%Y-%m-%d %H:%M} UTC, {days} d")


def apart(*, now: datetime, told: Mapping[str, datetime]) -> Doubt | None:
    """Doubt a clock that is ahead of another one; ``told`` are moments by who told them, just now."""
    for name, moment in told.items():
        if now - moment > MOST_APART:
            return Doubt(
                HaltKind.CLOCK,
                f"the clock says {now:%Y-%m-%d %H:%M}, that of the {name} {moment:%Y-%m-%d %H:%M} UTC",
                needs_clock=True,
            )
    return None


def too_many(
    *,
    due: int,
    gone: int,
    calls: int,
    percent: int,
    permitted: int = 0,
    expected: int = 0,
    kind: HaltKind = HaltKind.AMOUNT,
) -> Doubt | None:
    """Doubt a day of which more than a share of all calls, or of another kind, would go.

    ``due`` would go now, ``gone`` went in the last 24 hours; ``calls`` are all, those that went included.
    ``permitted`` is how many somebody said may go this day, ``expected`` how many go together by their nature.
    """
    allowed = max(ALWAYS_ALLOWED, calls * percent // 100, expected) + permitted
    if not due or due + gone <= allowed:
        return None
    return Doubt(kind, f"{due + gone} of {calls} {_NAMES[kind]} would go in one day", calls=due + gone)

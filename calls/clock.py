"""The clock as a dependency: the only thing that tests replace."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time for facts, monotonic time for durations; never the one for the other."""

    def now(self) -> datetime:
        """Tell the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Count seconds from an arbitrary moment, never backwards."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Tell the time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Count seconds since the machine started."""
        return time.monotonic()


class SteadyClock:
    """Wall time as another clock told it once, gone on by that clock's monotonic one: no step of wall time is in it.

    For moments that belong together, such as those of one call: none of them is before one that was earlier, whoever
    sets the machine's clock meanwhile.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began, self._began_monotonic = clock.now(), clock.monotonic()

    def now(self) -> datetime:
        """Tell the time of day, aware, in UTC, as it is by the moment at which this clock was made."""
        return self._began + timedelta(seconds=self._clock.monotonic() - self._began_monotonic)

    def monotonic(self) -> float:
        """Count seconds as the other clock does."""
        return self._clock.monotonic()


def iso(moment: datetime | None) -> str | None:
    """Write a moment as ISO 8601 in UTC with milliseconds, e.g. ``2026-01-31T12:00:00.000Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Read what :func:`iso` writes (and any aware ISO 8601 time); raise ValueError for a naive one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without its zone: {text!r}")
    return moment.astimezone(UTC)

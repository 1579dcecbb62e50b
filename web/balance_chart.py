"""The chart of a lease's balance: what was owed from day to day, as figures that a template writes as SVG.

The balance stands still between two entries, so the line has steps. Positions along the time are per mille of the
width (a template may stretch them), heights are pixels: texts keep their size at every width. Nothing here is styled;
the policy of our pages allows no style but the stylesheet's.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 1000
TOP_PX, PLOT_PX = 16, 150
MAX_LEVELS, MAX_DAYS = 4, 6
_NICE = (1, 2, 5)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart at a round sum."""

    y_px: float
    amount_cents: int


@dataclass(frozen=True, slots=True)
class DayMark:
    """The first day of a month under the chart; ``is_minor`` ones may be left out where there is little room."""

    x: float
    on: date
    is_minor: bool

    @property
    def percent(self) -> float:
        """Tell the place for where there are no per milles."""
        return round(self.x / (WIDTH / 100), 2)


@dataclass(frozen=True, slots=True)
class BalanceChart:
    """Three paths (the line, the areas of debt and of credit) and the marks of both axes.

    ``by_year`` tells that the marks are far enough apart to be named by their years alone.
    """

    line: str
    debt: str
    credit: str
    levels: tuple[Level, ...]
    days: tuple[DayMark, ...]
    by_year: bool
    first: date
    last: date
    highest_cents: int
    highest_on: date
    closing_cents: int

    @property
    def bottom_px(self) -> int:
        """Tell where the plot ends and the names of the days begin."""
        return TOP_PX + PLOT_PX


def balance_chart(balances: Iterable[tuple[date, int]], *, until: date) -> BalanceChart | None:
    """Draw balances after each entry, in the order of their days, to the end of a day; None where there are none.

    Of one day's balances the last one counts. Entries after ``until`` lengthen the chart.
    """
    by_day = dict(balances)
    if not by_day:
        return None
    days = sorted(by_day)
    first, last = days[0], max(until, days[-1], days[0] + timedelta(days=1))
    steps = [(day, by_day[day]) for day in days]
    levels = _levels(min(0, *by_day.values()), max(0, *by_day.values()))
    place = _Place(first, last, levels[0], levels[-1])
    months, marks = _marks(first, last, place)
    highest_on, highest = max(steps, key=lambda step: (step[1], -step[0].toordinal()))
    ends = [*days[1:], last]
    return BalanceChart(
        line=_line(steps, last, place),
        debt=_areas(steps, ends, place, sign=1),
        credit=_areas(steps, ends, place, sign=-1),
        levels=tuple(Level(place.y(level), level) for level in reversed(levels)),
        days=marks,
        by_year=months >= _YEAR,
        first=first,
        last=last,
        highest_cents=highest,
        highest_on=highest_on,
        closing_cents=steps[-1][1],
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a day and a sum stand."""

    first: date
    last: date
    low_cents: int
    high_cents: int

    def x(self, day: date) -> float:
        return round(WIDTH * (day - self.first).days / (self.last - self.first).days, 1)

    def y(self, cents: int) -> float:
        return round(TOP_PX + PLOT_PX * (self.high_cents - cents) / (self.high_cents - self.low_cents), 1)


def _line(steps: Sequence[tuple[date, int]], last: date, place: _Place) -> str:
    day, cents = steps[0]
    drawn = [f"M{place.x(day)} {place.y(0)}V{place.y(cents)}"]
    drawn += [f"H{place.x(day)}V{place.y(cents)}" for day, cents in steps[1:]]
    return "".join([*drawn, f"H{place.x(last)}"])


def _areas(steps: Sequence[tuple[date, int]], ends: Sequence[date], place: _Place, *, sign: int) -> str:
    zero = place.y(0)
    return "".join(
        f"M{place.x(day)} {zero}V{place.y(cents)}H{place.x(end)}V{zero}Z"
        for (day, cents), end in zip(steps, ends, strict=True)
        if cents * sign > 0
    )


def _levels(low: int, high: int) -> list[int]:
    """Choose round sums, lowest first, so that they hold both and are not more than can be read."""
    span, decade = max(high - low, 100), 1
    while True:
        for nice in _NICE:
            step = nice * decade
            if span <= step * MAX_LEVELS:
                bottom, top = low // step * step, -(-high // step) * step
                return list(range(bottom, max(top, bottom + step) + 1, step))
        decade *= 10


def _marks(first: date, last: date, place: _Place) -> tuple[int, tuple[DayMark, ...]]:
    """Choose first days of months, every so many months, and tell how many."""
    beginning, end = _month_of(first), _month_of(last)
    counts = [(end - beginning) // months + 1 for months in _MONTHS]
    months = _MONTHS[min(bisect_left([-count for count in counts], -MAX_DAYS), len(_MONTHS) - 1)]
    found = [
        day
        for number in range(-(-beginning // months) * months, end + 1, months)
        if first <= (day := date(number // _YEAR, number % _YEAR + 1, 1)) <= last
    ]
    return months, tuple(DayMark(place.x(day), day, is_minor=bool(index % 2)) for index, day in enumerate(found))


def _month_of(day: date) -> int:
    return day.year * _YEAR + day.month - 1

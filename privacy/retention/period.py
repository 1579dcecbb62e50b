"""How long something is kept: so many days, months or years from a day, in Finland's calendar."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from calls.errors import BadDataError

HELSINKI = ZoneInfo("Europe/Helsinki")
MAX_YEARS = 100
_MOST = {"days": 366 * MAX_YEARS, "months": 12 * MAX_YEARS, "years": MAX_YEARS}
_MONTHS_A_YEAR = 12


class Unit(StrEnum):
    """What a period is counted in."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time in whole days, months or years. BadDataError for none, and for more than a hundred years."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.count <= _MOST[self.unit]:
            raise BadDataError(what=f"a period has 1 to {_MOST[self.unit]} {self.unit}", where="keep_count")

    def end_from(self, day: date) -> date:
        """Tell the first day on which it is over; a day that a month lacks is its last one (31.1. + 1 month: 28.2.)."""
        match self.unit:
            case Unit.DAYS:
                return day + timedelta(days=self.count)
            case Unit.MONTHS:
                return _months_later(day, self.count)
            case Unit.YEARS:
                return _months_later(day, self.count * _MONTHS_A_YEAR)

    def __str__(self) -> str:
        return f"{self.count} {self.unit.value}"


def day_in_finland(moment: datetime) -> date:
    """Tell the day of a moment in Finland."""
    return moment.astimezone(HELSINKI).date()


def midnight(day: date) -> datetime:
    """Tell the moment at which a day begins in Finland."""
    return datetime.combine(day, time.min, tzinfo=HELSINKI)


@lru_cache(maxsize=8192)  # a plan asks the same days a thousand times
def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

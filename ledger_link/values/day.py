"""Days: leases and numbers are valid on days of the Finnish calendar, calls happen at moments in UTC."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")


def day_of(moment: datetime) -> date:
    """Tell the day in Helsinki on which a moment falls: 22:30 UTC in January is already the next one."""
    return moment.astimezone(HELSINKI).date()


def start_of(day: date) -> datetime:
    """Give the first moment of a day in Helsinki, in its time of the year there."""
    return datetime.combine(day, time(), tzinfo=HELSINKI)


def end_of(day: date) -> datetime:
    """Give the first moment after a day in Helsinki, in its time of the year there."""
    return start_of(day + timedelta(days=1))


def last_day_before(until: datetime) -> date:
    """Give the last day in Helsinki of what ends at a moment: of midnight the day that then is over."""
    return day_of(until - timedelta(microseconds=1))


def is_told_twice(moment: datetime) -> bool:
    """Tell whether the clocks in Helsinki show this time of day twice: 3.30 in the night in which summer time ends."""
    local = moment.astimezone(HELSINKI)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def is_summer_time(moment: datetime) -> bool:
    """Tell whether summer time is kept in Helsinki at a moment."""
    return bool(moment.astimezone(HELSINKI).dst())


def is_valid_on(day: date, first: date | None, last: date | None) -> bool:
    """Tell whether a day is in a period; both ends belong to it, None leaves an end open."""
    return (first is None or first <= day) and (last is None or day <= last)

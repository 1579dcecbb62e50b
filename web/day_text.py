"""A day as it is typed: 31.12.2026, or ISO 8601. A browser's own date field speaks the browser's language, not ours."""

import re
from datetime import date

from flask_babel import gettext

# For the ``pattern`` of an input too: blanks after the stops, and the comma that number pads have in their place.
DAY_PATTERN = r"\s*([0-9]{1,2}\s*[.,]\s*[0-9]{1,2}\s*[.,]\s*[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})\s*"

_WRITTEN = re.compile(DAY_PATTERN)
_NUMBER = re.compile(r"[0-9]+")


class NoSuchDayError(ValueError):
    """A text has the form of a day, but the calendar has no such one: 31.2.2026."""


def read_day(text: str) -> date:
    """Read a day; ValueError for another form, of it NoSuchDayError for a day that is not in the calendar."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(text)
    parts = [int(number) for number in _NUMBER.findall(text)]
    year, month, day = parts if "-" in text else reversed(parts)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoSuchDayError(text) from error


def typed_day(day: date) -> str:
    """Write a day as it would be typed."""
    return f"{day.day}.{day.month}.{day.year}"


def day_form() -> str:
    """Tell in what form a day is typed, for an empty field."""
    # TRANSLATORS: the form in which a day is typed: day, month and year, in that order, by the letters of their names
    return str(gettext("dd.mm.yyyy"))


def day_fault(error: ValueError) -> str:
    """Tell a person what is wrong with a day that :func:`read_day` refused, and what to do."""
    if isinstance(error, NoSuchDayError):
        return str(gettext("There is no such day in the calendar. Check the day and the month."))
    return str(gettext("Write the day as %(form)s, for example 31.12.2026.", form=day_form()))

"""The kinds of value that say when: days of the Finnish calendar, and moments."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache

from ledger_link.importing.formats import DayFormat, Formats
from ledger_link.importing.value_kind import ValueKind
from ledger_link.values.day import HELSINKI

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FINNISH_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_FINNISH_TIME = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?", re.ASCII)
_STORED_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
_FIRST_YEAR, _LAST_YEAR = 1800, 2200


@lru_cache(maxsize=65536)
def _day(text: str, days: DayFormat) -> str:
    if days is DayFormat.FINNISH:
        match = _FINNISH_DAY.fullmatch(text)
        parts = (int(match[3]), int(match[2]), int(match[1])) if match and text.isascii() else None
    else:
        iso = _ISO_DAY.fullmatch(text) and text.isascii()
        parts = (int(text[:4]), int(text[5:7]), int(text[8:])) if iso else None
    if parts is None:
        raise ValueError("no day")
    try:
        day = date(*parts)
    except ValueError:
        raise ValueError("no day of the calendar") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"no day between {_FIRST_YEAR} and {_LAST_YEAR}")
    return day.isoformat()


def _moment(text: str, formats: Formats) -> str:
    if formats.days is DayFormat.FINNISH:
        day, _, time = text.partition(" ")
        match = _FINNISH_TIME.fullmatch(time.strip())
        if not match:
            raise ValueError("no moment")
        iso = f"{_day(day, DayFormat.FINNISH)}T{int(match[1]):02}:{match[2]}:{match[3] or '00'}"
    elif _ISO_MOMENT.fullmatch(text) and text.isascii():
        iso = text
    else:
        raise ValueError("no moment")
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError("no moment of the calendar") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"no moment between {_FIRST_YEAR} and {_LAST_YEAR}")
    local = moment if moment.tzinfo else moment.replace(tzinfo=HELSINKI)
    return local.astimezone(UTC).strftime(_STORED_MOMENT)


def _expected_day(formats: Formats) -> str:
    return "a day as 31.10.2016" if formats.days is DayFormat.FINNISH else DAY.expected


def _expected_moment(formats: Formats) -> str:
    return "a moment of Helsinki as 31.10.2016 14.30" if formats.days is DayFormat.FINNISH else MOMENT.expected


def _write_moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError("a moment is written from a datetime")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


DAY = ValueKind("a day as YYYY-MM-DD", lambda text, formats: _day(text, formats.days), expected_in=_expected_day)
MOMENT = ValueKind(
    "a moment as 2026-11-03T10:00:00Z, or with another offset; without one it is of Helsinki",
    _moment,
    expected_in=_expected_moment,
    write=_write_moment,
)

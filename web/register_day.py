"""The day as of which a page of the register is shown: today, unless another is asked for."""

from datetime import date

from web.bounds import is_day
from web.day_text import read_day
from web.errors import BadDayError
from web.formats import local_day
from web.parts import parts


def day_asked(text: str | None) -> date:
    """Read a day as it is typed or ISO 8601, or give today for none; BadDayError for what is none within our bounds."""
    if not text:
        return local_day(parts().clock.now())
    try:
        day = read_day(text)
    except ValueError as error:
        refusal = BadDayError(what="not a day", remedy="write it as 31.12.2026")
        refusal.fault = error
        raise refusal from error
    if not is_day(day):
        raise BadDayError(what="a day outside our bounds", remedy="write it as 31.12.2026")
    return day


def day_in_address(day: date) -> str | None:
    """Give a day as links to other pages of the register carry it on; None for today, so that a bookmark stays new."""
    return None if day == local_day(parts().clock.now()) else day.isoformat()

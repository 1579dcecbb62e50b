"""What any number, day and text from outside keeps to, before anything is done with it.

Beyond these bounds lie the errors of others: integers that no database column holds, days whose midnight in UTC is
before the year 1 or after 9999, lone surrogates that are no UTF-8, and NUL, which PostgreSQL keeps in no text.
"""

from datetime import date

from calls.errors import BadDataError

MAX_NUMBER = 2**31 - 1  # INTEGER of PostgreSQL
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 12, 31)
MAX_CURSOR_CHARS = 200


def is_number(text: str) -> bool:
    """Whether a text is a whole number, in digits alone, that a database column holds."""
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_NUMBER)) and int(text) <= MAX_NUMBER


def is_day(day: date) -> bool:
    """Whether a day is one on which anything here can have happened or will end."""
    return FIRST_DAY <= day <= LAST_DAY


def is_text(text: str) -> bool:
    """Whether a text of one line has nothing in it but what can be read: no controls, no lone surrogates."""
    return text.isprintable()


def cursor_text(text: str) -> str | None:
    """Give the cursor of a page, None for none; raise BadDataError for what is too long to be one of ours."""
    if len(text) > MAX_CURSOR_CHARS or not is_text(text):
        raise BadDataError(what="not a page of this list", remedy="start from its first page")
    return text or None

"""The kinds of value of the register's files, but for amounts and times (``amounts``, ``times``)."""

import re
from datetime import datetime
from enum import StrEnum
from functools import partial

from calls.phone import to_e164
from ledger_link.importing.formats import Formats
from ledger_link.importing.value_kind import Read, ValueKind
from ledger_link.values.day import HELSINKI
from ledger_link.values.identity_code import IdentityCode

_NUMBER = re.compile(r"[+0-9 ()./-]{3,40}")
_TEXT_CHARS = 200
_LONG_TEXT_CHARS = 1000


def matching(pattern: str, wrong: str) -> Read:
    """Give the reader of values that a pattern describes whole."""
    compiled = re.compile(pattern)

    def read(text: str, _formats: Formats) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(wrong)
        return text

    return read


def whole_number(first: int, last: int, wrong: str) -> Read:
    """Give the reader of whole numbers from ``first`` to ``last``."""

    def read(text: str, _formats: Formats) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(last)) and first <= int(text) <= last):
            raise ValueError(wrong)
        return int(text)

    return read


def one_of(values: type[StrEnum]) -> ValueKind:
    """Give the kind of the values of an enumeration."""
    known = {value.value: value.value for value in values}

    def read(text: str, _formats: Formats) -> str:
        try:
            return known[text.lower()]
        except KeyError:
            raise ValueError("none of the values") from None

    return ValueKind("one of " + ", ".join(known), read)


def _text(text: str, _formats: Formats, *, most_chars: int) -> str:
    if len(text) > most_chars:
        raise ValueError("too long")
    return text


def _name(text: str, formats: Formats) -> str:
    if any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        raise ValueError("no name")
    return _text(text, formats, most_chars=_TEXT_CHARS)


def _number(text: str, _formats: Formats) -> str:
    number = to_e164(text) if _NUMBER.fullmatch(text) else None
    if number is None:
        raise ValueError("no telephone number")
    return number


def _flag(text: str, _formats: Formats) -> bool:
    try:
        return {"yes": True, "no": False}[text.lower()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


def _write_flag(value: object) -> str:
    return "yes" if value else "no"


def _identity_code(text: str, _formats: Formats) -> str:
    return IdentityCode.parse(text, on=datetime.now(tz=HELSINKI).date()).code


KEY = ValueKind(
    "a key: 1-64 letters, digits, '.', '_', '/' or '-'", matching(r"[\w./-]{1,64}", "no key"), is_free_text=True
)
NAME = ValueKind("a name of at most 200 characters, without digits", _name, is_free_text=True)
TEXT = ValueKind("text of at most 200 characters", partial(_text, most_chars=_TEXT_CHARS), is_free_text=True)
LONG_TEXT = ValueKind("text of at most 1000 characters", partial(_text, most_chars=_LONG_TEXT_CHARS), is_free_text=True)
NUMBER = ValueKind("a telephone number, e.g. +358401234567 or 040 123 4567", _number)
EMAIL = ValueKind(
    "an e-mail address", matching(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}", "no e-mail address"), is_free_text=True
)
FLAG = ValueKind("yes or no", _flag, write=_write_flag)
POSTAL_CODE = ValueKind("a postal code of 5 digits", matching(r"[0-9]{5}", "no postal code"))
FOREIGN_POSTAL_CODE = ValueKind(
    "a postal code of any country", matching(r"[0-9A-Za-z][0-9A-Za-z -]{1,15}", "no postal code")
)
ENTRANCE = ValueKind("an entrance of 1-3 capital letters", matching(r"[A-ZÅÄÖ]{1,3}", "no entrance"))
DOOR_NUMBER = ValueKind("a door number from 1 to 9999", whole_number(1, 9999, "no door number"))
SUB_LETTER = ValueKind("one small letter", matching(r"[a-zåäö]", "no sub-letter"))
YEAR = ValueKind("a year from 1500 to 2200", whole_number(1500, 2200, "no year"))
COUNT = ValueKind("a whole number from 1 to 99", whole_number(1, 99, "no such number"))
LEVEL = ValueKind("a whole number from 1 to 9", whole_number(1, 9, "no level"))
COUNTRY = ValueKind("a country of ISO 3166-1, two capital letters", matching(r"[A-Z]{2}", "no country"))
IDENTITY_CODE = ValueKind(
    "a personal identity code of 11 characters, sign and check character included",
    _identity_code,
    is_identity_code=True,
)
DOCUMENT_NUMBER = ValueKind(
    "a document number of 3-40 letters, digits and hyphens",
    matching(r"[0-9A-Za-z][0-9A-Za-z -]{2,39}", "no document number"),
)

"""The kinds of value that a cell may hold: how each is read, and what is said of one that cannot be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from calls.phone import to_e164
from ledger_link.leases import PartyRole

_KEY = re.compile(r"[\w./-]{1,64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"[+0-9 ()./-]{3,40}")
_MAX_TEXT_CHARS = 200


@dataclass(frozen=True, slots=True)
class ValueKind:
    """``read`` gives the value of a cell that is not empty, or raises ValueError with what is wrong with it."""

    expected: str
    read: Callable[[str], object]


def _matching(pattern: str, wrong: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(wrong)
        return text

    return read


def _text(text: str) -> str:
    if len(text) > _MAX_TEXT_CHARS:
        raise ValueError("too long")
    return text


def _name(text: str) -> str:
    if any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
        raise ValueError("no name")
    return _text(text)


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("no day")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("no day of the calendar") from None


def _number(text: str) -> str:
    number = to_e164(text) if _NUMBER.fullmatch(text) else None
    if number is None:
        raise ValueError("no telephone number")
    return number


def _flag(text: str) -> bool:
    try:
        return {"yes": True, "no": False}[text.lower()]
    except KeyError:
        raise ValueError("neither yes nor no") from None


def _role(text: str) -> str:
    try:
        return PartyRole(text.lower()).value
    except ValueError:
        raise ValueError("no role") from None


def _door_number(text: str) -> int:
    return int(_matching(r"[1-9][0-9]{0,3}", "no door number")(text))


KEY = ValueKind("a key: 1-64 letters, digits, '.', '_', '/' or '-'", _matching(_KEY.pattern, "no key"))
NAME = ValueKind("a name of at most 200 characters, without digits", _name)
TEXT = ValueKind("text of at most 200 characters", _text)
DAY = ValueKind("a day as YYYY-MM-DD", _day)
NUMBER = ValueKind("a telephone number, e.g. +358401234567 or 040 123 4567", _number)
FLAG = ValueKind("yes or no", _flag)
ROLE = ValueKind("one of " + ", ".join(role.value for role in PartyRole), _role)
POSTAL_CODE = ValueKind("a postal code of 5 digits", _matching(r"[0-9]{5}", "no postal code"))
ENTRANCE = ValueKind("an entrance of 1-3 capital letters", _matching(r"[A-ZÅÄÖ]{1,3}", "no entrance"))
DOOR_NUMBER = ValueKind("a door number from 1 to 9999", _door_number)
SUB_LETTER = ValueKind("one small letter", _matching(r"[a-zåäö]", "no sub-letter"))

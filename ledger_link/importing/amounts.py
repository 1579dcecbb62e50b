"""The kinds of value that are decimal: money in euros, kept in cents, and areas, kept in tenths."""

import re
from functools import partial

from ledger_link.importing.formats import Formats
from ledger_link.importing.value_kind import Read, ValueKind

_SPACES = " \u00a0\u202f"  # Finnish thousands: a space, mostly one that does not break
_POINT = re.compile(r"([+-]?)(\d{1,12})(?:\.(\d{1,2}))?", re.ASCII)
_COMMA = re.compile(
    rf"([+-]?)(\d{{1,3}}(?:[{_SPACES}]\d{{3}})+|\d{{1,12}})(?:,(\d{{1,2}}))?(?:[{_SPACES}]?€)?", re.ASCII
)
_MINUS_SIGNS = str.maketrans("\u2212", "-")  # the minus of typography


def _scaled(text: str, formats: Formats, *, digits: int, wrong: str) -> int:
    """Read a decimal as a whole number of its smallest unit; ``digits`` is how many it has after the point."""
    pattern = _COMMA if formats.decimal_comma else _POINT
    match = pattern.fullmatch(text.translate(_MINUS_SIGNS))
    if not match or len(match[3] or "") > digits:
        raise ValueError(wrong)
    whole = "".join(char for char in match[2] if char not in _SPACES)
    value = int(whole) * int(10**digits) + int((match[3] or "0").ljust(digits, "0"))
    return -value if match[1] == "-" else value


def _money(text: str, formats: Formats, *, least: int | None) -> int:
    cents = _scaled(text, formats, digits=2, wrong="no amount of euros and cents")
    if least is None and cents == 0:
        raise ValueError("zero")
    if least is not None and cents < least:
        raise ValueError("zero" if cents == 0 else "below zero")
    return cents


def _area(text: str, formats: Formats) -> int:
    tenths = _scaled(text, formats, digits=1, wrong="no area")
    if not 0 < tenths < 100_000:  # noqa: PLR2004 (a hectare)
        raise ValueError("no area of a dwelling")
    return tenths


def _write_scaled(value: object, *, digits: int) -> str:
    if not isinstance(value, int):
        raise TypeError("a decimal is written from a whole number")
    whole, rest = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{digits}}"


def _kind(expected: str, read: Read, *, digits: int = 2) -> ValueKind:
    def expectation(formats: Formats) -> str:
        return f"{expected}, as 1 234,56" if formats.decimal_comma else f"{expected}, as 1234.56"

    return ValueKind(
        f"{expected}, as 1234.56", read, expected_in=expectation, write=partial(_write_scaled, digits=digits)
    )


MONEY = _kind("an amount of euros that is not below zero", partial(_money, least=0))
POSITIVE_MONEY = _kind("an amount of euros above zero", partial(_money, least=1))
SIGNED_MONEY = _kind("an amount of euros that is not zero", partial(_money, least=None))
AREA = ValueKind("an area in square metres, with one decimal at most", _area, write=partial(_write_scaled, digits=1))

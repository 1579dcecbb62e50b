"""Telephone numbers: E.164 for machines, the raw text kept beside it."""

from typing import NewType

import phonenumbers

E164 = NewType("E164", str)

HOME_REGION = "FI"


def to_e164(text: str) -> E164 | None:
    """Read a number as a Finn would dial or write it; None where it is no possible number.

    ``040 123 4567``, ``00358401234567`` and ``+358 (0)40 123 4567`` all give ``+358401234567``.
    """
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return E164(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def for_reading(number: str) -> str:
    """Write an E.164 number as people read it, e.g. ``+358 40 1234567``; anything else comes back unchanged."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

"""International bank account numbers (ISO 13616): check digits and the form of each country, by ``python-stdnum``."""

from stdnum import iban
from stdnum.exceptions import ValidationError


def parse_iban(text: str) -> str:
    """Read an IBAN as people write it and give it without spaces; raise ValueError with what is wrong.

    A country's own check inside the number is not enforced: banks have issued accounts that break it.
    """
    try:
        number = str(iban.validate(text if text.isascii() else "", check_country=False))
    except ValidationError:
        raise ValueError("no bank account number, or wrong check digits") from None
    if number[2:4] != iban.calc_check_digits(number):  # 00, 01 and 99 agree modulo 97, and are never issued
        raise ValueError("wrong check digits")
    return number


def iban_for_reading(number: str) -> str:
    """Write an IBAN in groups of four, as on paper: ``FI21 1234 5600 0007 85``."""
    return str(iban.format(number))

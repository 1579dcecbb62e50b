"""Finnish payment references (viitenumero), national and as RF creditor references (ISO 11649).

The national form is 3-19 digits and a check digit: weights 7, 3, 1 from the right, and what the sum lacks to the next
ten (Finance Finland, "Kotimaisen viitteen rakenneohje"). Leading zeros mean nothing, so the normal form has none.
"""

import re
from dataclasses import dataclass
from itertools import cycle

from stdnum.iso7064 import mod_97_10

MIN_DIGITS = 4
MAX_DIGITS = 20
_WEIGHTS = (7, 3, 1)
_DIGITS = re.compile(r"[0-9]+")
_CREDITOR = re.compile(r"RF([0-9]{2})([0-9]{1,21})")


@dataclass(frozen=True, slots=True)
class ReferenceNumber:
    """A reference that keeps the rules; ``national`` is its normal form, digits without leading zeros."""

    national: str

    @classmethod
    def parse(cls, text: str) -> "ReferenceNumber":
        """Read either form as people and banks write it; raise ValueError with what is wrong.

        A creditor reference with letters after its check digits was made in another country, and is none here.
        """
        written = "".join(text.upper().split())
        creditor = _CREDITOR.fullmatch(written)
        digits = (creditor[2] if creditor else written).lstrip("0")
        if not _DIGITS.fullmatch(digits):
            raise ValueError("no reference number")
        if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
            raise ValueError("a reference number of too few or too many digits")
        number = cls(national=digits)
        if digits[-1] != _check_digit(digits[:-1]) or (creditor and number.rf[2:4] != creditor[1]):
            raise ValueError("a wrong check digit")
        return number

    @classmethod
    def of_base(cls, base: int) -> "ReferenceNumber":
        """Make the reference of a number (100 or more, at most 19 digits) by giving it its check digit."""
        return cls.parse(f"{base}{_check_digit(str(base))}")

    @property
    def rf(self) -> str:
        """The creditor reference: ``RF``, two check digits (ISO 7064 mod 97-10), the national form."""
        return f"RF{mod_97_10.calc_check_digits(f'{self.national}RF')}{self.national}"

    def __str__(self) -> str:
        """Write the national form in groups of five from the right, as invoices do: ``12 34561``."""
        digits = self.national
        first = len(digits) % 5
        groups = [digits[:first], *(digits[at : at + 5] for at in range(first, len(digits), 5))]
        return " ".join(group for group in groups if group)


def _check_digit(base: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(reversed(base), cycle(_WEIGHTS), strict=False))
    return str(-total % 10)

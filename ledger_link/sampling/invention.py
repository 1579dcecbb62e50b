"""What a sample is made of: names, streets, trades of Faker's Finnish; identity codes and numbers that are nobody's."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from faker import Faker
from stdnum.fi import hetu

from ledger_link.values.reference_number import ReferenceNumber

FIRST_BIRTH = date(1930, 1, 1)
BIRTH_DAYS = 27_759  # to the end of 2005: an odd number of days, for the stride below
_TEMPORARY = 100  # the individual numbers 900-999
_STRIDE = 1_000_003  # a prime that shares no factor with the number of codes, so that none comes twice
_SIGNS = {19: "-YXWVU", 20: "ABCDEF"}
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_NAMES, _STREETS, _COMPANIES = 300, 200, 400


@dataclass(frozen=True, slots=True)
class Invention:
    """Lists to draw from, the same for the same seed."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]
    trades: tuple[str, ...]

    @classmethod
    def of(cls, seed: int) -> "Invention":
        """Draw the lists."""
        fake = Faker("fi_FI")
        fake.seed_instance(seed)
        return cls(
            women=_some(fake.first_name_female, _NAMES),
            men=_some(fake.first_name_male, _NAMES),
            surnames=_some(fake.last_name, 3 * _NAMES),
            streets=_some(fake.street_name, _STREETS),
            cities=_some(fake.city, _STREETS // 4),
            companies=_some(fake.company, _COMPANIES),
            trades=_some(fake.job, _STREETS),
        )


def _some(draw: object, count: int) -> tuple[str, ...]:
    """Draw different texts without digits, in the order in which they come."""
    if not callable(draw):
        raise TypeError("nothing to draw from")
    drawn = dict.fromkeys(str(draw()) for _ in range(count))
    return tuple(text for text in drawn if not any(char.isdigit() for char in text))


def birth_and_code(number: int, seed: int) -> tuple[date, str]:
    """Give the day of birth and the identity code of the person of a number: temporary, and nobody else's here."""
    codes = BIRTH_DAYS * _TEMPORARY
    round_no, place = divmod(number, codes)
    day, individual = divmod((place * _STRIDE + seed) % codes, _TEMPORARY)
    birth = FIRST_BIRTH + timedelta(days=day)
    sign = _SIGNS[birth.year // 100][round_no]
    digits = f"{birth:%d%m%y}{900 + individual}"
    code = f"{digits[:6]}{sign}{digits[6:]}{_CHECK[int(digits) % len(_CHECK)]}"
    return birth, str(hetu.compact(code))


def number_of(person: int) -> str:
    """Give the telephone number of a person's number, as Finns write it."""
    return f"0{40 + person // 10_000_000 % 10} {person % 10_000_000:07}"


def reference_of(lease: int) -> str:
    """Give the reference number of a lease's number."""
    return ReferenceNumber.of_base(100_000 + lease).national


def chance(dice: random.Random, share: float) -> bool:
    """Tell, true in this share of all cases."""
    return dice.random() < share

"""What a person of a sample lives on, from one day to another: in the order in which a life goes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ADULT_YEARS = 18
LAST_DAY = date(2026, 10, 31)
"""The last day of which a sample tells what happened."""

_WORK = ("permanent",) * 6 + ("fixed_term", "part_time", "self_employed", "unemployed")
_YOUNG = (*_WORK, *("student",) * 8)
_YOUNG_YEARS = 26
_EUROS_PER_MONTH = {
    "permanent": ("salary", 2100, 5600),
    "fixed_term": ("salary", 1900, 3800),
    "part_time": ("salary", 900, 1900),
    "self_employed": ("other", 1200, 5200),
    "student": ("benefit", 280, 650),
    "unemployed": ("benefit", 650, 1500),
    "retired": ("pension", 950, 2700),
}
_PASSING = ("fixed_term", "student", "unemployed")
_WITHOUT_EMPLOYER = ("student", "unemployed", "retired")


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of one ``nature`` (of an ``EmploymentNature``) with its income; both days included, None goes on."""

    nature: str
    starts_on: date
    ends_on: date | None
    income: str
    euros_per_month: int

    @property
    def has_employer(self) -> bool:
        """Whether somebody employs the person."""
        return self.nature not in _WITHOUT_EMPLOYER


def birthday(birth: date, years: int) -> date:
    """Give the day on which somebody is so many years old; of a leap day the first of March."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)


def livelihood(dice: random.Random, birth: date, since: date) -> Iterator[Spell]:
    """Give what a grown-up lives on, as of a day and from then on, one time after the other without a gap."""
    pension = birthday(birth, 64 + dice.randrange(4))
    last_at_work = min(pension - timedelta(days=1), LAST_DAY)
    if since < pension:
        is_young = since < birthday(birth, _YOUNG_YEARS)
        nature = dice.choice(_YOUNG if is_young else _WORK)
        starts_on = max(birthday(birth, ADULT_YEARS), since - timedelta(days=dice.randrange(8 * 365)))
        ends_on = since + timedelta(days=dice.randrange(120, 1500)) if nature in _PASSING else LAST_DAY
        while ends_on < last_at_work:
            yield _spell(dice, nature, starts_on, ends_on)
            nature, starts_on, ends_on = "permanent", ends_on + timedelta(days=1), LAST_DAY
        yield _spell(dice, nature, starts_on, pension - timedelta(days=1) if pension <= LAST_DAY else None)
        if pension > LAST_DAY:
            return
    yield _spell(dice, "retired", pension, None)


def _spell(dice: random.Random, nature: str, starts_on: date, ends_on: date | None) -> Spell:
    income, least, most = _EUROS_PER_MONTH[nature]
    return Spell(nature, starts_on, ends_on, income, dice.randrange(least, most))

"""What invented persons live on: one time after the other, without a gap and without an end before a beginning."""

import random
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger_link.sampling.livelihood import ADULT_YEARS, LAST_DAY, birthday, livelihood

BIRTHS = st.dates(date(1930, 1, 1), date(2008, 1, 1))


@given(birth=BIRTHS, days_after=st.integers(0, 70 * 365), seed=st.integers(0, 10_000))
def test_spells_follow_one_another(birth: date, days_after: int, seed: int) -> None:
    since = min(birthday(birth, ADULT_YEARS) + timedelta(days=days_after), LAST_DAY)
    spells = list(livelihood(random.Random(seed), birth, since))  # noqa: S311 (no secret)
    assert spells[-1].ends_on is None
    for spell in spells:
        assert spell.ends_on is None or spell.starts_on <= spell.ends_on
    for one, after in pairwise(spells):
        assert one.ends_on is not None
        assert after.starts_on == one.ends_on + timedelta(days=1)


class Dice(random.Random):
    """Lets a fixed-term work, begun on the day asked about, end after a chosen number of days."""

    def __init__(self, days: int) -> None:
        super().__init__(0)
        self._days = days

    def choice(self, _seq: object) -> str:  # type: ignore[override]
        return "fixed_term"

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        if (start, stop) == (120, 1500):
            return self._days
        return super().randrange(start, stop, step) if stop is not None else 0


@given(days=st.integers(120, 1499))
def test_work_may_end_the_day_before_the_pension(days: int) -> None:
    """As one in a hundred thousand did: nobody begins anew on the day on which he retires."""
    birth = date(1955, 6, 1)
    spells = list(livelihood(Dice(days), birth, birthday(birth, 64) - timedelta(days=days + 1)))
    assert [spell.nature for spell in spells] == ["fixed_term", "retired"]

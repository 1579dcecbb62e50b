"""The linking rules as a table: who had the number on the day, and what follows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_link.link import LinkRule, LinkStatus
from ledger_link.rule import Holding, LeaseTerm, Match, match

DAY = date(2026, 11, 3)
NUMBER = "+358401000001"
LEASE_1 = LeaseTerm(lease_id=1, starts_on=date(2020, 1, 1), ends_on=None)
LEASE_2 = LeaseTerm(lease_id=2, starts_on=date(2020, 1, 1), ends_on=None)
ENDED_LEASE = LeaseTerm(lease_id=1, starts_on=date(2019, 1, 1), ends_on=date(2026, 11, 2))


def holding(person_id: int, *leases: LeaseTerm, first: date | None = None, last: date | None = None) -> Holding:
    return Holding(
        person_id=person_id, sort_name=f"person {person_id}", valid_from=first, valid_until=last, leases=leases
    )


CASES = [
    ("a tenant", [holding(1, LEASE_1)], LinkStatus.ONE, LinkRule.NUMBER_OF_LEASE_PARTY, (1,)),
    ("somebody without a lease", [holding(1)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    ("a lease that ended the day before", [holding(1, ENDED_LEASE)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    (
        "co-tenants",
        [holding(2, LEASE_1), holding(1, LEASE_1, LEASE_2)],
        LinkStatus.SEVERAL,
        LinkRule.NUMBER_SHARED_IN_LEASE,
        (1, 2),
    ),
    (
        "two leases, no guess by who lives somewhere",
        [holding(1, LEASE_1), holding(2, LEASE_2)],
        LinkStatus.SEVERAL,
        LinkRule.NUMBER_SHARED,
        (1, 2),
    ),
    ("one has a lease", [holding(1, LEASE_1), holding(2)], LinkStatus.SEVERAL, LinkRule.NUMBER_SHARED, (1, 2)),
    ("valid from this day", [holding(1, first=DAY)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    ("valid until this day", [holding(1, last=DAY)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    ("from the next day", [holding(1, first=date(2026, 11, 4))], LinkStatus.NONE, LinkRule.NUMBER_NOT_VALID_THEN, ()),
    ("until the day before", [holding(1, last=date(2026, 11, 2))], LinkStatus.NONE, LinkRule.NUMBER_NOT_VALID_THEN, ()),
    (
        "went from one to another",
        [holding(1, last=date(2026, 11, 2)), holding(2, first=DAY)],
        LinkStatus.ONE,
        LinkRule.NUMBER_OF_PERSON,
        (2,),
    ),
    ("had twice", [holding(1, first=DAY), holding(1)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    ("nobody", [], LinkStatus.NONE, LinkRule.NUMBER_UNKNOWN, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("holdings", "status", "rule", "person_ids"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_rules(holdings: list[Holding], status: LinkStatus, rule: LinkRule, person_ids: tuple[int, ...]) -> None:
    assert match(number=NUMBER, withheld=False, on=DAY, holdings=holdings) == Match(status, rule, person_ids)


def test_withheld_beats_everything() -> None:
    found = match(number=NUMBER, withheld=True, on=DAY, holdings=[holding(1, LEASE_1)])
    assert found == Match(LinkStatus.WITHHELD, LinkRule.WITHHELD)


def test_a_caller_without_a_number_is_nobody() -> None:
    assert match(number=None, withheld=False, on=DAY, holdings=[]) == Match(LinkStatus.NONE, LinkRule.NO_NUMBER)


DAYS = st.one_of(st.none(), st.dates(min_value=date(2026, 10, 1), max_value=date(2026, 12, 1)))
HOLDINGS = st.lists(
    st.builds(
        Holding,
        person_id=st.integers(1, 5),
        sort_name=st.text(max_size=3),
        valid_from=DAYS,
        valid_until=DAYS,
        leases=st.lists(st.sampled_from([LEASE_1, LEASE_2, ENDED_LEASE])).map(tuple),
    )
)


@given(HOLDINGS)
def test_status_counts_the_holders_of_the_day_whatever_their_order(holdings: list[Holding]) -> None:
    holders = {
        holding.person_id for holding in holdings if (holding.valid_from or DAY) <= DAY <= (holding.valid_until or DAY)
    }
    found = match(number=NUMBER, withheld=False, on=DAY, holdings=holdings)
    assert set(found.person_ids) == holders
    assert len(found.person_ids) == len(holders)
    assert found.status == (LinkStatus.NONE, LinkStatus.ONE, LinkStatus.SEVERAL)[min(len(holders), 2)]

"""The linking rules as a table: who had the number on the day, and what follows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_link.linking.link import CandidateRule, LinkRule, LinkStatus
from ledger_link.linking.rule import (
    MAX_EMPLOYEES,
    Employee,
    Evidence,
    Holding,
    LeaseTerm,
    Match,
    NumberRecord,
    Switchboard,
    match,
)

DAY = date(2026, 11, 3)
NUMBER = "+358401000001"
LEASE_1 = LeaseTerm(lease_id=1, starts_on=date(2020, 1, 1), ends_on=None)
LEASE_2 = LeaseTerm(lease_id=2, starts_on=date(2020, 1, 1), ends_on=None)
NEXT_LEASE = LeaseTerm(lease_id=4, starts_on=date(2026, 11, 4), ends_on=None)
ENDED_LEASE = LeaseTerm(lease_id=3, starts_on=date(2019, 1, 1), ends_on=date(2026, 11, 2))


def holding(person_id: int, *leases: LeaseTerm, first: date | None = None, last: date | None = None) -> Holding:
    return Holding(person_id=person_id, name=f"person {person_id}", valid_from=first, valid_until=last, leases=leases)


CASES = [
    ("a tenant", [holding(1, LEASE_1)], LinkStatus.ONE, LinkRule.NUMBER_OF_LEASE_PARTY, (1,)),
    ("somebody without a lease", [holding(1)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
    ("a lease that ended", [holding(1, ENDED_LEASE)], LinkStatus.NONE, LinkRule.NUMBER_OF_ENDED_LEASE, ()),
    ("ended and in force", [holding(1, ENDED_LEASE, LEASE_2)], LinkStatus.ONE, LinkRule.NUMBER_OF_LEASE_PARTY, (1,)),
    ("one ended, one to come", [holding(1, ENDED_LEASE, NEXT_LEASE)], LinkStatus.ONE, LinkRule.NUMBER_OF_PERSON, (1,)),
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
    found = match(number=NUMBER, withheld=False, on=DAY, record=NumberRecord(tuple(holdings)))
    assert (found.status, found.rule, found.person_ids) == (status, rule, person_ids)
    if status in {LinkStatus.ONE, LinkStatus.SEVERAL}:
        assert tuple(evidence.person_id for evidence in found.candidates) == person_ids


def test_withheld_beats_everything() -> None:
    record = NumberRecord((holding(1, LEASE_1),))
    found = match(number=NUMBER, withheld=True, on=DAY, record=record)
    assert found == Match(LinkStatus.WITHHELD, LinkRule.WITHHELD)


def test_a_caller_without_a_number_is_nobody() -> None:
    assert match(number=None, withheld=False, on=DAY) == Match(LinkStatus.NONE, LinkRule.NO_NUMBER)


SINCE, UNTIL = date(2021, 5, 1), date(2026, 10, 31)
WORK = Switchboard(
    organisation_id=7,
    valid_from=date(2020, 1, 1),
    valid_until=None,
    employees=(
        Employee(person_id=12, name="b", starts_on=SINCE, ends_on=None),
        Employee(person_id=11, name="a", starts_on=SINCE, ends_on=DAY),
        Employee(person_id=13, name="c", starts_on=SINCE, ends_on=UNTIL),
    ),
)
EVIDENCE = [
    (
        "a tenant, since when he has the number and the lease",
        NumberRecord((holding(1, LEASE_1, first=SINCE),)),
        (Evidence(1, CandidateRule.LEASE_PARTY, SINCE, None, LEASE_1.starts_on, None, lease_id=1),),
    ),
    (
        "the lease that began last speaks",
        NumberRecord((holding(1, LEASE_1, LeaseTerm(9, SINCE, None)),)),
        (Evidence(1, CandidateRule.LEASE_PARTY, None, None, SINCE, None, lease_id=9),),
    ),
    ("no lease", NumberRecord((holding(1, last=DAY),)), (Evidence(1, CandidateRule.PERSON, None, DAY),)),
    (
        "an ended lease may be chosen, and opens nothing",
        NumberRecord((holding(1, ENDED_LEASE),)),
        (Evidence(1, CandidateRule.ENDED_LEASE, None, None, ENDED_LEASE.starts_on, ENDED_LEASE.ends_on, lease_id=3),),
    ),
    (
        "who had the number before",
        NumberRecord((holding(2, last=UNTIL), holding(1, LEASE_1, last=UNTIL), holding(3, first=date(2027, 1, 1)))),
        (
            Evidence(1, CandidateRule.FORMER_NUMBER, None, UNTIL, LEASE_1.starts_on, None, lease_id=1),
            Evidence(2, CandidateRule.FORMER_NUMBER, None, UNTIL),
        ),
    ),
    (
        "a switchboard: its holder first, then who works there on the day",
        NumberRecord((holding(1),), (WORK,)),
        (
            Evidence(1, CandidateRule.PERSON),
            Evidence(11, CandidateRule.EMPLOYEE, WORK.valid_from, None, SINCE, DAY, organisation_id=7),
            Evidence(12, CandidateRule.EMPLOYEE, WORK.valid_from, None, SINCE, None, organisation_id=7),
        ),
    ),
]


@pytest.mark.parametrize(("record", "evidence"), [case[1:] for case in EVIDENCE], ids=[case[0] for case in EVIDENCE])
def test_evidence(record: NumberRecord, evidence: tuple[Evidence, ...]) -> None:
    assert match(number=NUMBER, withheld=False, on=DAY, record=record).candidates == evidence


def test_a_switchboard_is_nobodys_whoever_says_it_is_his() -> None:
    alone = Switchboard(organisation_id=7, valid_from=None, valid_until=None)
    found = match(number=NUMBER, withheld=False, on=DAY, record=NumberRecord((holding(1, LEASE_1),), (alone,)))
    assert (found.status, found.rule, found.person_ids) == (LinkStatus.NONE, LinkRule.NUMBER_OF_EMPLOYER, ())
    ended = Switchboard(organisation_id=7, valid_from=None, valid_until=UNTIL)
    found = match(number=NUMBER, withheld=False, on=DAY, record=NumberRecord((holding(1, LEASE_1),), (ended,)))
    assert (found.status, found.person_ids) == (LinkStatus.ONE, (1,))


def test_no_more_employees_are_offered_than_there_are_keys() -> None:
    many = tuple(Employee(number, f"{number:03}", SINCE, None) for number in range(100))
    record = NumberRecord(switchboards=(Switchboard(7, None, None, many),))
    candidates = match(number=NUMBER, withheld=False, on=DAY, record=record).candidates
    assert [evidence.person_id for evidence in candidates] == list(range(MAX_EMPLOYEES))


DAYS = st.one_of(st.none(), st.dates(min_value=date(2026, 10, 1), max_value=date(2026, 12, 1)))
HOLDINGS = st.lists(
    st.builds(
        Holding,
        person_id=st.integers(1, 5),
        name=st.text(max_size=3),
        valid_from=DAYS,
        valid_until=DAYS,
        leases=st.lists(st.sampled_from([LEASE_1, LEASE_2, NEXT_LEASE])).map(tuple),
    )
)


@given(HOLDINGS)
def test_status_counts_the_holders_of_the_day_whatever_their_order(holdings: list[Holding]) -> None:
    holders = {
        holding.person_id for holding in holdings if (holding.valid_from or DAY) <= DAY <= (holding.valid_until or DAY)
    }
    found = match(number=NUMBER, withheld=False, on=DAY, record=NumberRecord(tuple(holdings)))
    assert set(found.person_ids) == holders
    assert len(found.person_ids) == len(holders)
    assert found.status == (LinkStatus.NONE, LinkStatus.ONE, LinkStatus.SEVERAL)[min(len(holders), 2)]

"""What every customer register has to do, whoever answers: our own tables, and another register over HTTP.

The HTTP one is asked over a real connection; its server answers from a database of its own, and tells more of people
with a turvakielto than it should.
"""

from datetime import date

import pytest
from fixtures_register import add_call
from fixtures_register_asked import DAY, SWITCHBOARD, Asked, decision_of
from fixtures_rights import ALL_CALLS, HandClock, Office
from sqlalchemy import func, select

from calls.errors import NotFoundError
from ledger_link.linking.link import CandidateRule
from ledger_link.linking.link_decisions import Withdrawal
from ledger_link.linking.linker import link_call, link_of
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.numbers import undisclosed_among
from rights.access.tasks import Task
from rights.linking.customer_links import decide_link
from rights.linking.link_withdrawals import withdraw_link

PROTECTED = "+358401000027"  # of Salla, under a non-disclosure order in the sample register


@pytest.mark.parametrize(
    ("number", "told", "persons", "candidates"),
    [
        ("+358401000001", ("one", "number-of-lease-party"), ["Aino Virtanen"], [("Aino Virtanen", "LEASE_PARTY")]),
        (
            "+358401000002",
            ("several", "number-shared-in-lease"),
            ["Eero Korhonen", "Liisa Korhonen"],
            [("Eero Korhonen", "LEASE_PARTY"), ("Liisa Korhonen", "LEASE_PARTY")],
        ),
        ("+358401000040", ("one", "number-of-person"), ["Maj-Britt Sjöblom"], [("Maj-Britt Sjöblom", "PERSON")]),
        (
            SWITCHBOARD,
            ("none", "number-of-employer"),
            [],
            [("James Okafor", "EMPLOYEE"), ("Aino Virtanen", "EMPLOYEE")],
        ),
        ("+358401000999", ("none", "number-unknown"), [], []),
        (None, ("none", "no-number"), [], []),
    ],
)
def test_a_call_is_linked(
    asked: Asked, number: str | None, told: tuple[str, str], persons: list[str], candidates: list[tuple[str, str]]
) -> None:
    link = asked.link(number)
    assert (link.status, link.rule) == told
    assert [person.name for person in link.persons] == persons
    assert [(one.person.name, one.rule.name) for one in link.candidates] == candidates


def test_evidence_tells_the_days(asked: Asked) -> None:
    found = asked.link("+358401000002").candidates[0]
    assert (found.number_since, found.number_until) == (date(2018, 8, 15), None)
    assert (found.since, found.until) == (date(2018, 9, 1), None)
    assert asked.link(SWITCHBOARD).candidates[0].employer == "Satama Oy"


def test_the_same_person_is_one_row_however_often_he_is_told_of(asked: Asked) -> None:
    for _ in range(2):
        asked.link("+358401000001")
        asked.card("Aino Virtanen")
    with asked.database.read() as session:
        assert session.scalar(select(func.count()).where(PersonRow.person_no == "P-0001")) == 1


def test_a_card_is_of_a_day(asked: Asked) -> None:
    card = asked.card("Matti Nieminen", on=date(2019, 6, 3))
    assert (card.first_names, card.surname, card.on) == ("Matti Olavi", "Nieminen", date(2019, 6, 3))
    assert [number.number for number in card.numbers] == ["+358401000041"]
    assert [(lease.lease_no, lease.state.name) for lease in card.leases] == [
        ("V-1003", "CURRENT"),
        ("V-1004", "COMING"),
    ]
    assert card.leases[0].address == "Tallenteentie 4 A 3, 00990 Helsinki"
    card = asked.card("Liisa Korhonen")
    assert [other.person.name for other in card.leases[0].others] == ["Eero Korhonen"]


def test_nobody_unknown_has_a_card(asked: Asked) -> None:
    with asked.database.begin() as session, pytest.raises(NotFoundError):
        asked.register(session).card_of(2**31 - 1, on=DAY)


def test_persons_are_found_by_name_and_number(asked: Asked) -> None:
    with asked.database.begin() as session:
        register = asked.register(session)

        def names(text: str, limit: int = 20) -> list[str]:
            return [hit.person.name for hit in register.find_persons(text, on=DAY, limit=limit)]

        assert names("korhonen") == ["Eero Korhonen", "Liisa Korhonen"]
        assert names("korhonen", 1) == ["Eero Korhonen"]
        assert names("040 1000001") == ["Aino Virtanen"]
        assert names("Xylander") == names("  ") == []
        hit = register.find_persons("aino maria", on=DAY)[0]
        assert hit.addresses == ("Tallenteentie 4 A 1, 00990 Helsinki",)


def test_a_turvakielto_hides_whatever_the_register_tells(asked: Asked) -> None:
    link = asked.link(PROTECTED)
    assert link.non_disclosure
    protected = link.persons[0]
    with asked.database.begin() as session:
        register = asked.register(session)
        card = register.card_of(protected.id, on=DAY)
        hits = register.find_persons(protected.name, on=DAY)
        assert undisclosed_among(session, {PROTECTED}) == {PROTECTED}
    assert card.numbers == ()
    assert [lease.address for lease in card.leases] == [None] * len(card.leases)
    assert [hit.addresses for hit in hits if hit.person.id == protected.id] == [()]
    for other in {other.person.name for lease in card.leases for other in lease.others}:
        addresses = {lease.lease_no: lease.address for lease in asked.card(other).leases}
        assert {addresses[lease.lease_no] for lease in card.leases} == {None}


def test_a_candidate_never_tells_where_a_protected_person_works(asked: Asked) -> None:
    assert not any(candidate.person.non_disclosure for candidate in asked.link(SWITCHBOARD).candidates)
    assert {one.rule for one in asked.link(SWITCHBOARD).candidates} == {CandidateRule.EMPLOYEE}


def test_a_withdrawn_decision_leaves_the_call_to_the_register(asked: Asked, hand_clock: HandClock) -> None:
    office = Office(asked.database, hand_clock)
    actor = office.actor(office.add_account("olli", *ALL_CALLS, Task.LINK_CUSTOMERS))
    with asked.database.begin() as session:
        call = add_call(session, "+358401000002")
        link_call(session, call, register=asked.register, clock=hand_clock)
        call_id, by_rule = call.id, link_of(session, call.id)
    decide_link(asked.database, actor, call_id, [by_rule.persons[1].id], clock=hand_clock)
    seen = decision_of(asked.database, call_id)
    for outcome in (Withdrawal.DONE, Withdrawal.NOTHING):
        came_of_it = withdraw_link(asked.database, actor, call_id, seen, register=asked.register, clock=hand_clock)
        assert came_of_it is outcome
    with asked.database.read() as session:
        assert link_of(session, call_id) == by_rule

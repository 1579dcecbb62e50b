"""Whom the rules offer for a call, and what speaks for each."""

from datetime import UTC, date, datetime

from fixtures_linking import CLOCK, facts, new_call
from fixtures_register import person_id
from sqlalchemy import select, text

from ledger_link.linking.link import CandidateRule
from ledger_link.linking.link_decisions import decide
from ledger_link.linking.linker import link_of
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.persons import PersonRow
from storage.database.engine import Database

ANSWERING = "+358102229999"


def employ(database: Database, *person_nos: str) -> None:
    """Make persons work where ANSWERING is the switchboard."""
    with database.begin() as session:
        firm = OrganisationRow(
            organisation_no="Y-1", name="Satama Oy", business_id_valid=False, search_name="satama oy"
        )
        session.add(firm)
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=firm.id, e164=ANSWERING, raw=ANSWERING))
        for person_no in person_nos:
            session.add(
                EmploymentRow(
                    person_id=person_id(session, person_no),
                    employer_name="Satama Oy",
                    organisation_id=firm.id,
                    occupation="",
                    nature="permanent",
                    starts_on=date(2020, 1, 1),
                )
            )


def offered(database: Database, call_id: str) -> list[tuple[str, CandidateRule, str | None, str | None]]:
    with database.read() as session:
        return [(one.person.name, one.rule, one.lease_no, one.employer) for one in link_of(session, call_id).candidates]


def test_candidates_are_kept_with_what_speaks_for_them(register: Database) -> None:
    employ(register, "P-0001", "P-0006")
    shared, formerly, at_work = (new_call(register, number) for number in ("+358401000002", "+358401000041", ANSWERING))
    passed_on = new_call(register, "+358401000041", at=datetime(2020, 6, 1, 9, 0, tzinfo=UTC))
    assert offered(register, shared) == [
        ("Eero Korhonen", CandidateRule.LEASE_PARTY, "V-1002", None),
        ("Liisa Korhonen", CandidateRule.LEASE_PARTY, "V-1002", None),
    ]
    assert [name for name, *_ in offered(register, formerly)] == ["Pekka Virtanen"]
    assert offered(register, passed_on) == [("Matti Nieminen", CandidateRule.FORMER_NUMBER, "V-1004", None)]
    assert offered(register, at_work) == [
        ("James Okafor", CandidateRule.EMPLOYEE, None, "Satama Oy"),
        ("Aino Virtanen", CandidateRule.EMPLOYEE, None, "Satama Oy"),
    ]
    assert facts(register, at_work) == ("none", "number-of-employer", [])
    with register.read() as session:
        first = link_of(session, shared).candidates[0]
    assert (first.number_since, first.since, first.until) == (date(2018, 8, 15), date(2018, 9, 1), None)


def test_nobody_with_a_turvakielto_is_told_to_work_somewhere(register: Database) -> None:
    with register.read() as session:
        protected = session.scalars(select(PersonRow.person_no).where(PersonRow.non_disclosure)).all()
    employ(register, *protected)
    assert offered(register, new_call(register, ANSWERING)) == []


def test_nor_is_who_got_a_turvakielto_after_somebody_decided(register: Database) -> None:
    """A decided call keeps its candidates, whatever becomes of them."""
    employ(register, "P-0001", "P-0006")
    call_id = new_call(register, ANSWERING)
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0006")], decided_by="sanna", clock=CLOCK)
        session.execute(text("UPDATE persons SET non_disclosure = true WHERE person_no = 'P-0001'"))
    assert offered(register, call_id) == [("James Okafor", CandidateRule.EMPLOYEE, None, "Satama Oy")]


def test_the_number_of_an_ended_lease_opens_nothing(register: Database) -> None:
    with register.begin() as session:
        session.execute(text("UPDATE leases SET ends_on = '2026-10-31' WHERE lease_no = 'V-1001'"))
    call_id = new_call(register, "+358401000001")
    assert facts(register, call_id) == ("none", "number-of-ended-lease", [])
    assert offered(register, call_id) == [("Aino Virtanen", CandidateRule.ENDED_LEASE, "V-1001", None)]


def test_candidates_stay_when_somebody_decides(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    before = offered(register, call_id)
    for chosen in (["P-0003"], [], ["P-0002", "P-0003"]):
        with register.begin() as session:
            persons = [person_id(session, person_no) for person_no in chosen]
            decide(session, call_id, persons, decided_by="sanna", clock=CLOCK)
        assert offered(register, call_id) == before

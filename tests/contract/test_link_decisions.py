"""What people decide about calls, on a real register: kept for ever, standing until withdrawn."""

from datetime import date
from threading import Barrier, Thread

import pytest
from fixtures_linking import CLOCK, facts, new_call, relink_all
from fixtures_register import add_call, person_id
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from calls.errors import BadDataError, NotFoundError
from ledger_link.linking.call_subjects import subjects_of_link, subjects_of_persons
from ledger_link.linking.link import LinkRule, LinkStatus
from ledger_link.linking.link_decisions import decide, decisions_of
from ledger_link.linking.linker import link_call, link_of
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeaseRow
from storage.database.engine import Database


def test_decisions_win_and_are_kept_with_who_and_when(register: Database) -> None:
    call_id = new_call(register, "+358401000002")
    with register.begin() as session:
        eero, liisa = person_id(session, "P-0002"), person_id(session, "P-0003")
        decide(session, call_id, [liisa], decided_by="sanna", clock=CLOCK)
    first_at = CLOCK.now()
    CLOCK.advance(minutes=5)
    with register.begin() as session:
        decide(session, call_id, [], decided_by="trainer", clock=CLOCK)
    with register.begin() as session:
        decide(session, call_id, [liisa, eero, liisa], decided_by="trainer", clock=CLOCK)
    with register.read() as session:
        link = link_of(session, call_id)
        history = decisions_of(session, call_id)
    assert (link.status, link.rule, link.decided_by) == (LinkStatus.SEVERAL, LinkRule.DECIDED, "trainer")
    assert link.decided_at == CLOCK.now()
    assert [person.name for person in link.persons] == ["Liisa Korhonen", "Eero Korhonen"]
    assert [([person.name for person in entry.persons], entry.decided_by) for entry in history] == [
        (["Liisa Korhonen"], "sanna"),
        ([], "trainer"),
        (["Liisa Korhonen", "Eero Korhonen"], "trainer"),
    ]
    assert history[0].decided_at == first_at
    assert link.to_json()["persons"] == [{"id": liisa, "name": "Liisa Korhonen"}, {"id": eero, "name": "Eero Korhonen"}]


def test_the_archive_linking_again_leaves_a_decision_alone(register: Database) -> None:
    with register.begin() as session:
        call = add_call(session, "+358401000001")
        decide(session, call.id, [], decided_by="sanna", clock=CLOCK)  # before it was ever linked
    with register.begin() as session:
        session.add(call)
        link_call(session, call, clock=CLOCK)
    assert facts(register, call.id) == ("none", "decided", [])


def test_decisions_that_cannot_be_are_refused(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        with pytest.raises(NotFoundError, match="no such call"):
            decide(session, "0199a1b2-0000-7000-8000-00000000dead", [], decided_by="sanna", clock=CLOCK)
        with pytest.raises(NotFoundError, match=r"777: no such person"):
            decide(session, call_id, [777], decided_by="sanna", clock=CLOCK)
        with pytest.raises(BadDataError, match="the one who decides"):
            decide(session, call_id, [], decided_by=" ", clock=CLOCK)
        assert decisions_of(session, call_id) == ()


def test_a_rule_and_a_person_cannot_write_past_each_other(register: Database) -> None:
    """Relinks run all the time while somebody decides: after the decision nothing else is ever seen."""
    call_id = new_call(register, "+358401000001")
    start = Barrier(2)
    faults: list[BaseException] = []

    def relinking() -> None:
        try:
            start.wait()
            for round_number in range(15):
                with register.begin() as session:  # makes the rules find somebody else each time
                    last = "'2020-01-01'" if round_number % 2 else "NULL"
                    session.execute(
                        text(f"UPDATE phone_numbers SET valid_until = {last} WHERE e164 = '+358401000001'")  # noqa: S608
                    )
                relink_all(register)
        except BaseException as error:  # noqa: BLE001 (told to the test)
            faults.append(error)

    thread = Thread(target=relinking)
    thread.start()
    start.wait()
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0006")], decided_by="sanna", clock=CLOCK)
    thread.join()
    assert faults == []
    assert facts(register, call_id) == ("one", "decided", ["James Okafor"])


def test_a_call_is_about_a_lease_an_apartment_and_a_fault(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1001")).one()
        fault = FaultReportRow(
            fault_no="F-1", apartment_id=lease.apartment_id, reported_on=date(2026, 11, 1), subject="Hana", state="open"
        )
        session.add(fault)
        session.flush()
        about = {"lease_id": lease.id, "apartment_id": lease.apartment_id, "fault_report_id": fault.id}
        decide(session, call_id, [person_id(session, "P-0001")], decided_by="sanna", clock=CLOCK, **about)
        link = link_of(session, call_id)
        assert {name: getattr(link, name) for name in about} == about
        assert {name: getattr(decisions_of(session, call_id)[0], name) for name in about} == about
        subjects = subjects_of_link(session, **about)
    assert [subject.address for subject in subjects.leases] == ["Tallenteentie 4 A 1, 00990 Helsinki"]
    assert [subject.subject for subject in subjects.faults] == ["Hana"]
    with register.begin() as session:
        for name in about:
            with pytest.raises(NotFoundError, match=r"999: no such"):
                decide(session, call_id, [], decided_by="sanna", clock=CLOCK, **{name: 999})
    with register.begin() as session:
        session.execute(text("UPDATE persons SET non_disclosure = TRUE WHERE person_no = 'P-0001'"))
        hidden, kept = subjects_of_link(session, **about), link_of(session, call_id)
        offered_then = subjects_of_persons(session, [person_id(session, "P-0001")], on=date(2026, 11, 3))
    for told in (hidden, offered_then):
        assert [subject.address for subject in told.leases] == [None]
    assert [(subject.address, subject.apartment_no) for subject in hidden.apartments] == [(None, None)]
    assert [subject.subject for subject in hidden.faults] == [None]
    assert (offered_then.apartments, offered_then.faults) == ((), ())
    assert (kept.lease_id, kept.apartment_id, kept.fault_report_id) == (about["lease_id"], None, None)


APPEND_ONLY = (
    "UPDATE link_decisions SET decided_by = 'somebody'",
    "UPDATE link_decision_persons SET position = 3",
    "DELETE FROM link_decisions",
    "DELETE FROM link_decision_persons",
)


def test_decisions_only_grow(register: Database) -> None:
    call_id = new_call(register, "+358401000001")
    with register.begin() as session:
        decide(session, call_id, [person_id(session, "P-0001")], decided_by="sanna", clock=CLOCK)
    own = {
        "sqlite": ("INSERT OR REPLACE INTO link_decisions SELECT * FROM link_decisions",),
        "postgresql": ("TRUNCATE link_decisions CASCADE", "TRUNCATE link_decision_persons"),
    }
    for statement in (*APPEND_ONLY, *own[register.engine.dialect.name]):
        with pytest.raises(IntegrityError, match="append-only"), register.begin() as session:
            session.execute(text(statement))
    with register.read() as session:
        assert [entry.decided_by for entry in decisions_of(session, call_id)] == ["sanna"]


def test_an_erased_call_takes_its_links_and_decisions_with_it(register: Database) -> None:
    erased, other = new_call(register, "+358401000002"), new_call(register, "+358401000002")
    for call_id in (erased, other):
        with register.begin() as session:
            decide(session, call_id, [person_id(session, "P-0002")], decided_by="sanna", clock=CLOCK)
    with register.begin() as session:
        session.execute(text("DELETE FROM calls WHERE id = :id"), {"id": erased})
    tables = ("call_links", "call_link_persons", "call_candidates", "link_decisions")
    with register.read() as session:
        for table in tables:
            left = session.scalars(text(f"SELECT DISTINCT call_id FROM {table}")).all()  # noqa: S608
            assert left == [other], table
        assert session.scalar(text("SELECT count(*) FROM link_decision_persons")) == 1

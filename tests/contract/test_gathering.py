"""What a case gathers about its subject, from the sample register and an office's calls."""

from datetime import UTC, date, datetime

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_register import REGISTER_KEYS
from fixtures_rights import HandClock, Office
from sqlalchemy import select

from ledger_link.tables.charges import ChargeRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow
from privacy.cases.case import row_of
from privacy.cases.case_calls import choose_call
from privacy.cases.case_words import CaseKind, Channel, IdentityMethod, Outcome
from privacy.cases.gathered import FactKind, Gathered, StaffAlias, SubjectKind
from privacy.cases.gathering import gather
from privacy.cases.handlers import handled_row
from privacy.cases.handling import add_note, decide
from privacy.cases.intake import open_case, subject_in_register
from privacy.cases.subject_notes import add_subject_note
from privacy.cases.words import fact_said, heading, label
from rights.access.tasks import Task
from rights.calls.viewing import view_call
from rights.register.register_view import view_person
from storage.database.calls import AgentRow
from storage.database.engine import Database


def gathered(desk: PrivacyDesk, case_no: str) -> Gathered:
    with desk.office.database.read() as session:
        return gather(session, REGISTER_KEYS, case_no, clock=desk.office.clock)


def test_a_customers_calls_notes_and_look_ups_are_gathered_and_staff_has_no_names(desk: PrivacyDesk) -> None:
    office = desk.office
    own = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    left = office.add_call(agent_id=office.mikko_id, caller_e164=NUMBER)
    clerk = office.actor(office.add_account("tiina", Task.VIEW_REGISTER, Task.VIEW_CALLS))
    view_person(office.database, clerk, desk.aino_id, on=desk.today, clock=office.clock)
    view_call(office.database, clerk, own, clock=office.clock)
    case = desk.open(CaseKind.RECTIFICATION)
    with office.database.begin() as session:
        row = handled_row(session, desk.officer, case.case_no)
        choose_call(session, row, left, is_included=False, reason="Toisen", by=desk.officer, clock=office.clock)
        decide(session, case.case_no, outcome=Outcome.GRANTED, reasons="Virhe.", by=desk.officer, clock=office.clock)
        add_subject_note(session, case.case_no, text="Oikea", call_id=own, by=desk.officer, clock=office.clock)
        add_subject_note(session, case.case_no, text="Nimi", by=desk.officer, clock=office.clock)
    told = gathered(desk, case.case_no)
    assert (told.subject_kind, told.subject_name) == (SubjectKind.CUSTOMER, "Aino Virtanen")
    [call] = told.calls
    assert (call.call_id, call.number) == (own, NUMBER)
    assert call.audio is not None
    assert call.audio.sha256 == "a" * 64
    assert [note.text for note in call.notes] == ["Oikea"]
    assert [note.text for note in told.notes] == ["Nimi"]
    assert [one.reasons for one in told.cases] == ["Virhe."]
    assert call.answered_by is not None
    aliases = {look.by.number for look in told.look_ups if isinstance(look.by, StaffAlias)}
    assert {look.what for look in told.look_ups} >= {"register-page-shown", "call-shown"}
    assert aliases <= {1, 2, 3}
    everything = f"{[[fact.value for fact in entry] for one in told.sections for entry in one.entries]}{told.look_ups}"
    for name in ("Sanna", "Mikko", "tiina", "Tiina", "outi", "Outi"):
        assert name not in everything


def test_an_employee_gets_his_calls_without_the_customers_and_learns_who_listened_by_number(
    desk: PrivacyDesk,
) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    sanna = office.actor(office.add_account("sanna", Task.VIEW_CALLS, agent_id=office.sanna_id))
    trainer = office.actor(office.add_account("tiina", Task.VIEW_CALLS))
    view_call(office.database, sanna, call_id, clock=office.clock)
    view_call(office.database, trainer, call_id, clock=office.clock)
    told = gathered(desk, desk.open(agent_id=office.sanna_id).case_no)
    [call] = told.calls
    assert (call.number, call.answered_by) == (None, None)  # the customer's data is another's; she answered herself
    assert [look.by for look in told.look_ups] == [StaffAlias(1)]
    assert {one.name for one in told.sections} >= {"agent", "account", "permissions", "own_actions"}
    values = {fact.value for one in told.sections for entry in one.entries for fact in entry}
    assert "sanna" in values
    assert NUMBER not in values
    with office.database.read() as session:
        ha1 = session.get_one(AgentRow, office.sanna_id).ha1
    assert ha1 not in values


@pytest.fixture
def registered(register: Database, hand_clock: HandClock) -> PrivacyDesk:
    """A desk over the sample register."""
    hand_clock.moment = datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
    return PrivacyDesk(Office(register, hand_clock))


def open_for(desk: PrivacyDesk, person_id: int) -> str:
    with desk.office.database.begin() as session:
        return open_case(
            session,
            subject_in_register(session, person_id),
            kind=CaseKind.ACCESS,
            channel=Channel.MAIL,
            received_on=desk.today,
            request="Kaikki",
            language="fi",
            identity=IdentityMethod.DOCUMENT_SHOWN,
            by=desk.officer,
            clock=desk.office.clock,
        ).case_no


def test_everybody_of_the_register_gets_what_is_his_and_every_word_is_known(registered: PrivacyDesk) -> None:
    with registered.office.database.read() as session:
        persons = session.scalars(select(PersonRow).order_by(PersonRow.id)).all()
        addresses = dict(session.execute(select(LeasePartyRow.person_id, LeasePartyRow.lease_id)).all())
    assert persons
    assert addresses
    names: set[str] = set()
    for person in persons:
        told = gathered(registered, open_for(registered, person.id))
        by_name = {one.name: one for one in told.sections}
        own = {fact.name: fact.value for fact in by_name["person"].entries[0]}
        assert own["person_no"] == person.person_no
        assert (own["identity_code"] is None) == (person.identity_code_sealed is None)
        names |= set(by_name)
        for section in told.sections:
            for language in ("fi", "sv", "en"):
                assert heading(section.name, language)
            for entry in section.entries:
                for fact in entry:
                    assert label(fact.name, "fi")
                    said = fact_said(section.name, fact, "sv")
                    is_said = fact.kind is not FactKind.CODE or fact.value is None or said != fact.value
                    assert is_said, (section.name, fact.name, fact.value)
    assert names >= {"numbers", "leases", "ledger", "rents", "deposits", "contacts", "incomes", "employments"}


def test_a_copy_never_tells_where_another_lives_who_may_not_be_told_of(registered: PrivacyDesk) -> None:
    """Whoever shares a lease with a protected person gets no address of it; the protected person gets his own."""
    with registered.office.database.read() as session:
        protected = session.scalars(select(PersonRow).where(PersonRow.non_disclosure)).all()
        assert protected
        shared = {
            other
            for person in protected
            for other in session.scalars(
                select(LeasePartyRow.person_id).where(
                    LeasePartyRow.lease_id.in_(
                        select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id == person.id)
                    ),
                    LeasePartyRow.person_id.not_in([one.id for one in protected]),
                )
            )
        }
        leases = set(
            session.scalars(
                select(LeasePartyRow.lease_id).where(LeasePartyRow.person_id.in_([one.id for one in protected]))
            )
        )
        assert leases
    with_leases = 0
    for person in protected:
        told = gathered(registered, open_for(registered, person.id))
        by_name = {one.name: one for one in told.sections}
        if "leases" not in by_name:
            continue
        with_leases += 1
        own = [fact.value for entry in by_name["leases"].entries for fact in entry if fact.name == "address"]
        assert any(own), "his own address is his own data"
    assert with_leases
    for person_id in shared:
        told = gathered(registered, open_for(registered, person_id))
        by_name = {one.name: one for one in told.sections}
        assert by_name["leases"].hides_others
        assert any(
            fact.value is None for entry in by_name["leases"].entries for fact in entry if fact.name == "address"
        )
        for one in protected:
            assert one.name not in f"{[[fact.value for fact in entry] for entry in by_name['leases'].entries]}"


def test_who_is_not_in_the_register_has_an_empty_answer(desk: PrivacyDesk) -> None:
    case_no = desk.open().case_no
    with desk.office.database.begin() as session:
        row = handled_row(session, desk.officer, case_no, for_change=True)
        row.person_id = row.person_no = None
    told = gathered(desk, case_no)
    assert (told.sections, told.calls, told.look_ups) == ((), (), ())
    assert [one.case_no for one in told.cases] == [case_no]


def test_another_who_got_the_id_of_a_deleted_person_is_not_the_subject(desk: PrivacyDesk) -> None:
    desk.office.add_call(agent_id=desk.office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open().case_no
    with desk.office.database.begin() as session:
        session.get_one(PersonRow, desk.aino_id).person_no = "P-somebody-else"
    told = gathered(desk, case_no)
    assert (told.sections, told.look_ups) == ((), ())
    assert told.subject_name == "Aino Virtanen"


def test_who_got_the_id_of_a_person_that_is_gone_stands_in_no_copy_of_his(desk: PrivacyDesk) -> None:
    office = desk.office
    theirs = desk.open(CaseKind.RECTIFICATION).case_no
    with office.database.begin() as session:
        decide(session, theirs, outcome=Outcome.GRANTED, reasons="Oikein.", by=desk.officer, clock=office.clock)
        add_subject_note(session, theirs, text="Ainon merkintä", by=desk.officer, clock=office.clock)
    case_no = desk.open().case_no
    with office.database.begin() as session:  # as if the case were of somebody who had the id before Aino
        row_of(session, case_no).person_no = "P0"
    found = gathered(desk, case_no)
    assert [one.case_no for one in found.cases] == [case_no]
    assert (found.notes, found.sections, found.look_ups) == ((), (), ())


def test_what_came_to_a_lease_after_somebody_left_it_is_not_in_his_copy(registered: PrivacyDesk) -> None:
    def lines(person_id: int) -> list[tuple[object, object]]:
        told = {one.name: one for one in gathered(registered, open_for(registered, person_id)).sections}
        facts = [{fact.name: fact.value for fact in entry} for entry in told["ledger"].entries]
        return [(one["lease_no"], one["on"]) for one in facts]

    with registered.office.database.read() as session:
        lease = session.scalars(
            select(LeaseRow).join(ChargeRow, ChargeRow.lease_id == LeaseRow.id).where(LeaseRow.ends_on.is_(None))
        ).first()
        assert lease is not None
        lease_id, lease_no = lease.id, lease.lease_no
        person_id = session.scalars(select(LeasePartyRow.person_id).where(LeasePartyRow.lease_id == lease_id)).first()
        assert person_id is not None
    days = sorted(day for number, day in lines(person_id) if number == lease_no and isinstance(day, date))
    middle = days[len(days) // 2]
    assert days[-1] > middle
    with registered.office.database.begin() as session:
        parties = LeasePartyRow.lease_id == lease_id, LeasePartyRow.person_id == person_id
        for party in session.scalars(select(LeasePartyRow).where(*parties)):
            party.ends_on = middle
    left = sorted(day for number, day in lines(person_id) if number == lease_no and isinstance(day, date))
    assert left == [day for day in days if day <= middle]


def test_what_was_asked_and_what_its_handlers_noted_is_told(desk: PrivacyDesk) -> None:
    case_no = desk.open().case_no
    with desk.office.database.begin() as session:
        add_note(session, case_no, text="Soitettu Ainolle.", by=desk.officer, clock=desk.office.clock)
    (case,) = gathered(desk, case_no).cases
    assert case.request == "Haluan nähdä tietoni."
    assert [note.text for note in case.notes] == ["Soitettu Ainolle."]

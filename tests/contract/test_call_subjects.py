"""What a call may be about: offered, kept, audited, and not telling where somebody with a turvakielto lives."""

import json
import re
from datetime import date
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, OWN_CALLS
from fixtures_statement import EMAIL, NUMBER, STREET, Statement, StatementMaker
from fixtures_web import Viewer
from sqlalchemy import delete, select

from calls.errors import NotFoundError
from ledger_link.linking.call_subjects import subjects_of_link
from ledger_link.linking.link_decisions import decide
from ledger_link.linking.linker import link_of
from ledger_link.tables.buildings import ApartmentRow
from ledger_link.tables.call_links import CallCandidateRow
from ledger_link.tables.fault_reports import FaultReportRow, FaultState
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.calls.viewing import view_call_with_cards
from rights.linking.customer_links import decide_link, view_links
from rights.tables import AuditRow

MOVED_OUT = date(2026, 3, 1)


@pytest.fixture
def protected(make_statement: StatementMaker) -> Statement:
    return make_statement(non_disclosure=True)


def linker(made: Statement, login: str = "linker") -> Actor:
    return made.actor(login, *ALL_CALLS, Task.LINK_CUSTOMERS)


def fault_of(made: Statement, subject: str, *, person_id: int | None, apartment_id: int | None = None) -> int:
    with made.office.database.begin() as session:
        row = FaultReportRow(
            fault_no=f"F-{subject[:20]}",
            apartment_id=apartment_id or made.apartment_id,
            person_id=person_id,
            reported_on=date(2026, 4, 1),
            subject=subject,
            state=FaultState.OPEN,
        )
        session.add(row)
        session.flush()
        return row.id


def lease_of(made: Statement, person_id: int, *, apartment_id: int | None = None) -> int:
    """Give a person a lease from the day after Helmi moved out, of the same home unless told."""
    with made.office.database.begin() as session:
        home = apartment_id or made.apartment_id
        lease = LeaseRow(lease_no=f"V-NEW-{person_id}", apartment_id=home, starts_on=date(2026, 3, 2))
        session.add(lease)
        session.flush()
        session.add(LeasePartyRow(lease_id=lease.id, person_id=person_id, role=PartyRole.TENANT))
        return lease.id


def another_home(made: Statement) -> int:
    with made.office.database.begin() as session:
        building_id = session.get_one(ApartmentRow, made.apartment_id).building_id
        home = ApartmentRow(apartment_no="T-73-C1", building_id=building_id, entrance="C", door_number=1, sub_letter="")
        session.add(home)
        session.flush()
        return home.id


def end_the_lease(made: Statement) -> None:
    with made.office.database.begin() as session:
        session.get_one(LeaseRow, made.lease_id).ends_on = MOVED_OUT


def persons_audited(made: Statement, action: Action) -> list[list[int]]:
    with made.office.database.read() as session:
        rows = session.scalars(select(AuditRow.detail).where(AuditRow.action == action).order_by(AuditRow.id))
        return [json.loads(detail or "{}")["persons"] for detail in rows]


def test_a_home_of_the_past_is_told_no_more_than_one_of_today(protected: Statement) -> None:
    """Helmi's lease has ended, and Osmo stays in the same home by a new one: its address is hers all the same."""
    end_the_lease(protected)
    office, who, osmo = protected.office, linker(protected), protected.osmo_id
    new_lease = lease_of(protected, osmo)
    fault_of(protected, "Hana tippuu", person_id=osmo)
    viewed = view_links(office.database, who, protected.sannas_call, beside=[osmo], clock=office.clock)
    assert STREET not in repr(viewed)
    assert [lease.address for lease in viewed.choices.leases] == [None, None]
    assert (viewed.choices.apartments, viewed.choices.faults) == ((), ())
    for person_id, lease_id in ((protected.helmi_id, protected.lease_id), (osmo, new_lease)):
        decide_link(office.database, who, protected.sannas_call, [person_id], lease_id=lease_id, clock=office.clock)
        shown = view_call_with_cards(office.database, who, protected.sannas_call, clock=office.clock)
        assert [lease.address for lease in shown.subjects.leases] == [None]
        assert STREET not in repr(shown)


def test_a_home_that_becomes_hidden_leaves_the_links_that_name_it(statement: Statement) -> None:
    """What was said before the turvakielto came is kept, and told no more: not even by its key."""
    made, office = statement, statement.office
    fault = fault_of(made, "Hana tippuu", person_id=made.helmi_id)
    about = {"lease_id": made.lease_id, "apartment_id": made.apartment_id, "fault_report_id": fault}
    with office.database.begin() as session:
        decide(session, made.sannas_call, [made.osmo_id], decided_by="tiina", clock=office.clock, **about)
        assert link_of(session, made.sannas_call).to_json()["apartment_id"] == made.apartment_id
        session.get_one(PersonRow, made.helmi_id).non_disclosure = True
    with office.database.read() as session:
        told = link_of(session, made.sannas_call).to_json()
        hidden = subjects_of_link(session, **about)
    assert (told["apartment_id"], told["fault_report_id"]) == (None, None)
    assert (hidden.leases[0].address, hidden.apartments[0].address, hidden.faults[0].subject) == (None, None, None)
    shown = view_call_with_cards(office.database, linker(made), made.sannas_call, clock=office.clock)
    assert (shown.subjects.apartments, shown.subjects.faults) == ((), ())


def test_no_page_gives_the_key_of_a_hidden_home(viewer: Viewer, make_statement: StatementMaker) -> None:
    made = make_statement(non_disclosure=True)
    browser = viewer.browser("leena", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=made.office.sanna_id)
    page = browser.get(f"/calls/{made.sannas_call}/customer").text
    offered = re.findall(r'<option value="(\d+)">([^<]*)</option>', page)
    assert offered == [(str(made.lease_id), "V-7300")]
    form = {"persons": made.helmi_id, "do": "link", "apartment": made.apartment_id}
    assert browser.post(f"/calls/{made.sannas_call}/customer", form).status_code == HTTPStatus.NOT_FOUND
    link = browser.get(f"/api/calls/{made.sannas_call}").get_json()["link"]
    assert (link["decided_by"], link["apartment_id"], link["fault_report_id"]) == (None, None, None)


@pytest.mark.parametrize(
    "subject",
    ["Helmi Kirjava, soita 040 1000731", "vesi valuu Helmi Kirjavalla", f"kirjoita {EMAIL}", f"avain {NUMBER}"],
)
def test_words_about_a_fault_tell_of_nobody_who_is_hidden(protected: Statement, subject: str) -> None:
    """Osmo has moved to a home of his own, and his faults there name her with whom he lived."""
    office, osmo = protected.office, protected.osmo_id
    end_the_lease(protected)
    home = another_home(protected)
    lease_of(protected, osmo, apartment_id=home)
    faults = [fault_of(protected, text, person_id=osmo, apartment_id=home) for text in (subject, "Hana tippuu")]
    viewed = view_links(office.database, linker(protected), protected.sannas_call, beside=[osmo], clock=office.clock)
    assert [one.id for one in viewed.choices.apartments] == [home]
    assert {one.id: one.subject for one in viewed.choices.faults} == dict(
        zip(faults, ("***", "Hana tippuu"), strict=True)
    )


def test_who_is_chosen_besides_is_audited(statement: Statement) -> None:
    made, office = statement, statement.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164="+358409999999")
    viewed = view_links(
        office.database, linker(made), call_id, beside=[made.osmo_id, 99_999, 2**40], clock=office.clock
    )
    assert [lease.id for lease in viewed.choices.leases] == [made.lease_id]
    assert persons_audited(made, Action.CALL_SHOWN) == [[made.osmo_id]]


def test_what_is_nobodys_of_the_call_cannot_be_what_it_was_about(statement: Statement) -> None:
    """Or else any home and any fault could be read by saying that a call was about it."""
    made, office, who = statement, statement.office, linker(statement)
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164="+358409999999")
    fault = fault_of(made, "Hana tippuu", person_id=None)
    stranger = office.add_person("Salla", "Salo")
    about = {"lease_id": made.lease_id, "apartment_id": made.apartment_id, "fault_report_id": fault}
    for name, row_id in about.items():
        for persons in ([], [stranger]):
            with pytest.raises(NotFoundError, match=r"no such (lease|apartment|fault report)"):
                decide_link(office.database, who, call_id, persons, **{name: row_id}, clock=office.clock)
    assert persons_audited(made, Action.LINK_DECIDED) == []
    decide_link(office.database, who, call_id, [made.osmo_id], **about, clock=office.clock)
    decide_link(office.database, who, made.sannas_call, [], **about, clock=office.clock)  # of who may have called
    with office.database.read() as session:
        for each in (call_id, made.sannas_call):
            assert {name: getattr(link_of(session, each), name) for name in about} == about


def test_whose_lease_and_whose_fault_it_was_about_is_audited(statement: Statement) -> None:
    made, office, who = statement, statement.office, linker(statement)
    fault = fault_of(made, "Hana tippuu", person_id=made.helmi_id)
    for about in ({"lease_id": made.lease_id}, {"fault_report_id": fault}, {"apartment_id": made.apartment_id}):
        decide_link(office.database, who, made.sannas_call, [], **about, clock=office.clock)
        view_call_with_cards(office.database, who, made.sannas_call, clock=office.clock)
    with office.database.begin() as session:  # nobody stands beside it any more
        session.execute(delete(CallCandidateRow))
    view_call_with_cards(office.database, who, made.sannas_call, clock=office.clock)
    everybody = [made.helmi_id, made.osmo_id, made.maija_id, made.veera_id]
    assert persons_audited(made, Action.CALL_SHOWN) == [everybody, [made.helmi_id], [made.helmi_id], []]

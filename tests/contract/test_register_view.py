"""Opening persons, leases and apartments: who may, what of it, which calls, and what the audit says."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from fixtures_rights import ALL_CALLS, OWN_CALLS
from fixtures_statement import DAY, SWITCHBOARD, Statement, StatementMaker
from sqlalchemy import select

from calls.errors import NotFoundError
from ledger_link.linking.link_decisions import decide
from ledger_link.records.protected_field import PROTECTED_PARTS, ProtectedField
from ledger_link.tables.call_links import CallCandidateRow
from ledger_link.tables.persons import PhoneNumberRow
from rights.access.actor import Actor
from rights.access.tasks import SCOPED_TASKS, Task
from rights.audit.trail import Action
from rights.register.look_ups import lookups_of
from rights.register.register_view import (
    ViewedApartment,
    ViewedLease,
    ViewedOrganisation,
    ViewedPerson,
    view_apartment,
    view_lease,
    view_organisation,
    view_person,
)
from rights.register.reveals import reveal
from rights.tables import AuditRow


def person(statement: Statement, actor: Actor, *, person_id: int | None = None, on: date = DAY) -> ViewedPerson:
    office = statement.office
    shown = statement.helmi_id if person_id is None else person_id
    return view_person(office.database, actor, shown, on=on, clock=office.clock)


def lease(statement: Statement, actor: Actor, *, on: date = DAY) -> ViewedLease:
    return view_lease(statement.office.database, actor, statement.lease_id, on=on, clock=statement.office.clock)


def apartment(statement: Statement, actor: Actor, *, on: date = DAY) -> ViewedApartment:
    return view_apartment(statement.office.database, actor, statement.apartment_id, on=on, clock=statement.office.clock)


def organisation(statement: Statement, actor: Actor, *, on: date = DAY) -> ViewedOrganisation:
    office = statement.office
    return view_organisation(office.database, actor, statement.organisation_id, on=on, clock=office.clock)


PAGES = pytest.mark.parametrize("open_page", [person, lease, apartment])
EVERY_PAGE = pytest.mark.parametrize("open_page", [person, lease, apartment, organisation])
Opener = Callable[[Statement, Actor], ViewedPerson | ViewedLease | ViewedApartment | ViewedOrganisation]


def audited(statement: Statement, action: Action) -> list[AuditRow]:
    with statement.office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


def everybody(statement: Statement) -> list[int]:
    return sorted([statement.helmi_id, statement.osmo_id, statement.maija_id, statement.veera_id])


@PAGES
def test_a_page_is_audited_with_everybody_whose_name_is_on_it(statement: Statement, open_page: Opener) -> None:
    reader = statement.actor("reader", Task.VIEW_REGISTER)
    open_page(statement, reader)
    (row,) = audited(statement, Action.REGISTER_PAGE_SHOWN)
    detail = json.loads(row.detail or "")
    assert (row.login, row.purpose, detail["on"]) == ("reader", "customer-service", "2026-11-02")
    assert detail["page"] in {"person", "lease", "apartment"}
    assert isinstance(detail[detail["page"]], int)
    assert detail["persons"] == everybody(statement)
    with statement.office.database.read() as session:
        for person_id in everybody(statement):
            assert [look.action for look in lookups_of(session, person_id)] == [Action.REGISTER_PAGE_SHOWN]


@EVERY_PAGE
@pytest.mark.parametrize("record_id", [None, 99_999, 2**31, 2**63, 0, -1])
def test_unknown_and_forbidden_are_answered_alike(
    statement: Statement, open_page: Opener, record_id: int | None
) -> None:
    tasks = set(Task) - {Task.VIEW_REGISTER} if record_id is None else set(Task)
    actor = statement.actor("asker", *tasks)
    if record_id is not None:
        statement.helmi_id = statement.lease_id = statement.apartment_id = statement.organisation_id = record_id
    with pytest.raises(NotFoundError, match="no such") as refusal:
        open_page(statement, actor)
    assert refusal.value.remedy == ""
    (row,) = audited(statement, Action.REFUSED)
    detail = json.loads(row.detail or "")
    assert (row.login, detail["wanted"]) == ("asker", open_page.__name__)
    assert str(record_id) not in (row.detail or "")
    assert detail.get("persons", []) == ([statement.helmi_id] if record_id is None and open_page is person else [])
    assert audited(statement, Action.REGISTER_PAGE_SHOWN) == []


@PAGES
def test_calls_are_those_that_one_may_see(statement: Statement, open_page: Opener) -> None:
    office = statement.office
    with office.database.begin() as session:
        for call_id in (statement.sannas_call, statement.mikkos_call):
            decide(
                session,
                call_id,
                [statement.helmi_id],
                decided_by="tiina",
                lease_id=statement.lease_id,
                apartment_id=statement.apartment_id,
                clock=office.clock,
            )
    for login, tasks, agent_id, calls in (
        ("all", {*ALL_CALLS}, None, {statement.sannas_call, statement.mikkos_call}),
        ("own", {*OWN_CALLS}, office.sanna_id, {statement.sannas_call}),
        ("own-without-agent", {*OWN_CALLS}, None, set()),
        ("none", set(Task) - SCOPED_TASKS, office.sanna_id, set()),
    ):
        actor = statement.actor(login, Task.VIEW_REGISTER, *tasks, agent_id=agent_id)
        viewed = open_page(statement, actor)
        assert {entry.call_id for entry in viewed.record.time_line.entries} - {None} == calls, login
        for call_id in {statement.sannas_call, statement.mikkos_call} - calls:
            assert call_id not in repr(viewed)


def test_what_is_hidden_is_not_in_the_record(statement: Statement) -> None:
    clerk = statement.actor("clerk", *(set(Task) - {task for task in Task if task.startswith("reveal-")}))
    viewed = person(statement, clerk)
    assert viewed.may_reveal == frozenset()
    assert viewed.hidden == set(ProtectedField) - {ProtectedField.UNDISCLOSED}
    for field in viewed.hidden:
        assert [getattr(viewed.record, part) for part in PROTECTED_PARTS[field]] == [None] * len(PROTECTED_PARTS[field])


def test_whether_there_is_anything_to_hide_is_told_to_who_may_reveal_it_alone(statement: Statement) -> None:
    """That somebody has a guardian, or entries in credit data, is itself what is protected."""
    clerk = statement.actor("clerk", Task.VIEW_REGISTER)
    officer = statement.actor("officer", Task.VIEW_REGISTER, Task.REVEAL_GUARDIANSHIP, Task.REVEAL_CREDIT)
    assert person(statement, clerk).hidden == person(statement, clerk, person_id=statement.maija_id).hidden
    of_maija = person(statement, officer, person_id=statement.maija_id)
    assert of_maija.may_reveal == {ProtectedField.GUARDIANSHIP, ProtectedField.CREDIT_DATA}
    assert of_maija.hidden.isdisjoint(of_maija.may_reveal)
    assert (of_maija.record.guardianships, of_maija.record.credit_checks) == ((), ())
    assert person(statement, officer).hidden >= of_maija.may_reveal


def test_the_ledger_is_of_the_day(statement: Statement) -> None:
    keeper = statement.actor("keeper", Task.VIEW_REGISTER, Task.VIEW_LEDGER)
    for on, balance_cents in ((date(2026, 9, 30), 0), (date(2026, 10, 1), 73_111), (date(2026, 10, 5), 3_111)):
        ledgers = person(statement, keeper, on=on).ledgers or {}
        assert list(ledgers) == [statement.lease_id]
        assert ledgers[statement.lease_id].balance_cents == balance_cents
        ledger = lease(statement, keeper, on=on).ledger
        assert ledger is not None
        assert ledger.balance_cents == balance_cents


def test_without_the_ledger_there_is_none_of_it(statement: Statement) -> None:
    clerk = statement.actor("clerk", *(set(Task) - {Task.VIEW_LEDGER}))
    assert person(statement, clerk).ledgers is None
    viewed = lease(statement, clerk)
    assert (viewed.ledger, viewed.record.deposits, viewed.record.reminders) == (None, None, None)
    assert len(viewed.record.rents) == 1


def test_the_page_of_an_organisation_is_audited_with_whom_it_employs(statement: Statement) -> None:
    viewed = organisation(statement, statement.actor("reader", Task.VIEW_REGISTER))
    (row,) = audited(statement, Action.REGISTER_PAGE_SHOWN)
    detail = json.loads(row.detail or "")
    assert (detail["page"], detail["organisation"]) == ("organisation", statement.organisation_id)
    assert detail["persons"] == [statement.helmi_id]
    assert [one.person.id for one in viewed.record.employed] == [statement.helmi_id]


def test_where_somebody_with_a_turvakielto_works_is_told_by_a_reveal_alone(make_statement: StatementMaker) -> None:
    made = make_statement(non_disclosure=True)
    office, who = made.office, made.actor("everything", *Task)
    viewed = person(made, who)
    assert viewed.record.employments is None
    assert [word for word in ("Nauhatehdas", "kelaaja") if word in repr(viewed)] == []
    revealed = reveal(
        office.database,
        made.keys,
        who,
        made.helmi_id,
        ProtectedField.UNDISCLOSED,
        purpose="request",
        clock=office.clock,
    )
    (work,) = revealed.employments
    assert (work.employer_name, work.organisation_id) == ("Nauhatehdas Oy", made.organisation_id)
    assert [one.employer_name for one in person(made, who, person_id=made.osmo_id).record.employments or ()] == []


def test_nobody_with_a_turvakielto_is_on_the_page_of_an_employer(make_statement: StatementMaker) -> None:
    """Nor is a number of the employer's that is his too, nor the calls from there that were linked to him."""
    made = make_statement(non_disclosure=True)
    with made.office.database.begin() as session:
        session.add(PhoneNumberRow(person_id=made.helmi_id, e164=SWITCHBOARD, raw="010 2000 730", source_digest=b"x"))
        session.add(
            CallCandidateRow(
                call_id=made.sannas_call,
                person_id=made.osmo_id,
                position=9,
                rule="number-of-employer",
                organisation_id=made.organisation_id,
            )
        )
    record = organisation(made, made.actor("reader", Task.VIEW_REGISTER, *ALL_CALLS)).record
    assert (record.employed, record.employed_count, record.numbers, record.time_line.entries) == ((), 0, (), ())

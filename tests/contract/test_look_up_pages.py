"""Who has looked at a person's data: for who has the task alone, page by page, and itself in the audit."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest
from fixtures_register_pages import ENGLISH, READER, REVEALER, Register, read
from fixtures_statement import Statement, StatementMaker
from fixtures_web import MakeViewer
from sqlalchemy import func, select

from calls.errors import NotFoundError
from ledger_link.records.protected_field import ProtectedField
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action, AuditedRange, record
from rights.register.look_up_view import PAGE_LOOK_UPS, ViewedLookUps, view_look_ups
from rights.tables import AuditRow
from storage.database.engine import Database
from web.limits import REVEALS_OF_ACCOUNT

OFFICER = (Task.VIEW_REGISTER, Task.VIEW_LOOK_UPS)


def looks(made: Statement, actor: Actor, *, before: int | None = None) -> ViewedLookUps:
    return view_look_ups(made.office.database, actor, made.helmi_id, before=before, clock=made.office.clock)


def rows_of(database: Database, action: Action) -> list[AuditRow]:
    with database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


@pytest.mark.parametrize("missing", [Task.VIEW_REGISTER, Task.VIEW_LOOK_UPS])
def test_it_takes_both_tasks_and_the_attempt_is_audited(statement: Statement, missing: Task) -> None:
    with pytest.raises(NotFoundError, match="no such person"):
        looks(statement, statement.actor("asker", *(set(Task) - {missing})))
    (row,) = rows_of(statement.office.database, Action.REFUSED)
    assert json.loads(row.detail or "") == {"persons": [statement.helmi_id], "wanted": "look-ups"}


@pytest.mark.parametrize("person_id", [99_999, 0, 2**40])
def test_nobody_is_answered_like_nobody(statement: Statement, person_id: int) -> None:
    statement.helmi_id = person_id
    with pytest.raises(NotFoundError, match="no such person"):
        looks(statement, statement.actor("officer", *OFFICER))


def test_a_look_at_the_list_is_in_the_next_one(statement: Statement) -> None:
    officer = statement.actor("officer", *OFFICER)
    assert looks(statement, officer).look_ups == ()
    (own,) = looks(statement, officer).look_ups
    assert (own.look_up.action, own.login) == (Action.LOOK_UPS_SHOWN, "officer")


def test_every_look_stands_on_one_page_and_each_listening_once(statement: Statement) -> None:
    office, officer = statement.office, statement.actor("officer", *OFFICER)
    with office.database.begin() as session:
        for number in range(2 * PAGE_LOOK_UPS):
            searched = Action.REGISTER_SEARCHED
            record(session, actor=officer, action=searched, persons=[statement.helmi_id], clock=office.clock)
            if number % 50 == 0:
                for first in (0, 100):
                    record(
                        session,
                        actor=officer,
                        action=Action.LISTENED,
                        call_id=statement.sannas_call,
                        purpose="training",
                        audited_range=AuditedRange(f"listening {number}", first, first + 100),
                        clock=office.clock,
                    )
        session.flush()
        last = session.scalar(select(func.max(AuditRow.id))) or 0
    told, before = [], last + 1
    while True:
        page = looks(statement, officer, before=before)
        told += [each.look_up for each in page.look_ups]
        if page.older is None:
            break
        before = page.older
    assert [each.audit_id for each in told] == sorted({each.audit_id for each in told}, reverse=True)
    actions = [each.action for each in told]
    assert actions.count(Action.REGISTER_SEARCHED) == 2 * PAGE_LOOK_UPS
    assert actions.count(Action.LISTENED) == 2 * PAGE_LOOK_UPS // 50


def test_the_page_says_when_what_for_what_and_who(register_pages: Register) -> None:
    helmi = f"{register_pages.addresses()['person']}/look-ups"
    revealer = register_pages.viewer.browser("tiina", *REVEALER)
    register_pages.text(revealer, "person")
    register_pages.reveal(revealer, ProtectedField.INCOME)
    officer = register_pages.viewer.browser("outi", *OFFICER)
    assert helmi in register_pages.text(officer, "person")
    told = read(officer.get(helmi, headers=ENGLISH).text)
    for words in ("A protected field was shown: income and assets", "The person's page", "tiina", "outi", "2 Nov 2026"):
        assert words in told, words
    assert told.index("A protected field") < told.index(">tiina<")
    reader = register_pages.viewer.browser("rea", *READER)
    assert reader.get(helmi).status_code == HTTPStatus.NOT_FOUND
    assert helmi not in register_pages.text(reader, "person")
    for wrong in ("x", "-1", "1" * 30):
        assert officer.get(helmi, query_string={"before": wrong}).status_code == HTTPStatus.BAD_REQUEST


def test_the_page_tells_nothing_of_where_a_protected_person_lives(make_statement: StatementMaker) -> None:
    made = make_statement(non_disclosure=True)
    officer = made.actor("officer", *OFFICER)
    viewed = looks(made, officer)
    assert (viewed.person.non_disclosure, viewed.person.name) == (True, "Helmi Kirjava")


def test_protected_data_is_not_leafed_through(
    register_pages: Register, monkeypatch: pytest.MonkeyPatch, make_viewer: MakeViewer
) -> None:
    monkeypatch.setattr("web.limits.REVEALS_OF_ACCOUNT", replace(REVEALS_OF_ACCOUNT, most=3))
    keys = register_pages.viewer.app.extensions["tallenne"]
    register_pages.viewer = make_viewer()
    register_pages.viewer.app.extensions["tallenne"] = keys
    browser = register_pages.viewer.browser("tiina", *REVEALER)
    for _ in range(3):
        register_pages.reveal(browser, ProtectedField.INCOME)
    address, asked = f"{register_pages.addresses()['person']}/reveal", {"field": "income", "purpose": "request"}
    refused = browser.post(address, asked, headers=ENGLISH)
    assert (refused.status_code, refused.headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "300")
    assert "You have shown protected data very often." in refused.text
    assert "2,731.73" not in refused.text
    (row,) = rows_of(register_pages.statement.office.database, Action.REFUSED)
    detail = json.loads(row.detail or "")
    assert detail == {
        "wanted": "reveal",
        "reason": "too-many",
        "field": "income",
        "persons": [register_pages.statement.helmi_id],
    }
    assert row.login == "tiina"
    other = register_pages.viewer.browser("rea", *REVEALER)
    assert other.post(address, asked).status_code == HTTPStatus.OK

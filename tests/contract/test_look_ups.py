"""Whose data an audit row is about is found by the person, on both databases, for rows of before as well."""

import json
from datetime import UTC, datetime

import pytest
from fixtures_rights import ALL_CALLS, OPERATOR, Office
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from rights.access.tasks import Task
from rights.audit.trail import Action, AuditedRange, record
from rights.calls.viewing import view_call
from rights.linking.customer_links import decide_link
from rights.register.look_ups import lookups_of
from rights.tables import AuditPersonRow, AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


def told(office: Office, person_id: int) -> list[tuple[str, str | None, str | None]]:
    with office.database.read() as session:
        return [(look.action, look.purpose, look.call_id) for look in lookups_of(session, person_id)]


def test_each_person_finds_the_rows_about_him(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.REGISTER_SEARCHED, persons=[7, 3, 7], clock=office.clock)
        record(
            session,
            actor=OPERATOR,
            action=Action.FIELD_REVEALED,
            purpose="request",
            persons=[3],
            detail={"field": "income"},
            clock=office.clock,
        )
        record(session, actor=OPERATOR, action=Action.REFUSED, persons=[3], clock=office.clock)
    assert told(office, 7) == [("register-searched", None, None)]
    assert told(office, 3) == [("register-searched", None, None), ("field-revealed", "request", None)]
    assert told(office, 4) == []
    with office.database.read() as session:
        assert [look.field for look in lookups_of(session, 3)] == [None, "income"]
        assert [look.at for look in lookups_of(session, 3)] == [office.clock.now()] * 2
        searched = session.scalars(select(AuditRow.detail).order_by(AuditRow.id)).first()
    assert json.loads(searched or "") == {"persons": [7, 3, 7]}


def test_a_call_that_was_shown_or_heard_is_a_look_at_whose_it_is(office: Office) -> None:
    aino, eero = office.add_person("Aino", "Virtanen", "+358401000001"), office.add_person("Eero", "Korhonen")
    call_id = office.add_call(agent_id=office.sanna_id)
    linker = office.actor(office.add_account("both", *ALL_CALLS, Task.LINK_CUSTOMERS))
    view_call(office.database, linker, call_id, clock=office.clock)
    with office.database.begin() as session:
        for first_byte in (0, 100):
            record(
                session,
                actor=linker,
                action=Action.LISTENED,
                call_id=call_id,
                purpose="training",
                audited_range=AuditedRange("one", first_byte, first_byte + 100),
                clock=office.clock,
            )
    heard = ("listened", "training", call_id)
    assert told(office, aino) == [("call-shown", None, call_id), heard]
    assert told(office, eero) == []
    decide_link(office.database, linker, call_id, [eero], clock=office.clock)
    assert told(office, aino) == [("call-shown", None, call_id)]
    assert told(office, eero) == [heard]


def test_an_export_of_the_register_is_a_look_at_everybody(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.REGISTER_EXPORTED, clock=office.clock)
        record(session, actor=OPERATOR, action=Action.REGISTER_IMPORTED, clock=office.clock)
    assert told(office, 1) == told(office, 2) == [("register-exported", None, None)]


def test_whom_a_row_is_about_cannot_be_changed(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.REGISTER_SEARCHED, persons=[7], clock=office.clock)
    replaced = (
        "INSERT OR REPLACE INTO audit_persons (audit_id, person_id) VALUES (1, 7)"
        if office.database.engine.dialect.name == "sqlite"
        else "TRUNCATE audit_persons"
    )
    for statement in ("UPDATE audit_persons SET person_id = 8", "DELETE FROM audit_persons", replaced):
        with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
            session.execute(text(statement))
    assert told(office, 7) == [("register-searched", None, None)]


def test_rows_of_before_0007_are_found_by_person(empty_database: Database) -> None:
    upgrade(empty_database, to="0006_live_calls")
    details: list[dict[str, object] | None] = [
        None,
        {"persons": [5, 3, 5]},
        {"persons": []},
        {"filter": {"text": '"persons"'}, "calls": []},
        {"persons": "nobody"},
        {"persons": [3, "x", 10**12]},
    ]
    insert = text("INSERT INTO audit (at, action, detail) VALUES (:at, 'call-shown', :detail)")
    with empty_database.begin() as session:
        for detail in details:
            session.execute(insert, {"at": AT.replace(tzinfo=None), "detail": detail and json.dumps(detail)})
    upgrade(empty_database)
    with empty_database.read() as session:
        rows = session.execute(select(AuditPersonRow.person_id, AuditPersonRow.audit_id)).all()
    assert sorted(tuple(row) for row in rows) == [(3, 2), (3, 6), (5, 2)]


def test_old_rows_are_many(empty_database: Database) -> None:
    upgrade(empty_database, to="0006_live_calls")
    insert = text("INSERT INTO audit (at, action, detail) VALUES (:at, 'call-shown', :detail)")
    with empty_database.begin() as session:
        session.execute(insert, [{"at": AT.replace(tzinfo=None), "detail": '{"persons": [3]}'}] * 2500)
    upgrade(empty_database)
    with empty_database.read() as session:
        assert len(session.scalars(select(AuditPersonRow.audit_id).where(AuditPersonRow.person_id == 3)).all()) == 2500


def test_persons_in_the_detail_alone_are_a_fault(office: Office) -> None:
    with pytest.raises(ValueError, match="by themselves"), office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.CALL_SHOWN, detail={"persons": [3]}, clock=office.clock)

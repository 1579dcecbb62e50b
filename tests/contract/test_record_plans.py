"""No page's question reads a whole table: SQLite tells how it means to answer each."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from fixtures_records import fill
from fixtures_register import SAMPLE_REGISTER, import_into, person_id
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from ledger_link.ledger.ledger import ledger_of
from ledger_link.records.apartment_record import apartment_record
from ledger_link.records.card import cards_of
from ledger_link.records.lease_record import lease_record
from ledger_link.records.organisation_record import organisation_record
from ledger_link.records.person_record import person_record
from ledger_link.records.standing import standing_on
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.organisations import OrganisationRow
from storage.database.base import Base
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault

DAY = date(2026, 3, 10)
SCAN = re.compile(r"SCAN (?P<table>\w+?)(_\d+)?\b")  # SQLAlchemy's aliases are numbered
FEW = "ix_persons_non_disclosure"  # those with a turvakielto are few


def read_everything(session: Session) -> None:
    lease = session.scalars(select(LeaseRow).where(LeaseRow.lease_no == "V-1002")).one()
    eero = person_id(session, "P-0002")
    person_record(session, eero, on=DAY)
    person_record(session, person_id(session, "P-0027"), on=DAY, undisclosed=True)
    cards_of(session, [eero, person_id(session, "P-0027")], on=DAY)
    lease_record(session, lease.id, on=DAY)
    ledger_of(session, lease.id, on=DAY)
    apartment_record(session, lease.apartment_id, on=DAY)
    standing_on(session, eero, on=DAY)
    for organisation_id in session.scalars(select(OrganisationRow.id).where(OrganisationRow.organisation_no == "O-01")):
        organisation_record(session, organisation_id, on=DAY)


@pytest.fixture
def whole(sqlite_database: Database, vault: FieldVault) -> Database:
    """SQLite alone: PostgreSQL reads tables as small as these whole, and rightly so."""
    import_into(sqlite_database, SAMPLE_REGISTER)
    fill(sqlite_database, vault)
    return sqlite_database


@pytest.fixture
def asked(whole: Database) -> list[tuple[str, tuple[object, ...]]]:
    """Every question that the records ask, with its parameters."""
    questions: list[tuple[str, tuple[object, ...]]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: tuple[object, ...], *_rest: object
    ) -> None:
        if statement.startswith("SELECT"):
            questions.append((statement, parameters))

    listening: Callable[..., None] = note
    event.listen(whole.engine, "before_cursor_execute", listening)
    with whole.read() as session:
        read_everything(session)
    event.remove(whole.engine, "before_cursor_execute", listening)
    assert len(questions) > 50
    return questions


def test_no_question_reads_a_whole_table(whole: Database, asked: list[tuple[str, tuple[object, ...]]]) -> None:
    with whole.engine.connect() as connection:
        plans = {
            step.detail: statement
            for statement, parameters in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        }
    whole_tables = {
        detail: statement
        for detail, statement in plans.items()
        if (scanned := SCAN.match(detail)) and scanned["table"] in Base.metadata.tables and FEW not in detail
    }
    assert whole_tables == {}

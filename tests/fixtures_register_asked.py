"""A customer register to ask: our own tables, or one over a real connection that answers from a database of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from fixtures_register import SAMPLE_REGISTER, add_call, import_into
from fixtures_register_server import TOKEN, RegisterServer, serving_register
from fixtures_rights import HandClock
from sqlalchemy import select

from ledger_link.linking.link import Link
from ledger_link.linking.link_decisions import decisions_of
from ledger_link.linking.linker import link_call, link_of
from ledger_link.records.card import CustomerCard
from ledger_link.register.client import RegisterClient
from ledger_link.register.customer_register import OpenRegister
from ledger_link.register.http_register import HttpRegister
from ledger_link.register.sql_register import SqlRegister
from ledger_link.tables.employments import EmploymentRow
from ledger_link.tables.organisations import OrganisationNumberRow, OrganisationRow
from ledger_link.tables.persons import PersonRow
from storage.database.engine import Database, open_database

DAY = date(2026, 11, 3)


SWITCHBOARD = "+358102223334"


MakeClient = Callable[..., RegisterClient]


def employ(database: Database) -> None:
    """Add an employer with a switchboard where two persons of the sample register work."""
    with database.begin() as session:
        ids = {row.person_no: row.id for row in session.scalars(select(PersonRow))}
        protected = session.scalars(select(PersonRow.id).where(PersonRow.non_disclosure)).first()
        firm = OrganisationRow(
            organisation_no="Y-1", name="Satama Oy", business_id=None, business_id_valid=False, search_name="satama oy"
        )
        session.add(firm)
        session.flush()
        session.add(OrganisationNumberRow(organisation_id=firm.id, e164=SWITCHBOARD, raw=SWITCHBOARD))
        for person_id in (ids["P-0001"], ids["P-0006"], protected):
            session.add(
                EmploymentRow(
                    person_id=person_id,
                    employer_name="Satama Oy",
                    organisation_id=firm.id,
                    occupation="ahtaaja",
                    nature="permanent",
                    starts_on=date(2020, 1, 1),
                )
            )


@dataclass
class Asked:
    """A database of ours, and a register to open in it."""

    database: Database
    register: OpenRegister

    def card(self, name: str, *, on: date = DAY) -> CustomerCard:
        with self.database.begin() as session:
            register = self.register(session)
            hit = next(hit for hit in register.find_persons(name, on=on) if hit.person.name == name)
            return register.card_of(hit.person.id, on=on)

    def link(self, number: str | None) -> Link:
        with self.database.begin() as session:
            call = add_call(session, number)
            link_call(session, call, register=self.register, clock=HandClock())
            call_id = call.id
        with self.database.read() as session:
            return link_of(session, call_id)


@pytest.fixture
def register_server(registered_sqlite: Path, tmp_path: Path) -> Iterator[RegisterServer]:
    path = tmp_path / "theirs.sqlite"
    path.write_bytes(registered_sqlite.read_bytes())
    theirs = open_database(f"sqlite:///{path}")
    employ(theirs)
    with serving_register(theirs) as made:
        yield made
    theirs.dispose()


@pytest.fixture
def make_register_client(register_server: RegisterServer) -> Iterator[MakeClient]:
    made: list[RegisterClient] = []

    def make(**given: object) -> RegisterClient:
        options = {"token": TOKEN, "timeout_s": 5.0, "cache_s": 60.0, "clock": HandClock(), **given}
        made.append(RegisterClient(register_server.url, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(params=["sql", "http"])
def asked(request: pytest.FixtureRequest, database: Database) -> Asked:
    """Each adapter, over each of our two databases."""
    if request.param == "sql":
        import_into(database, SAMPLE_REGISTER)
        employ(database)
        return Asked(database, SqlRegister)
    client = request.getfixturevalue("make_register_client")()
    return Asked(database, partial(HttpRegister, client=client))


def decision_of(database: Database, call_id: str) -> int:
    """Give the newest decision about a call."""
    with database.read() as session:
        return decisions_of(session, call_id)[-1].id

"""Calls linked by the rules over the sample register, and what their links then say."""

from datetime import datetime

from fixtures_register import NOON, add_call
from fixtures_rights import HandClock

from ledger_link.linking.linker import link_call, link_of
from ledger_link.linking.relinking import RelinkReport, relink
from storage.database.engine import Database

CLOCK = HandClock()


def new_call(database: Database, caller: str | None, *, at: datetime = NOON, withheld: bool = False) -> str:
    """Put a call into the database as the archive does, linked in the same transaction."""
    with database.begin() as session:
        call = add_call(session, caller, at=at, withheld=withheld)
        link_call(session, call, clock=CLOCK)
        return call.id


def facts(database: Database, call_id: str) -> tuple[str, str, list[str]]:
    with database.read() as session:
        link = link_of(session, call_id)
        return link.status.value, link.rule, [person.name for person in link.persons]


def relink_all(database: Database) -> RelinkReport:
    return relink(database, clock=CLOCK, progress=lambda _done, _total: None)

"""Searching the register for whose call it was: permitted for one call at a time, and audited by whom it showed."""

from dataclasses import replace

from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.register.customer_register import OpenRegister, RegisterQuestion
from ledger_link.register.sql_register import SqlRegister
from ledger_link.search.person_search import PersonHit
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.audit.trail import Action, record
from rights.calls.search_text import searchable
from rights.linking.customer_links import linkable_row
from rights.register.person_marks import marks_seen
from storage.database.engine import Database


def search_register(
    database: Database,
    actor: Actor,
    call_id: str,
    text: str,
    *,
    register: OpenRegister = SqlRegister,
    clock: Clock,
) -> tuple[PersonHit, ...]:
    """Find persons for a call, as of its day; what is given was audited before, by the ids of the persons.

    The text is not kept: it may be the name of somebody who is not in the register. An empty one asks for nobody.
    Raises NotFoundError and RefusedError as ``decide_link`` and audits the attempt; BadDataError for a text that
    is none.
    """
    wanted = searchable(text, where="register")

    def search_of(session: Session) -> RegisterQuestion:
        on = day_of(linkable_row(session, actor, call_id).started_at)
        return RegisterQuestion(searches=frozenset({(wanted, on)}) if wanted else frozenset())

    with audited_refusals(database, actor, wanted="register", call_id=call_id, clock=clock):
        asked = ask_ahead(database, register, search_of)
        with database.begin() as session:  # a foreign register's persons are remembered
            call = linkable_row(session, actor, call_id)
            on = day_of(call.started_at)
            found = asked(session).find_persons(wanted, on=on) if wanted else ()
            marks = marks_seen(session, actor, {(hit.person.id, on) for hit in found})
    if wanted:
        persons = [hit.person.id for hit in found]
        with database.begin() as session:
            record(
                session,
                actor=actor,
                action=Action.REGISTER_SEARCHED,
                call_id=call.id,
                persons=persons,
                clock=clock,
            )
    return tuple(replace(hit, marks=marks.get((hit.person.id, on))) for hit in found)

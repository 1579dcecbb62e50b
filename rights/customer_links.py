"""Deciding by hand whose call it was: permitted, kept for ever, audited."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError, RefusedError
from ledger_link.linker import decide
from rights.actor import Actor
from rights.audit import Action, record
from rights.catalogue import permitted_row
from rights.permissions import require
from rights.refusals import record_refusal
from rights.tasks import Task
from storage.database.calls import CallRow
from storage.database.engine import Database


def decide_link(database: Database, actor: Actor, call_id: str, person_ids: Sequence[int], *, clock: Clock) -> None:
    """Link a call to these persons by the actor's decision; none at all unlinks it. Either is audited.

    Raises NotFoundError for a call that is not there or not permitted, RefusedError without *link customers*;
    both attempts are audited. NotFoundError for a person that is not there.
    """
    try:
        with database.read() as session:
            _permitted(session, actor, call_id)
    except (NotFoundError, RefusedError):
        record_refusal(database, actor, wanted="link", call_id=call_id, clock=clock)
        raise
    with database.begin() as session:
        row = _permitted(session, actor, call_id)
        decide(session, row.id, tuple(person_ids), decided_by=actor.login, clock=clock)
        detail = {"persons": list(person_ids)}
        record(session, actor=actor, action=Action.LINK_DECIDED, call_id=row.id, detail=detail, clock=clock)


def _permitted(session: Session, actor: Actor, call_id: str) -> CallRow:
    row = permitted_row(session, actor, call_id)
    require(actor, Task.LINK_CUSTOMERS)
    return row

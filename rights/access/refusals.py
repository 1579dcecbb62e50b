"""Refusals in the audit: what somebody tried that he is not permitted to, even though he is told "no such call"."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError, RefusedError, TallenneError
from calls.identity import parse_call_id
from ledger_link.tables.persons import PersonRow
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from storage.database.calls import CallRow
from storage.database.engine import Database


@contextmanager
def audited_refusals(
    database: Database,
    actor: Actor | None,
    *,
    wanted: str,
    call_id: str | None = None,
    person_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    clock: Clock,
) -> Iterator[None]:
    """Audit a refusal (NotFoundError, RefusedError) that the block ends in; enter it before any transaction."""
    try:
        yield
    except (NotFoundError, RefusedError):
        record_refusal(database, actor, wanted=wanted, call_id=call_id, person_id=person_id, detail=detail, clock=clock)
        raise


def record_refusal(
    database: Database,
    actor: Actor | None,
    *,
    wanted: str,
    call_id: str | None = None,
    person_id: int | None = None,
    detail: Mapping[str, object] | None = None,
    clock: Clock,
) -> None:
    """Audit a refusal in a transaction of its own: the refused one is being rolled back by its error.

    ``wanted`` is what was tried. The row names the call or the person only if there is such a one: what strangers
    write into an address does not get into the audit.
    """
    with database.begin() as session:
        known = _identity(call_id) if call_id else None
        if known is not None and session.scalar(select(CallRow.id).where(CallRow.id == known)) is None:
            known = None
        record(
            session,
            actor=actor,
            action=Action.REFUSED,
            call_id=known,
            persons=_persons(session, person_id),
            detail={"wanted": wanted, **(detail or {})},
            clock=clock,
        )


def _persons(session: Session, person_id: int | None) -> list[int] | None:
    is_there = person_id is not None and 0 < person_id <= MAX_ID and session.get(PersonRow, person_id) is not None
    return [person_id] if is_there and person_id is not None else None


def _identity(text: str) -> str | None:
    try:
        return parse_call_id(text)
    except TallenneError:
        return None

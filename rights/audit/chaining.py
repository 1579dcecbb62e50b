"""Gives every audit row its place in the chain, in the transaction that writes it.

Invariant: every committed audit row has one place, and places have no gap.

1. ``record`` notes each row with its session.
2. Before the commit, after everything else was written: lock the tail, the last lock that a transaction takes. So two
   of them can wait for each other nowhere, and the order of places is that of the commits.
3. Hash the rows as they stand in the database, append their places, let the tail grow.

SQLite has one writer anyway; PostgreSQL's others wait here for as long as a commit takes.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from calls.clock import Clock
from calls.errors import IntegrityError
from rights.audit.chain_rows import ChainRow, TailRow
from rights.audit.leaf import LeafInput, leaf_hash, link, moment_text
from rights.audit.merkle import Frontier
from rights.tables import AuditPersonRow, AuditRow

_PENDING = "tallenne_audit_pending"


def chain_at_commit(session: Session, row: AuditRow, *, clock: Clock) -> None:
    """Note a row that was flushed: it gets its place when the session's transaction commits."""
    pending: dict[int, Clock] = session.info.setdefault(_PENDING, {})
    pending[row.id] = clock


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    """Do steps 2 and 3; a released savepoint is no commit."""
    if session.in_nested_transaction() or not (pending := session.info.pop(_PENDING, None)):
        return
    session.flush()
    noted: dict[int, Clock] = pending
    tail = locked_tail(session)
    frontier = Frontier.of_bytes(tail.size, tail.frontier)
    head = tail.chain_sha256
    # what a savepoint took back is not there
    rows = session.scalars(select(AuditRow).where(AuditRow.id.in_(noted)).order_by(AuditRow.id)).all()
    if not rows:
        return
    persons = _persons_of(session, noted)
    places = []
    for row in rows:
        at: datetime = noted[row.id].now()
        leaf = leaf_hash(_input_of(row, persons.get(row.id, []), chained_at=at))
        head = link(head, leaf)
        places.append(
            {
                "position": frontier.size,
                "audit_id": row.id,
                "chained_at": at,
                "before_chain": False,
                "leaf_sha256": leaf,
                "chain_sha256": head,
            }
        )
        frontier.append(leaf)
    session.execute(insert(ChainRow), places)
    grown = {"size": frontier.size, "chain_sha256": head, "frontier": frontier.to_bytes()}
    session.execute(update(TailRow).values(grown).execution_options(synchronize_session=False))


def locked_tail(session: Session) -> TailRow:
    """Give the tail, which nobody else changes before this transaction ends; raise IntegrityError where it is gone."""
    tail = session.scalars(select(TailRow).with_for_update().execution_options(populate_existing=True)).first()
    if tail is None:
        remedy = "nothing is done that cannot be audited: restore the database from a backup"
        raise IntegrityError(what="the audit's chain has no end", where="audit_tail", remedy=remedy)
    return tail


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """Give no place to what was undone; what a savepoint takes back is told from the rest by not being there."""
    if not undone.nested:
        session.info.pop(_PENDING, None)


def _persons_of(session: Session, audit_ids: Iterable[int]) -> dict[int, list[int]]:
    about: dict[int, list[int]] = {}
    wanted = select(AuditPersonRow.audit_id, AuditPersonRow.person_id).where(AuditPersonRow.audit_id.in_(audit_ids))
    for audit_id, person_id in session.execute(wanted.order_by(AuditPersonRow.audit_id, AuditPersonRow.person_id)):
        about.setdefault(audit_id, []).append(person_id)
    return about


def _input_of(row: AuditRow, persons: list[int], *, chained_at: datetime) -> LeafInput:
    return LeafInput(
        columns=(
            row.id,
            moment_text(row.at),
            row.account_id,
            row.login,
            row.plain_name,
            str(row.action),
            row.call_id,
            row.purpose,
            row.listening_id,
            row.first_byte,
            row.stop_byte,
            row.plain_detail,
        ),
        persons=persons,
        sealed=[(part.subject_id, part.sealed.hex()) for part in sorted(row.sealed, key=lambda part: part.subject_id)],
        chained_at=moment_text(chained_at),
        before_chain=False,
    )

"""Who makes a copy now. A claim lapses unless it is renewed, so a copy whose process was killed is made again."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import TallenneError
from privacy.copies.copies import audit_copy
from privacy.copies.copy_rows import CopyRow
from privacy.copies.copy_state import CopyEvent, CopyState, moved
from rights.audit.trail import Action
from storage.database.engine import Database

CLAIM_LIFETIME = timedelta(minutes=3)  # longer than the audio of one long call and the document take
ATTEMPTS_MAX = 3
KILLED = "killed"


class ClaimLostError(TallenneError):
    """The copy was withdrawn meanwhile, or another process has taken it: what was made of it is thrown away."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one copy, as long as it stands."""

    copy_id: str
    token: str


def claim_next(database: Database, *, clock: Clock) -> Claim | None:
    """Claim the copy that was ordered first; None where nothing is to be made.

    One that was begun three times and never came to an end fails: whatever kills its process would go on killing it.
    """
    with database.begin() as session:
        now = clock.now()
        lapsed = and_(CopyRow.state == CopyState.MAKING, CopyRow.claimed_until <= now)
        due = (
            select(CopyRow)
            .where(or_(CopyRow.state == CopyState.ORDERED, lapsed))
            .order_by(CopyRow.id)
            .with_for_update(skip_locked=True)
        )
        for row in session.scalars(due):
            if row.attempts >= ATTEMPTS_MAX:
                fail(session, row, KILLED, clock=clock)
                continue
            row.state = moved(CopyState(row.state), CopyEvent.CLAIM)
            row.claim, row.claimed_until = secrets.token_hex(16), now + CLAIM_LIFETIME
            row.attempts, row.done_calls = row.attempts + 1, 0
            return Claim(row.id, row.claim)
    return None


def renew(database: Database, claim: Claim, *, done: int, clock: Clock) -> None:
    """Say how far a copy is, and go on holding it; raise ClaimLostError where it is not ours any more."""
    with database.begin() as session:
        row = claimed_row(session, claim)
        row.claimed_until, row.done_calls = clock.now() + CLAIM_LIFETIME, done


def claimed_row(session: Session, claim: Claim) -> CopyRow:
    """Give the row of a copy that we hold, locked; raise ClaimLostError."""
    row = session.scalar(select(CopyRow).where(CopyRow.id == claim.copy_id).with_for_update())
    if row is None or row.claim != claim.token:
        raise ClaimLostError(what="the copy is not ours any more", where=claim.copy_id)
    return row


def fail(session: Session, row: CopyRow, fault: str, *, clock: Clock) -> None:
    """End a copy that cannot be made; ``fault`` is a code that the page says in words."""
    row.state, row.fault = moved(CopyState(row.state), CopyEvent.FAIL), fault
    row.claim = row.claimed_until = None
    row.sealed_passphrase = row.passphrase_key_version = None
    row.ended_at = clock.now()
    audit_copy(session, row, Action.COPY_FAILED, by=None, clock=clock)

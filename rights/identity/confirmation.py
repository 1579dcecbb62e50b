"""Confirmation (step-up): whoever sits at a session proves again who he is, before what is grave.

A session that was confirmed within ten minutes (to log in confirms it) needs no more. Each confirmation gives the
session a new token (OWASP ASVS 5.0, 7.2.4 and 7.5.3). Every attempt is audited.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.trail import Action, record
from rights.identity.passwords import verify_password
from rights.identity.sessions import StartedSession, renew_session
from rights.identity.visits import Visit
from rights.tables import AccountRow
from storage.database.engine import Database


def confirm_by_password(
    database: Database, visit: Visit, *, password: str, clock: Clock, address: str | None = None
) -> StartedSession | None:
    """Confirm a session by its account's password; give its new token, None for a refusal, already audited.

    The password is compared in a reading transaction: hashing takes 100 ms and must hold no write lock.
    """
    with database.read() as session:
        compared = _password_hash(session, visit)
    matches = verify_password(compared, password)
    with database.begin() as session:
        still = matches and _password_hash(session, visit) == compared
        renewed = renew_session(session, visit.session.id, clock=clock) if still else None
        detail = {"by": "password", **({"address": address} if address else {})}
        action = Action.CONFIRMED if renewed else Action.CONFIRMATION_REFUSED
        record(session, actor=visit.actor, action=action, detail=detail, clock=clock)
    return renewed


def _password_hash(session: Session, visit: Visit) -> str | None:
    return session.scalar(select(AccountRow.password_hash).where(AccountRow.id == visit.actor.account_id))

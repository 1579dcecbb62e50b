"""Changing one's own password: the old one is asked for, and every other session of the account ends."""

from collections.abc import Container

from sqlalchemy import select

from calls.clock import Clock
from rights.audit.trail import Action, record
from rights.identity.entering import NOWHERE, Whence
from rights.identity.one_time_links import revoke_links
from rights.identity.passwords import NOT_KNOWN, hash_password, require_strong, verify_password
from rights.identity.sessions import SessionEnd, StartedSession, end_sessions_of, renew_session
from rights.identity.visits import Visit
from rights.tables import AccountRow
from storage.database.engine import Database


def change_password(
    database: Database,
    visit: Visit,
    *,
    old: str,
    new: str,
    clock: Clock,
    whence: Whence = NOWHERE,
    breached: Container[str] = NOT_KNOWN,
) -> StartedSession | None:
    """Set a new password and give this session's new token; None where the old one is wrong, already audited.

    Raises WeakPasswordError for a refused new password. Passwords are hashed outside the writing transaction.
    """
    require_strong(new, login=visit.actor.login, name=visit.actor.name, breached=breached)
    account_id = visit.session.account_id
    with database.read() as session:
        compared = session.scalar(select(AccountRow.password_hash).where(AccountRow.id == account_id))
    hashed = hash_password(new) if verify_password(compared, old) else None
    with database.begin() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.id == account_id).with_for_update()).one()
        still = hashed is not None and row.password_hash == compared
        renewed = renew_session(session, visit.session.id, clock=clock) if still else None
        if renewed is None:
            action = Action.PASSWORD_CHANGE_REFUSED
        else:
            action = Action.PASSWORD_CHANGED
            row.password_hash, row.password_set_at = hashed, clock.now()
            revoke_links(session, account_id=account_id, clock=clock)
            end_sessions_of(session, account_id, because=SessionEnd.PASSWORD_SET, clock=clock, but=visit.session.id)
        record(session, actor=visit.actor, action=action, detail=whence.detail, clock=clock)
    return renewed

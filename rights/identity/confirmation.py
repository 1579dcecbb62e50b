"""Confirmation (step-up): whoever sits at a session proves again who he is, before what is grave.

A session that was confirmed within ten minutes (to log in confirms it) needs no more. Each confirmation gives the
session a new token (OWASP ASVS 5.0, 7.2.4 and 7.5.3). Every attempt is audited.

What changes how somebody logs in, or what anybody may do, needs all that a log-in needs (7.5.1): of who has a second
factor, both. A passkey whose device verified its user is both.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.trail import Action, record
from rights.identity.ceremonies import Asked, CeremonyKind, RelyingParty
from rights.identity.entering import NOWHERE, Whence
from rights.identity.passkey_proofs import ask_to_prove, prove
from rights.identity.passwords import verify_password
from rights.identity.second_factors import Factor, prove_by_code
from rights.identity.sessions import StartedSession, renew_session
from rights.identity.visits import Visit
from rights.tables import AccountRow
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault


def confirm_by_password(
    database: Database, visit: Visit, *, password: str, clock: Clock, whence: Whence = NOWHERE
) -> StartedSession | None:
    """Confirm a session by its account's password; give its new token, None for a refusal, already audited.

    The password is compared in a reading transaction: hashing takes 100 ms and must hold no write lock.
    """
    with database.read() as session:
        compared = _password_hash(session, visit)
    matches = verify_password(compared, password)
    with database.begin() as session:
        still = matches and _password_hash(session, visit) == compared
        return _confirmed(session, visit, by="password" if still else None, whence=whence, clock=clock)


def confirm_by_both(
    database: Database,
    visit: Visit,
    *,
    password: str,
    code: str,
    vault: FieldVault,
    clock: Clock,
    whence: Whence = NOWHERE,
) -> StartedSession | None:
    """Confirm a session by its account's password and a code; with a wrong password no code is used up."""
    with database.read() as session:
        compared = _password_hash(session, visit)
    matches = verify_password(compared, password)
    with database.begin() as session:
        factor = None
        if matches and _password_hash(session, visit) == compared:
            factor = prove_by_code(session, account_id=visit.session.account_id, code=code, vault=vault, clock=clock)
        by = f"password+{factor}" if factor else None
        return _confirmed(session, visit, by=by, is_full=True, whence=whence, clock=clock)


def confirm_by_code(
    database: Database, visit: Visit, *, code: str, vault: FieldVault, clock: Clock, whence: Whence = NOWHERE
) -> StartedSession | None:
    """Confirm a session by a code of its account's authenticator, or a recovery code."""
    with database.begin() as session:
        factor = prove_by_code(session, account_id=visit.session.account_id, code=code, vault=vault, clock=clock)
        return _confirmed(session, visit, by=factor, whence=whence, clock=clock)


def ask_passkey(database: Database, visit: Visit, *, party: RelyingParty, clock: Clock) -> Asked:
    """Ask for a passkey of the session's account."""
    with database.begin() as session:
        return ask_to_prove(
            session, kind=CeremonyKind.CONFIRM, account_id=visit.session.account_id, party=party, clock=clock
        )


def confirm_by_passkey(
    database: Database,
    visit: Visit,
    answer: Mapping[str, Any],
    *,
    challenge: str,
    party: RelyingParty,
    clock: Clock,
    whence: Whence = NOWHERE,
    fully: bool = False,
) -> StartedSession | None:
    """Confirm a session by a passkey of its account; ``fully`` only by one whose device verified its user."""
    with database.begin() as session:
        proven = prove(
            session,
            answer,
            challenge=challenge,
            kind=CeremonyKind.CONFIRM,
            account_id=visit.session.account_id,
            party=party,
            clock=clock,
        )
        is_full = proven is not None and proven.is_user_verified
        by = Factor.PASSKEY if proven and (is_full or not fully) else None
        return _confirmed(session, visit, by=by, is_full=is_full, whence=whence, clock=clock)


def _confirmed(
    session: Session, visit: Visit, *, by: str | None, whence: Whence, clock: Clock, is_full: bool = False
) -> StartedSession | None:
    renewed = renew_session(session, visit.session.id, clock=clock, has_second_factor=is_full) if by else None
    action = Action.CONFIRMED if renewed else Action.CONFIRMATION_REFUSED
    detail = {**whence.detail, **({"by": by} if by else {})}
    record(session, actor=visit.actor, action=action, detail=detail, clock=clock)
    return renewed


def _password_hash(session: Session, visit: Visit) -> str | None:
    return session.scalar(select(AccountRow.password_hash).where(AccountRow.id == visit.actor.account_id))

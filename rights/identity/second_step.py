"""The second step of a log-in: a code or a passkey after the password, or a passkey alone. Every attempt is audited."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.identity.accounts import actor_of
from rights.identity.ceremonies import Asked, CeremonyKind, RelyingParty
from rights.identity.entering import NOWHERE, Whence, find_pending, let_in
from rights.identity.log_in_rows import PendingLogInRow
from rights.identity.passkey_proofs import ask_to_prove, prove
from rights.identity.second_factors import Factor, SecondFactors, prove_by_code, second_factors_of
from rights.identity.sessions import LogInMethod, StartedSession
from storage.database.engine import Database
from storage.vault.field_vault import FieldVault


@dataclass(frozen=True, slots=True)
class Awaited:
    """Whose second factor a log-in waits for, and what he has."""

    account_id: int
    factors: SecondFactors


def awaited(database: Database, *, token: str, clock: Clock) -> Awaited | None:
    """Tell whose second factor is waited for; None where the log-in is over."""
    with database.begin() as session:
        found = find_pending(session, token, clock=clock)
        if found is None:
            return None
        row, _ = found
        return Awaited(row.account_id, second_factors_of(session, row.account_id))


def finish_by_code(
    database: Database, *, token: str, code: str, vault: FieldVault, clock: Clock, whence: Whence = NOWHERE
) -> StartedSession | None:
    """Start the session if this is a code of the account that waits; None is a refusal, already audited."""
    with database.begin() as session:
        found = find_pending(session, token, clock=clock)
        if found is None:
            return None
        row, actor = found
        factor = prove_by_code(session, account_id=row.account_id, code=code, vault=vault, clock=clock)
        return _finished(session, row, actor, factor=factor, whence=whence, clock=clock)


def ask_second_passkey(database: Database, *, token: str, party: RelyingParty, clock: Clock) -> Asked | None:
    """Ask for a passkey of the account that waits; None where the log-in is over."""
    with database.begin() as session:
        found = find_pending(session, token, clock=clock)
        if found is None:
            return None
        account_id = found[0].account_id
        return ask_to_prove(session, kind=CeremonyKind.LOG_IN, account_id=account_id, party=party, clock=clock)


def finish_by_passkey(
    database: Database,
    answer: Mapping[str, Any],
    *,
    token: str,
    challenge: str,
    party: RelyingParty,
    clock: Clock,
    whence: Whence = NOWHERE,
) -> StartedSession | None:
    """Start the session if this passkey is of the account that waits; None is a refusal, already audited."""
    with database.begin() as session:
        found = find_pending(session, token, clock=clock)
        if found is None:
            return None
        row, actor = found
        proven = prove(
            session,
            answer,
            challenge=challenge,
            kind=CeremonyKind.LOG_IN,
            account_id=row.account_id,
            party=party,
            clock=clock,
        )
        factor = Factor.PASSKEY if proven else None
        return _finished(session, row, actor, factor=factor, whence=whence, clock=clock)


def ask_any_passkey(database: Database, *, party: RelyingParty, clock: Clock) -> Asked:
    """Ask for a passkey of whoever sits there."""
    with database.begin() as session:
        return ask_to_prove(session, kind=CeremonyKind.LOG_IN, account_id=None, party=party, clock=clock)


def log_in_by_passkey(
    database: Database,
    answer: Mapping[str, Any],
    *,
    challenge: str,
    party: RelyingParty,
    clock: Clock,
    whence: Whence = NOWHERE,
) -> StartedSession | None:
    """Start the session of whoever's passkey it is, verified by its device; None is a refusal, already audited."""
    with database.begin() as session:
        proven = prove(
            session,
            answer,
            challenge=challenge,
            kind=CeremonyKind.LOG_IN,
            account_id=None,
            party=party,
            clock=clock,
        )
        actor = actor_of(session, proven.account_id, clock) if proven else None
        if proven is None or actor is None:
            detail = {**whence.detail, "method": LogInMethod.PASSKEY}
            record(session, actor=None, action=Action.LOG_IN_REFUSED, detail=detail, clock=clock)
            return None
        return let_in(
            session,
            actor,
            account_id=proven.account_id,
            method=LogInMethod.PASSKEY,
            factor=Factor.PASSKEY,
            whence=whence,
            clock=clock,
        )


def _finished(
    session: Session, row: PendingLogInRow, who: Actor, *, factor: Factor | None, whence: Whence, clock: Clock
) -> StartedSession | None:
    if factor is None:
        detail = {**whence.detail, "account": who.login}
        record(session, actor=None, action=Action.SECOND_FACTOR_REFUSED, detail=detail, clock=clock)
        return None
    row.used_at = clock.now()
    return let_in(
        session,
        who,
        account_id=row.account_id,
        method=LogInMethod(row.method),
        factor=factor,
        whence=whence,
        clock=clock,
    )

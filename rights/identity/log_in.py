"""The viewer's door: logging in, who a browser is, logging out. Every attempt is audited.

1. Compare login and password in a reading transaction: hashing takes 100 ms and must hold no write lock.
   A hash made with other parameters than today's is made anew, for only now is the password at hand.
2. In a writing one: see that the account still stands as it was compared, let it in (rights.identity.entering); or
   audit the refusal. Unknown login, wrong password, no password yet and disabled account look alike outside.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.identity.accounts import Account, actor_of, authenticate, find_account
from rights.identity.entering import NOWHERE, PendingLogIn, Whence, enter
from rights.identity.passwords import hash_password, is_outdated
from rights.identity.provider_identities import ProvenIdentity, account_proven
from rights.identity.sessions import LogInMethod, StartedSession, end_session, find_session
from rights.identity.visits import visit_of_token
from rights.tables import AccountRow
from storage.database.engine import Database


def log_in(
    database: Database, *, login: str, password: str, clock: Clock, whence: Whence = NOWHERE
) -> StartedSession | PendingLogIn | None:
    """Let the owner of this login and password in, or wait for his second factor; None is a refusal, already audited.

    ``whence`` is where the browser is, kept in the audit and with the session.
    """
    with database.read() as session:
        account = authenticate(session, login=login, password=password, clock=clock)  # 1
        outdated = account is not None and is_outdated(session.get_one(AccountRow, account.id).password_hash or "")
    renewed = hash_password(password) if outdated else None
    with database.begin() as session:  # 2
        actor = _still(session, account, clock=clock)
        if actor is None or actor.account_id is None:
            known = find_account(session, login)
            # An unknown login is not kept as it was typed: people type their password there.
            detail = {**whence.detail, **({"account": known.login} if known else {})}
            record(session, actor=None, action=Action.LOG_IN_REFUSED, detail=detail, clock=clock)
            return None
        if renewed is not None:
            session.get_one(AccountRow, actor.account_id).password_hash = renewed
        return enter(
            session,
            actor,
            account_id=actor.account_id,
            method=LogInMethod.PASSWORD,
            whence=whence,
            clock=clock,
        )


def log_in_by_provider(
    database: Database, proven: ProvenIdentity, *, clock: Clock, whence: Whence = NOWHERE
) -> StartedSession | PendingLogIn | None:
    """Let in whom the log-in provider names, if he linked it to his account; None is a refusal, already audited."""
    with database.begin() as session:
        found = account_proven(session, proven, clock=clock)
        if found is None:
            detail = {**whence.detail, "method": LogInMethod.PROVIDER}
            record(session, actor=None, action=Action.LOG_IN_REFUSED, detail=detail, clock=clock)
            return None
        account_id, actor = found
        return enter(session, actor, account_id=account_id, method=LogInMethod.PROVIDER, whence=whence, clock=clock)


def actor_of_session(database: Database, *, token: str, clock: Clock, touch: bool = True) -> Actor | None:
    """Tell who a browser's token stands for at this moment; see :func:`rights.identity.visits.visit_of_token`."""
    visit = visit_of_token(database, token=token, clock=clock, touch=touch)
    return visit.actor if visit else None


def log_out(database: Database, *, token: str, clock: Clock) -> None:
    """End the session of a token, if it stands, and audit it."""
    with database.begin() as session:
        found = find_session(session, token=token, clock=clock)
        if found is None:
            return
        actor = actor_of(session, found.account_id, clock)
        end_session(session, token=token, clock=clock)
        record(session, actor=actor, action=Action.LOGGED_OUT, clock=clock)


def _still(session: Session, account: Account | None, *, clock: Clock) -> Actor | None:
    """See whether the account stands as it was compared: enabled, and with the password of then."""
    if account is None:
        return None
    set_at = session.scalar(select(AccountRow.password_set_at).where(AccountRow.id == account.id))
    return actor_of(session, account.id, clock) if set_at == account.password_set_at else None

"""Who an account is at the log-in provider (OpenID Connect).

Invariants
----------
1. Nobody comes in who has no account: the provider says who somebody is, and never makes anybody.
2. The administrator enters the e-mail address, which opens nothing. The owner of the account, logged in here by other
   means, links issuer and subject to it by proving at the provider that its *verified* address is that one; from then
   on they alone decide (an address may be given to another person later). So no administrator comes in as somebody
   else by an address of his own.
3. An account has one identity at a time, and a subject or an address one account.
4. Whatever changes an account's identity ends its sessions and what waits for a second factor: whoever came in by the
   one of before is out, and an owner for whom another address was entered notices.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.identity.accounts import actor_of
from rights.identity.log_in_rows import PendingLogInRow, ProviderIdentityRow
from rights.identity.sessions import LogInMethod, SessionEnd, end_sessions_of
from rights.tables import AccountRow

EMAIL_MAX_CHARS = 254


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """The address that was entered, by whom and when, and since when a subject is linked by it."""

    email: str
    entered_at: datetime
    entered_by: str
    linked_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """What the provider's signed token says: who it is, and the address that the provider itself has verified."""

    issuer: str
    subject: str
    verified_email: str | None


def enter_identity(
    session: Session, *, account_id: int, issuer: str, email: str, by: Actor, clock: Clock, but: str | None = None
) -> None:
    """Say by which address an account is known at the provider; what was linked before ends.

    ``but`` is the id of the session that asks, which goes on if it is of this very account. Raises BadDataError for
    what is no address, and for one that is another account's.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    folded = email.strip().casefold()
    name, at, domain = folded.partition("@")
    if not (name and at and "." in domain and folded.isprintable() and len(folded) <= EMAIL_MAX_CHARS):
        raise BadDataError(what="this is no e-mail address", where="email", remedy="e.g. sanna.laine@example.fi")
    known = session.scalar(
        select(ProviderIdentityRow).where(_stands(), ProviderIdentityRow.issuer == issuer,
                                          ProviderIdentityRow.email == folded)
    )  # fmt: skip
    if known is not None and known.account_id == account_id:
        return
    if known is not None:
        raise BadDataError(what="the address is another account's", where="email", remedy="remove it there first")
    login = _login(session, account_id)
    _remove(session, account_id, by=by, clock=clock)
    _end_log_ins(session, account_id, but=but, clock=clock)
    session.add(
        ProviderIdentityRow(
            account_id=account_id, issuer=issuer, email=folded, entered_at=clock.now(), entered_by=by.login
        )
    )
    session.flush()
    detail = {"account": login, "issuer": issuer, "email": folded}
    record(session, actor=by, action=Action.PROVIDER_IDENTITY_ENTERED, detail=detail, clock=clock)


def remove_identity(session: Session, *, account_id: int, by: Actor, clock: Clock, but: str | None = None) -> None:
    """Let an account come in by the provider no more; where it has no identity there this is no error.

    ``but`` as for :func:`enter_identity`.
    """
    require(by, Task.ADMINISTER_ACCOUNTS)
    login = _login(session, account_id)
    if _remove(session, account_id, by=by, clock=clock):
        _end_log_ins(session, account_id, but=but, clock=clock)
        detail = {"account": login}
        record(session, actor=by, action=Action.PROVIDER_IDENTITY_REMOVED, detail=detail, clock=clock)


def identity_of(session: Session, account_id: int) -> ProviderIdentity | None:
    """Tell by what an account is known at the provider; None for one that is not."""
    row = session.scalar(select(ProviderIdentityRow).where(_stands(), ProviderIdentityRow.account_id == account_id))
    return ProviderIdentity(row.email, row.entered_at, row.entered_by, row.linked_at) if row else None


def account_proven(session: Session, proven: ProvenIdentity, *, clock: Clock) -> tuple[int, Actor] | None:
    """Tell whose account was linked to it; None for nobody's, and for one that does not stand."""
    row = session.scalar(select(ProviderIdentityRow).where(*_is(proven)))
    actor = actor_of(session, row.account_id, clock) if row else None
    return None if row is None or actor is None else (row.account_id, actor)


def link_identity(session: Session, proven: ProvenIdentity, *, by: Actor, clock: Clock) -> bool:
    """Link who was proven at the provider to one's own account, from a session that was lately confirmed.

    False where it is another's already, or its verified address is not the one that was entered for this account.
    """
    if by.account_id is None or proven.verified_email is None:
        return False
    row = session.scalar(
        select(ProviderIdentityRow)
        .where(
            _stands(),
            ProviderIdentityRow.account_id == by.account_id,
            ProviderIdentityRow.issuer == proven.issuer,
            ProviderIdentityRow.email == proven.verified_email.strip().casefold(),
            ProviderIdentityRow.subject.is_(None),
        )
        .with_for_update()
    )
    if row is None or session.scalar(select(ProviderIdentityRow.id).where(*_is(proven))) is not None:
        return False
    row.subject, row.linked_at = proven.subject, clock.now()
    session.flush()
    record(session, actor=by, action=Action.PROVIDER_IDENTITY_LINKED, detail={"issuer": proven.issuer}, clock=clock)
    return True


def _stands() -> ColumnElement[bool]:
    return ProviderIdentityRow.removed_at.is_(None)


def _is(proven: ProvenIdentity) -> tuple[ColumnElement[bool], ...]:
    return (
        _stands(),
        ProviderIdentityRow.issuer == proven.issuer,
        ProviderIdentityRow.subject == proven.subject,
    )


def _login(session: Session, account_id: int) -> str:
    login = session.scalar(select(AccountRow.login).where(AccountRow.id == account_id))
    if login is None:
        raise NotFoundError(what="no such account")
    return login


def _remove(session: Session, account_id: int, *, by: Actor, clock: Clock) -> bool:
    row = session.scalar(select(ProviderIdentityRow).where(_stands(), ProviderIdentityRow.account_id == account_id))
    if row is None:
        return False
    row.removed_at, row.removed_by = clock.now(), by.login
    session.flush()
    return True


def _end_log_ins(session: Session, account_id: int, *, but: str | None, clock: Clock) -> None:
    waiting = PendingLogInRow.account_id == account_id, PendingLogInRow.method == LogInMethod.PROVIDER
    session.execute(delete(PendingLogInRow).where(*waiting))
    end_sessions_of(session, account_id, because=SessionEnd.PROVIDER_IDENTITY_CHANGED, clock=clock, but=but)

"""What an account holds, held and waits for, and how the administrator grants a role or ends a grant."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from rights.access.actor import Actor
from rights.access.approvals import Approval, approvals_of, undecided_of
from rights.access.deeds import Deed
from rights.access.grants import (
    account_of_subject,
    grant_or_ask,
    permit_of_grant,
    subject_of_grant,
    valid_until_of_grant,
)
from rights.access.permissions import permissions_of, permit_of_row, require, revoke_one
from rights.access.permit import Permit
from rights.access.roles import get_role
from rights.access.tasks import Task
from rights.identity.last_administrator import require_another_administrator
from rights.tables import AccountRow, PermissionRow


@dataclass(frozen=True, slots=True)
class Granted:
    """One grant to an account: what, with which role, from when to when, why, and by which two people (logins)."""

    id: int
    permit: Permit
    role: str | None
    valid_from: datetime
    valid_until: datetime | None
    reason: str
    granted_by: str
    granted_at: datetime
    approved_by: str | None
    revoked_at: datetime | None
    revoked_by: str | None

    def is_over(self, now: datetime) -> bool:
        """Tell whether it was taken away or has ended; one that begins later is not over."""
        return self.revoked_at is not None or (self.valid_until is not None and self.valid_until <= now)


@dataclass(frozen=True, slots=True)
class WaitingGrant:
    """A grant that waits for a second person."""

    permit: Permit
    valid_until: datetime | None
    reason: str
    asked_by: str
    asked_at: datetime


def grants_of(session: Session, account_id: int, *, by: Actor) -> list[Granted]:
    """Give all that was ever granted to an account, by task and scope, then oldest first."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    return _in_order(permissions_of(session, account_id))


def grants_of_all(session: Session, *, by: Actor) -> dict[int, list[Granted]]:
    """Give the same of every account that was ever granted anything, by its id, in one query."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    rows = session.scalars(select(PermissionRow).order_by(PermissionRow.account_id))
    return {account_id: _in_order(granted) for account_id, granted in groupby(rows, attrgetter("account_id"))}


def waiting_counts(session: Session, *, by: Actor, clock: Clock) -> Counter[int]:
    """Tell for each account how much was asked for it and nobody has decided on yet, in one query."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    asked_for = undecided_of(session, deed=Deed.GRANT_LISTENING, clock=clock)
    return Counter(account_of_subject(asked.subject) for asked in asked_for)


def waiting_grants_of(session: Session, account_id: int, *, by: Actor, clock: Clock) -> list[WaitingGrant]:
    """Give what was asked for an account and nobody has decided on yet."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    subject, now = subject_of_grant(account_id), clock.now()
    asked_for = approvals_of(session, deed=Deed.GRANT_LISTENING, subject=subject)
    return [
        WaitingGrant(
            permit=permit_of_grant(asked),
            valid_until=valid_until_of_grant(asked),
            reason=asked.reason,
            asked_by=asked.asked_by,
            asked_at=asked.asked_at,
        )
        for asked in asked_for
        if asked.decided_at is None and asked.expires_at > now
    ]


def grant_role(
    session: Session,
    account_id: int,
    *,
    role: str,
    reason: str,
    by: Actor,
    clock: Clock,
    valid_until: datetime | None = None,
) -> list[Approval]:
    """Grant the tasks of a role, each with its scope; give what of it waits for a second person.

    Raises NotFoundError for an account or a role that is not there, BadDataError for a retired role, and as ``grant``.
    """
    account, bundle = _row(session, account_id), get_role(session, role)
    if bundle.is_retired:
        raise BadDataError(what="the role is no longer granted", where=role, remedy="choose another")
    waiting = [
        grant_or_ask(
            session,
            account=account,
            permit=permit,
            reason=reason,
            by=by,
            clock=clock,
            valid_until=valid_until,
            role=bundle.code,
        )
        for permit in sorted(bundle.permits)
    ]
    return [asked for asked in waiting if asked is not None]


def grant_permit(
    session: Session,
    account_id: int,
    *,
    permit: Permit,
    reason: str,
    by: Actor,
    clock: Clock,
    valid_until: datetime | None = None,
) -> Approval | None:
    """Grant one task on its scope, or give what waits for a second person; raises as :func:`grant_role`."""
    account = _row(session, account_id)
    return grant_or_ask(
        session, account=account, permit=permit, reason=reason, by=by, clock=clock, valid_until=valid_until
    )


def end_grant(session: Session, account_id: int, *, permission_id: int, by: Actor, clock: Clock) -> None:
    """Take one grant away at once; raise LastAdministratorError where nobody else could administer accounts then."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    account = _row(session, account_id)
    ended = next((one for one in grants_of(session, account_id, by=by) if one.id == permission_id), None)
    if ended is not None and ended.permit.task is Task.ADMINISTER_ACCOUNTS and not ended.is_over(clock.now()):
        others = [
            one
            for one in grants_of(session, account_id, by=by)
            if one.permit == ended.permit
            and one.id != ended.id
            and one.valid_from <= clock.now()
            and not one.is_over(clock.now())
        ]
        if not others:
            require_another_administrator(session, account, clock=clock)
    revoke_one(session, account=account, permission_id=permission_id, by=by, clock=clock)


def _in_order(rows: Iterable[PermissionRow]) -> list[Granted]:
    """Read the grants of one account; one that this version does not know is left out."""
    granted = [
        Granted(
            id=row.id,
            permit=permit,
            role=row.role,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            reason=row.reason,
            granted_by=row.granted_by,
            granted_at=row.granted_at,
            approved_by=row.approved_by,
            revoked_at=row.revoked_at,
            revoked_by=row.revoked_by,
        )
        for row in rows
        if (permit := permit_of_row(row)) is not None
    ]
    order = list(Task)
    return sorted(granted, key=lambda one: (order.index(one.permit.task), one.permit.scope, one.id))


def _row(session: Session, account_id: int) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise NotFoundError(what="no such account")
    return row

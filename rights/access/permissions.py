"""Permissions: which tasks an account may do, on which scope, from when to when, who granted it, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError, TallenneError
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerRow
from rights.access.permit import Permit
from rights.access.scope import Reach, Scope
from rights.access.stated_reason import stated_reason
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.tables import AccountRow, PermissionRow


def require(actor: Actor, task: Task) -> None:
    """Let nobody pass who is not permitted this task; raise RefusedError."""
    if not actor.may(task):
        raise RefusedError(what=f"{actor.login} is not permitted: {task}", remedy="ask the administrator")


def permits_of(session: Session, account_ids: Iterable[int], *, clock: Clock) -> dict[int, frozenset[Permit]]:
    """Tell what is valid now for each account, in one query. A task or scope this version lacks permits nothing."""
    wanted = list(account_ids)
    permits: dict[int, set[Permit]] = {account_id: set() for account_id in wanted}
    for row in session.scalars(
        select(PermissionRow).where(PermissionRow.account_id.in_(wanted), is_valid(clock.now()))
    ):
        permit = permit_of_row(row)
        if permit is not None:
            permits[row.account_id].add(permit)
    return {account_id: frozenset(granted) for account_id, granted in permits.items()}


def permit_of_row(row: PermissionRow) -> Permit | None:
    """Read what a row permits; None for what this version does not know."""
    try:
        return Permit(Task(row.task), Scope(Reach(row.reach), row.service))
    except (ValueError, TallenneError):
        return None


def permissions_of(session: Session, account_id: int) -> Sequence[PermissionRow]:
    """Give all that was ever granted to an account, oldest first."""
    return session.scalars(
        select(PermissionRow).where(PermissionRow.account_id == account_id).order_by(PermissionRow.id)
    ).all()


def grant(
    session: Session,
    *,
    account: AccountRow,
    permit: Permit,
    reason: str,
    by: Actor,
    clock: Clock,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    role: str | None = None,
    approved_by: str | None = None,
) -> None:
    """Grant a task on a scope, from now (or later) until revoked (or until a moment), and audit it.

    Every session of the account ends: who logs in again has what he is permitted now. Raises RefusedError where
    ``by`` may not administer accounts or grants something to himself, BadDataError for a reason that is empty or above
    1,000 characters and for a permission that ends before it begins.
    """
    require_may_grant(account, by=by)
    if session.get(PartnerRow, account.id) is not None:
        raise RefusedError(what="a partner is given calls by name alone", where=account.login)
    tidy = stated_reason(reason)
    now = clock.now()
    begins = valid_from or now
    if valid_until is not None and valid_until <= begins:
        raise BadDataError(what="a permission must end after it begins", where=str(permit))
    row = PermissionRow(
        account_id=account.id,
        task=permit.task,
        reach=permit.scope.reach,
        service=permit.scope.service,
        reason=tidy,
        valid_from=begins,
        valid_until=valid_until,
        granted_at=now,
        granted_by=by.login,
        approved_by=approved_by,
        role=role,
    )
    session.add(row)
    validity = {"valid_from": begins.isoformat(), "valid_until": valid_until.isoformat() if valid_until else None}
    detail = {
        "account": account.login,
        "task": str(permit),
        "reason": tidy,
        "role": role,
        "approved_by": approved_by,
        **validity,
    }
    record(session, actor=by, action=Action.TASK_GRANTED, detail=detail, clock=clock)
    end_sessions_of(session, account.id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


def revoke(session: Session, *, account: AccountRow, permit: Permit, by: Actor, clock: Clock) -> None:
    """End a permit at once, present and future grants alike, with all sessions; nothing to end is no error."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    now = clock.now()
    granted = session.scalars(
        select(PermissionRow).where(
            PermissionRow.account_id == account.id,
            PermissionRow.task == permit.task,
            PermissionRow.reach == permit.scope.reach,
            PermissionRow.service.is_not_distinct_from(permit.scope.service),
            PermissionRow.revoked_at.is_(None),
            or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
        )
    ).all()
    for row in granted:
        row.revoked_at, row.revoked_by = now, by.login
    if granted:
        detail = {"account": account.login, "task": str(permit)}
        record(session, actor=by, action=Action.TASK_REVOKED, detail=detail, clock=clock)
        end_sessions_of(session, account.id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


def revoke_one(session: Session, *, account: AccountRow, permission_id: int, by: Actor, clock: Clock) -> None:
    """End one grant at once, with all sessions; raise NotFoundError where the account has no such grant."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    row = session.get(PermissionRow, permission_id)
    if row is None or row.account_id != account.id:
        raise NotFoundError(what="no such permission")
    if row.revoked_at is not None:
        return
    row.revoked_at, row.revoked_by = clock.now(), by.login
    permit = permit_of_row(row)
    detail = {"account": account.login, "task": str(permit) if permit else row.task}
    record(session, actor=by, action=Action.TASK_REVOKED, detail=detail, clock=clock)
    end_sessions_of(session, account.id, because=SessionEnd.PERMISSIONS_CHANGED, clock=clock)


def require_may_grant(account: AccountRow, *, by: Actor) -> None:
    """See that an actor may grant something to an account; raise RefusedError, for his own account too."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    if by.account_id == account.id:
        raise RefusedError(what="nobody grants himself anything", remedy="ask another administrator")


def is_valid(now: datetime) -> ColumnElement[bool]:
    """Say in SQL which permissions are valid at a moment."""
    return and_(
        PermissionRow.revoked_at.is_(None),
        PermissionRow.valid_from <= now,
        or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
    )

"""Permissions: which tasks an account may do, from when to when, and who granted it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, RefusedError
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.tables import AccountRow, PermissionRow


def require(actor: Actor, task: Task) -> None:
    """Let nobody pass who is not permitted this task; raise RefusedError."""
    if not actor.may(task):
        raise RefusedError(what=f"{actor.login} is not permitted: {task}", remedy="ask the administrator")


def tasks_of(session: Session, account_ids: Iterable[int], *, clock: Clock) -> dict[int, frozenset[Task]]:
    """Tell the tasks that are valid now for each account, in one query. A task this version lacks permits nothing."""
    wanted = list(account_ids)
    tasks: dict[int, set[Task]] = {account_id: set() for account_id in wanted}
    for row in session.scalars(
        select(PermissionRow).where(PermissionRow.account_id.in_(wanted), is_valid(clock.now()))
    ):
        if row.task in set(Task):
            tasks[row.account_id].add(Task(row.task))
    return {account_id: frozenset(granted) for account_id, granted in tasks.items()}


def permissions_of(session: Session, account_id: int) -> Sequence[PermissionRow]:
    """Give all that was ever granted to an account, oldest first."""
    return session.scalars(
        select(PermissionRow).where(PermissionRow.account_id == account_id).order_by(PermissionRow.id)
    ).all()


def grant(
    session: Session,
    *,
    account: AccountRow,
    task: Task,
    by: Actor,
    clock: Clock,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> None:
    """Grant a task, from now (or later) until revoked (or until a moment), and audit it."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    now = clock.now()
    begins = valid_from or now
    if valid_until is not None and valid_until <= begins:
        raise BadDataError(what="a permission must end after it begins", where=str(task))
    row = PermissionRow(
        account_id=account.id,
        task=task,
        valid_from=begins,
        valid_until=valid_until,
        granted_at=now,
        granted_by=by.login,
    )
    session.add(row)
    validity = {"valid_from": begins.isoformat(), "valid_until": valid_until.isoformat() if valid_until else None}
    detail = {"account": account.login, "task": task, **validity}
    record(session, actor=by, action=Action.TASK_GRANTED, detail=detail, clock=clock)


def revoke(session: Session, *, account: AccountRow, task: Task, by: Actor, clock: Clock) -> None:
    """End a task at once, present and future grants alike, and audit it; nothing to end is no error."""
    require(by, Task.ADMINISTER_ACCOUNTS)
    now = clock.now()
    granted = session.scalars(
        select(PermissionRow).where(
            PermissionRow.account_id == account.id,
            PermissionRow.task == task,
            PermissionRow.revoked_at.is_(None),
            or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
        )
    ).all()
    for row in granted:
        row.revoked_at, row.revoked_by = now, by.login
    if granted:
        detail = {"account": account.login, "task": task}
        record(session, actor=by, action=Action.TASK_REVOKED, detail=detail, clock=clock)


def is_valid(now: datetime) -> ColumnElement[bool]:
    """Say in SQL which permissions are valid at a moment."""
    return and_(
        PermissionRow.revoked_at.is_(None),
        PermissionRow.valid_from <= now,
        or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
    )

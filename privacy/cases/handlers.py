"""Who handles a case: whoever has the task, and nobody one about himself. To all others the case is not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from privacy.cases.case import row_of
from privacy.cases.case_rows import CaseRow
from rights.access.actor import Actor
from rights.access.permissions import is_valid
from rights.access.tasks import Task
from rights.tables import AccountRow, PermissionRow


@dataclass(frozen=True, slots=True)
class Handler:
    """An account that may handle cases."""

    account_id: int
    name: str
    login: str


def is_subject(row: CaseRow, actor: Actor) -> bool:
    """Tell whether a case is about the actor himself."""
    is_account = row.account_id is not None and row.account_id == actor.account_id
    return is_account or (row.agent_id is not None and row.agent_id == actor.agent_id)


def handled(actor: Actor) -> ColumnElement[bool]:
    """Say in SQL which cases an actor may handle. Deny by default."""
    if not actor.may(Task.HANDLE_CASES):
        return false()
    own = [CaseRow.account_id == actor.account_id, CaseRow.account_id.is_not(None)]
    others = [or_(CaseRow.account_id.is_(None), ~and_(*own))]
    if actor.agent_id is not None:
        others.append(or_(CaseRow.agent_id.is_(None), CaseRow.agent_id != actor.agent_id))
    return and_(*others)


def handled_row(session: Session, actor: Actor, case_no: str, *, for_change: bool = False) -> CaseRow:
    """Give the row of a case that the actor may handle; raise NotFoundError alike where he may not, or it is none."""
    if not actor.may(Task.HANDLE_CASES):
        raise NotFoundError(what="no such case", where=case_no)
    row = row_of(session, case_no, for_change=for_change)
    if is_subject(row, actor):
        raise NotFoundError(what="no such case", where=case_no)
    return row


def handlers_of(session: Session, row: CaseRow | None, *, clock: Clock) -> Sequence[Handler]:
    """List the accounts that may handle a case now (None: any case), by name; whom it is about is not among them."""
    may = select(PermissionRow.account_id).where(PermissionRow.task == Task.HANDLE_CASES, is_valid(clock.now()))
    accounts = session.scalars(select(AccountRow).where(AccountRow.disabled_at.is_(None), AccountRow.id.in_(may)))
    found = [account for account in accounts if row is None or not is_account_of(row, account)]
    told = (Handler(account.id, account.name, account.login) for account in found)
    return sorted(told, key=lambda one: (one.name, one.account_id))


def logins_of_subject(session: Session, row: CaseRow) -> frozenset[str]:
    """Give the logins of whom a case is about: he is no second person in it."""
    accounts = session.scalars(
        select(AccountRow).where(or_(AccountRow.id == row.account_id, AccountRow.agent_id == row.agent_id))
    )
    return frozenset(account.login for account in accounts if is_account_of(row, account))


def is_account_of(row: CaseRow, account: AccountRow) -> bool:
    """Tell whether an account is of whom a case is about."""
    return row.account_id == account.id or (row.agent_id is not None and row.agent_id == account.agent_id)

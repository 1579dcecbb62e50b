"""The last administrator: without one nobody could let anybody in but whoever holds the machine."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from rights.access.permissions import is_valid
from rights.access.tasks import Task
from rights.tables import AccountRow, PermissionRow


class LastAdministratorError(BadDataError):
    """What was asked for would leave no enabled account that may administer accounts."""


def require_another_administrator(session: Session, account: AccountRow, *, clock: Clock) -> None:
    """See that an account is not the only enabled one that may administer accounts now; LastAdministratorError.

    The rows are locked in one order, so that of two administrators who disable each other in the same moment the
    second waits, and is refused.
    """
    administrators = session.scalars(
        select(AccountRow.id)
        .join(PermissionRow, PermissionRow.account_id == AccountRow.id)
        .where(
            AccountRow.disabled_at.is_(None),
            PermissionRow.task == Task.ADMINISTER_ACCOUNTS,
            is_valid(clock.now()),
        )
        .order_by(AccountRow.id, PermissionRow.id)
        .with_for_update()
    ).all()
    if set(administrators) == {account.id}:
        raise LastAdministratorError(
            what=f"{account.login!r} is the last who may administer accounts",
            remedy=f"grant {Task.ADMINISTER_ACCOUNTS} to another account first",
        )

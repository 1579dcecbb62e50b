"""What becomes of the right to hear one's own calls when other calls become one's own."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.access.four_eyes import LISTENING_TASKS
from rights.access.grants import grant_or_ask
from rights.access.permissions import permit_of_row, revoke_one
from rights.access.scope import Reach
from rights.tables import AccountRow, PermissionRow


def ask_anew(session: Session, account: AccountRow, *, by: Actor, clock: Clock) -> None:
    """End every right to hear or export own calls that stands, and ask for the same again where there is an agent.

    Without it an administrator would open anybody's calls by naming them an account's own, which nobody approved.
    """
    now = clock.now()
    rows = session.scalars(
        select(PermissionRow).where(
            PermissionRow.account_id == account.id,
            PermissionRow.task.in_(sorted(LISTENING_TASKS)),
            PermissionRow.reach == Reach.OWN,
            PermissionRow.revoked_at.is_(None),
            or_(PermissionRow.valid_until.is_(None), PermissionRow.valid_until > now),
        )
    ).all()
    for row in rows:
        revoke_one(session, account=account, permission_id=row.id, by=by, clock=clock)
        permit = permit_of_row(row)
        if account.agent_id is not None and permit is not None and account.id != by.account_id:
            grant_or_ask(
                session,
                account=account,
                permit=permit,
                reason=row.reason,
                by=by,
                clock=clock,
                valid_from=max(row.valid_from, now),
                valid_until=row.valid_until,
                role=row.role,
            )

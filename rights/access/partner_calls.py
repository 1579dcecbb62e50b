"""What a partner's account may do: know of and hear the calls that were opened to it by name, and nothing else.

Invariants
----------
1. A partner's permits come from here alone: whatever else was ever granted to the account permits nothing.
2. They reach no call by a scope. ``rights.calls.reach`` takes the named calls that are open at the moment, and the
   catalogue tells nothing of the register beside them.
3. When the account's day is over, it is as if disabled.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerCallRow, PartnerRow
from rights.access.permit import Permit
from rights.access.scope import OWN
from rights.access.tasks import Task
from rights.tables import AccountRow

PARTNER_PERMITS = frozenset({Permit(Task.VIEW_CALLS, OWN), Permit(Task.LISTEN, OWN)})


def is_partner(session: Session, account_id: int) -> bool:
    """Tell whether an account is a partner's, whether or not its day is over."""
    return session.get(PartnerRow, account_id) is not None


def partner_actor(session: Session, account: AccountRow, *, clock: Clock) -> Actor | None:
    """Give the actor of a partner's account as it stands now; None where its day is over. The account is a partner's.

    It has no agent: no call is its own.
    """
    now = clock.now()
    if session.get_one(PartnerRow, account.id).expires_at <= now:
        return None
    named = session.scalars(select(PartnerCallRow.call_id).where(PartnerCallRow.account_id == account.id, is_open(now)))
    return Actor(
        account_id=account.id,
        login=account.login,
        name=account.name,
        agent_id=None,
        permits=PARTNER_PERMITS,
        named_calls=frozenset(named),
    )


def basis_of_call(session: Session, actor: Actor, call_id: str, *, clock: Clock) -> str | None:
    """Tell a partner on which basis a call was opened to him; None for anybody else."""
    if actor.named_calls is None or actor.account_id is None:
        return None
    return session.scalar(
        select(PartnerCallRow.basis)
        .where(
            PartnerCallRow.account_id == actor.account_id,
            PartnerCallRow.call_id == call_id,
            is_open(clock.now()),
        )
        .order_by(PartnerCallRow.id.desc())
        .limit(1)
    )


def is_open(now: datetime) -> ColumnElement[bool]:
    """Say in SQL which openings hold at a moment."""
    return and_(PartnerCallRow.closed_at.is_(None), PartnerCallRow.opened_at <= now, PartnerCallRow.opened_until > now)

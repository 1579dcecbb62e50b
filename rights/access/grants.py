"""Granting: at once, or, for what nobody grants alone, when a second person has approved it.

Invariants
----------
1. Nobody grants himself anything, and nobody approves a grant to himself.
2. What is granted after an approval is exactly what was asked for: the task, the scope, the days, and for a scope of
   own calls also whose calls are the account's own.
3. Who asked must still be permitted to grant when it is approved.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from calls.clock import Clock, from_iso
from calls.errors import BadDataError, RefusedError
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask, use_this
from rights.access.deeds import Deed
from rights.access.four_eyes import needs_second_person
from rights.access.permissions import grant, require_may_grant
from rights.access.permit import Permit, parse_permit
from rights.tables import AccountRow

_SUBJECT = "account:"


def grant_or_ask(
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
) -> Approval | None:
    """Grant a permit, or ask for the approval that it needs and give what now waits; raises as ``grant``."""
    if not needs_second_person(permit, by=by):
        grant(
            session,
            account=account,
            permit=permit,
            reason=reason,
            by=by,
            clock=clock,
            valid_from=valid_from,
            valid_until=valid_until,
            role=role,
        )
        return None
    require_may_grant(account, by=by)
    if valid_until is not None and valid_until <= (valid_from or clock.now()):
        raise BadDataError(what="a permission must end after it begins", where=str(permit))
    return ask(
        session,
        deed=Deed.GRANT_LISTENING,
        subject=f"{_SUBJECT}{account.id}",
        reason=reason,
        by=by,
        clock=clock,
        detail={
            "permit": str(permit),
            "valid_from": valid_from.isoformat() if valid_from else None,
            "valid_until": valid_until.isoformat() if valid_until else None,
            "role": role,
            "agent_id": account.agent_id,
        },
    )


def grant_approved(session: Session, approval: Approval, *, asker: Actor, clock: Clock) -> None:
    """Grant what was approved, as its asker, in the transaction of the approval.

    Raises RefusedError where the asker may no longer grant, or the account is now another agent's than was approved.
    """
    account = session.get_one(AccountRow, account_of_grant(approval))
    require_may_grant(account, by=asker)
    if account.agent_id != approval.detail["agent_id"]:
        raise RefusedError(
            what="whose calls are the account's own has changed since", where=account.login, remedy="ask for it anew"
        )
    use_this(session, approval, by=asker, clock=clock)
    role = approval.detail["role"]
    grant(
        session,
        account=account,
        permit=permit_of_grant(approval),
        reason=approval.reason,
        by=asker,
        clock=clock,
        valid_from=_moment(approval.detail, "valid_from"),
        valid_until=valid_until_of_grant(approval),
        role=str(role) if role else None,
        approved_by=approval.decided_by,
    )


def account_of_grant(approval: Approval) -> int:
    """Tell the id of the account that a grant was asked for."""
    return int(approval.subject.removeprefix(_SUBJECT))


def permit_of_grant(approval: Approval) -> Permit:
    """Tell what was asked for."""
    return parse_permit(str(approval.detail["permit"]))


def valid_until_of_grant(approval: Approval) -> datetime | None:
    """Tell until when it was asked for."""
    return _moment(approval.detail, "valid_until")


def subject_of_grant(account_id: int) -> str:
    """Give the subject of the approvals of grants to an account."""
    return f"{_SUBJECT}{account_id}"


def account_of_subject(subject: str) -> int:
    """Tell whose account the subject of such an approval is."""
    return int(subject.removeprefix(_SUBJECT))


def _moment(detail: Mapping[str, object], name: str) -> datetime | None:
    text = detail[name]
    return from_iso(str(text)) if text else None

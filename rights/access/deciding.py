"""Deciding on what waits for a second person.

A grant is made, and a finding of the audit acknowledged, in the same moment; the other deeds are done by who asked.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import RefusedError
from rights.access.actor import Actor, operator_actor
from rights.access.approval_rows import ApprovalRow
from rights.access.approvals import Approval, decide, use
from rights.access.deeds import Deed
from rights.access.grants import grant_approved, subject_of_grant
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.acknowledging import OpenAuditKey, acknowledge, no_audit_key
from rights.identity.accounts import actor_of

_OPERATOR = "cli:"


def decide_and_do(
    session: Session,
    approval_id: int,
    *,
    is_approved: bool,
    note: str = "",
    by: Actor,
    clock: Clock,
    audit_key: OpenAuditKey = no_audit_key,
) -> Approval:
    """Approve or refuse; an approved grant of a permission holds from now on, an approved acknowledgement too.

    Raises as ``decide``, and RefusedError where the grant is to the approver himself or cannot be made any more.
    """
    row = session.scalar(select(ApprovalRow).where(ApprovalRow.id == approval_id))
    is_grant = row is not None and row.deed == Deed.GRANT_LISTENING
    if row is not None and is_grant and by.account_id is not None and row.subject == subject_of_grant(by.account_id):
        raise RefusedError(what="nobody approves a right of his own", remedy="ask a colleague who may approve")
    approval = decide(session, approval_id, is_approved=is_approved, note=note, by=by, clock=clock)
    if is_grant and is_approved and row is not None:
        grant_approved(session, approval, asker=_asker(session, row, clock=clock), clock=clock)
    if approval.deed is Deed.ACKNOWLEDGE_FINDINGS and is_approved and row is not None:
        asker = _asker(session, row, clock=clock)
        require(asker, Task.VIEW_AUDIT)
        use(
            session,
            deed=approval.deed,
            subject=approval.subject,
            by=asker,
            clock=clock,
            detail=approval.detail,
            approval_id=approval.id,
        )
        acknowledge(session, approval, key=audit_key(), by=by, clock=clock)
    return approval


def _asker(session: Session, row: ApprovalRow, *, clock: Clock) -> Actor:
    """Give who asked as he stands now: the operator, who has no account, stands always."""
    if row.asked_by_account is None and row.asked_by.startswith(_OPERATOR):
        return operator_actor(row.asked_by.removeprefix(_OPERATOR))
    asker = actor_of(session, row.asked_by_account, clock) if row.asked_by_account is not None else None
    if asker is None:
        raise RefusedError(what="who asked for it has no account any more", remedy="ask for it anew")
    return asker

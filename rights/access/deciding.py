"""Deciding on what waits for a second person.

A grant is made, a team widened, somebody let back in, a finding of the audit acknowledged in the same moment; the other
deeds are done by who asked.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import RefusedError
from rights.access.actor import Actor, operator_actor
from rights.access.approval_rows import ApprovalRow
from rights.access.approvals import Approval, decide, use_this
from rights.access.deeds import Deed
from rights.access.grants import grant_approved, subject_of_grant
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.access.team_widening import lock_team_of
from rights.access.teams import widen_approved
from rights.audit.acknowledging import OpenAuditKey, acknowledge, no_audit_key
from rights.identity.accounts import actor_of, link_approved
from rights.identity.factor_changes import reset_approved
from rights.identity.letting_back import LETTING_BACK
from rights.identity.one_time_links import OneTimeLink
from rights.tables import AccountRow

_OPERATOR = "cli:"
_DONE_AT_ONCE = frozenset({Deed.GRANT_LISTENING, Deed.ACKNOWLEDGE_FINDINGS, Deed.WIDEN_TEAM, *LETTING_BACK})


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided; ``link`` is the one-time link that came of it, told once, to who approved alone."""

    approval: Approval
    link: OneTimeLink | None = None


def decide_and_do(
    session: Session,
    approval_id: int,
    *,
    is_approved: bool,
    note: str = "",
    by: Actor,
    clock: Clock,
    audit_key: OpenAuditKey = no_audit_key,
) -> Decided:
    """Approve or refuse; what waits for nobody but the second person is done at once, as who asked.

    Raises as ``decide``, and RefusedError where it is about the approver himself or cannot be done any more. Who would
    be let back in may refuse it: it may be that he never asked.
    """
    _require_stands(session, by)
    row = session.scalar(select(ApprovalRow).where(ApprovalRow.id == approval_id))
    if row is not None:
        _require_about_another(row, is_approved=is_approved, by=by)
    if row is not None and row.deed == Deed.WIDEN_TEAM:
        lock_team_of(session, row.subject)  # before the audit's rows, as whoever widens it directly does
    approval = decide(session, approval_id, is_approved=is_approved, note=note, by=by, clock=clock)
    if row is None or not is_approved or approval.deed not in _DONE_AT_ONCE:
        return Decided(approval)
    asker, link = _asker(session, row, clock=clock), None
    match approval.deed:
        case Deed.GRANT_LISTENING:
            grant_approved(session, approval, asker=asker, clock=clock)
        case Deed.NEW_LINK:
            link = link_approved(session, approval, asker=asker, clock=clock)
        case Deed.RESET_SECOND_FACTOR:
            reset_approved(session, approval, asker=asker, clock=clock)
        case Deed.WIDEN_TEAM:
            widen_approved(session, approval, asker=asker, approver=by, clock=clock)
        case Deed.ACKNOWLEDGE_FINDINGS:
            require(asker, Task.VIEW_AUDIT)
            use_this(session, approval, by=asker, clock=clock)
            acknowledge(session, approval, key=audit_key(), by=by, clock=clock)
    return Decided(approval, link)


def _require_stands(session: Session, by: Actor) -> None:
    """See that the account of who decides stands, and lock it so; raise RefusedError for one that was disabled."""
    if by.account_id is None:
        return
    stands = AccountRow.id == by.account_id, AccountRow.disabled_at.is_(None)
    if session.scalar(select(AccountRow.id).where(*stands).with_for_update(read=True)) is None:
        raise RefusedError(what="the account does not stand any more", where=by.login)


def _require_about_another(row: ApprovalRow, *, is_approved: bool, by: Actor) -> None:
    """See that nobody approves what is about his own account; raise RefusedError."""
    is_own = by.account_id is not None and row.subject == subject_of_grant(by.account_id)
    if is_own and (row.deed == Deed.GRANT_LISTENING or (row.deed in LETTING_BACK and is_approved)):
        raise RefusedError(what="nobody approves a right of his own", remedy="ask a colleague who may approve")


def _asker(session: Session, row: ApprovalRow, *, clock: Clock) -> Actor:
    """Give who asked as he stands now: the operator, who has no account, stands always."""
    if row.asked_by_account is None and row.asked_by.startswith(_OPERATOR):
        return operator_actor(row.asked_by.removeprefix(_OPERATOR))
    asker = actor_of(session, row.asked_by_account, clock) if row.asked_by_account is not None else None
    if asker is None:
        raise RefusedError(what="who asked for it has no account any more", remedy="ask for it anew")
    return asker

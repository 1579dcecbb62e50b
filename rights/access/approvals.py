"""Four eyes: what one person asks for, another approves, and the first then does once.

Invariants
----------
1. Nobody approves what he asked for himself; the database refuses it too.
2. An approval is of one deed on one subject with exactly the detail that was asked for, by its asker, once, before it
   expires. Anything else is refused.
3. What somebody approved, and nobody has used yet, is over when his account is disabled.
4. Asking, deciding and using are audited, each in its own transaction, with what was asked for.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError, RefusedError
from rights.access.actor import Actor
from rights.access.approval_rows import ApprovalRow
from rights.access.approved_detail import approved_detail
from rights.access.deeds import APPROVERS, Deed
from rights.access.stated_reason import REASON_MAX_CHARS, stated_reason
from rights.audit.trail import Action, record

APPROVAL_LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Approval:
    """What was asked for, and what became of it; ``is_approved`` None waits for a second person."""

    id: int
    deed: Deed
    subject: str
    detail: Mapping[str, object]
    reason: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_approved: bool | None
    note: str | None
    used_at: datetime | None


def ask(
    session: Session,
    *,
    deed: Deed,
    subject: str,
    reason: str,
    by: Actor,
    clock: Clock,
    detail: Mapping[str, object] | None = None,
) -> Approval:
    """Ask for a second person's approval. The caller has seen to it that ``by`` may do the deed at all.

    ``subject`` is a key of what it is about (a call's id, a case's number), never a name. To ask again for what waits
    gives what waits. Raises BadDataError for a reason that is empty or above 1,000 characters.
    """
    tidy = stated_reason(reason)
    now, wanted = clock.now(), _text(detail)
    for row in _live(session, deed=deed, subject=subject, by=by, now=now):
        if row.detail == wanted and row.is_approved is None:
            return _told(row)
    row = ApprovalRow(
        deed=deed,
        subject=subject,
        detail=wanted,
        reason=tidy,
        asked_by_account=by.account_id,
        asked_by=by.login,
        asked_at=now,
        expires_at=now + APPROVAL_LIFETIME,
    )
    session.add(row)
    session.flush()
    _audit(session, row, Action.APPROVAL_ASKED, by=by, clock=clock)
    return _told(row)


def decide(
    session: Session, approval_id: int, *, is_approved: bool, note: str = "", by: Actor, clock: Clock
) -> Approval:
    """Approve or refuse what another asked for.

    Raises NotFoundError where nothing of this id waits, or ``by`` may not decide on it; RefusedError where he asked
    for it himself.
    """
    now = clock.now()
    # asked of the database under the lock: of two who decide at once the second finds that nothing waits any more
    waiting = ApprovalRow.id == approval_id, ApprovalRow.decided_at.is_(None), ApprovalRow.expires_at > now
    row = session.scalar(select(ApprovalRow).where(*waiting).with_for_update())
    if row is None or not by.may(APPROVERS[Deed(row.deed)]):
        raise NotFoundError(what="nothing waits for an approval here", where=str(approval_id))
    if row.asked_by == by.login:
        raise RefusedError(what="nobody approves what he asked for himself", remedy="ask a colleague who may approve")
    row.decided_by_account, row.decided_by, row.decided_at = by.account_id, by.login, now
    row.is_approved, row.note = is_approved, note.strip()[:REASON_MAX_CHARS] or None
    _audit(session, row, Action.APPROVAL_GIVEN if is_approved else Action.APPROVAL_REFUSED, by=by, clock=clock)
    return _told(row)


def use(
    session: Session,
    *,
    deed: Deed,
    subject: str,
    by: Actor,
    clock: Clock,
    detail: Mapping[str, object] | None = None,
    approval_id: int | None = None,
    not_approved_by: Collection[str] = (),
) -> Approval:
    """Use an approval up, in the transaction of the deed; raise RefusedError where there is none for exactly this.

    Of several the oldest, unless ``approval_id`` says which; one that was given by a login of ``not_approved_by``
    counts for nothing, e.g. that of whom the deed is about.
    """
    now, wanted = clock.now(), _text(detail)
    for row in _live(session, deed=deed, subject=subject, by=by, now=now):
        is_this = row.detail == wanted and approval_id in {None, row.id}
        if row.is_approved and is_this and row.decided_by not in not_approved_by:
            row.used_at = now
            _audit(session, row, Action.APPROVAL_USED, by=by, clock=clock)
            return _told(row)
    raise RefusedError(what=f"a second person has not approved this: {deed}", where=subject, remedy="ask for approval")


def use_this(
    session: Session, approval: Approval, *, by: Actor, clock: Clock, not_approved_by: Collection[str] = ()
) -> Approval:
    """Use this very approval up, for what was asked for; raises as :func:`use`."""
    return use(
        session,
        deed=approval.deed,
        subject=approval.subject,
        by=by,
        clock=clock,
        detail=approval.detail,
        approval_id=approval.id,
        not_approved_by=not_approved_by,
    )


def is_usable(
    session: Session,
    *,
    deed: Deed,
    subject: str,
    by: Actor,
    clock: Clock,
    detail: Mapping[str, object] | None = None,
) -> bool:
    """Tell whether :func:`use` would do."""
    wanted = _text(detail)
    return any(
        row.is_approved and row.detail == wanted
        for row in _live(session, deed=deed, subject=subject, by=by, now=clock.now())
    )


def end_approvals_given_by(session: Session, account_id: int, *, clock: Clock) -> None:
    """Let what an account approved, and nobody has used yet, be over now: the account does not stand any more."""
    now = clock.now()
    unused = select(ApprovalRow).where(
        ApprovalRow.decided_by_account == account_id,
        ApprovalRow.is_approved.is_(True),
        ApprovalRow.used_at.is_(None),
        ApprovalRow.expires_at > now,
    )
    for row in session.scalars(unused.order_by(ApprovalRow.id).with_for_update()):
        row.expires_at = max(now, row.asked_at + timedelta.resolution)  # the table refuses none later


def waiting_for(session: Session, *, by: Actor, clock: Clock) -> list[Approval]:
    """Give what waits for an approval that this actor may give, oldest first; his own askings too, marked by login."""
    deeds = [deed for deed, task in APPROVERS.items() if by.may(task)]
    rows = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.deed.in_(deeds), ApprovalRow.decided_at.is_(None), ApprovalRow.expires_at > clock.now())
        .order_by(ApprovalRow.id)
    )
    return [_told(row) for row in rows]


def asked_by(session: Session, *, by: Actor, most: int = 50) -> list[Approval]:
    """Give what an actor has asked for, newest first, and what became of it."""
    own = select(ApprovalRow).where(ApprovalRow.asked_by == by.login).order_by(ApprovalRow.id.desc())
    rows = session.scalars(own.limit(most))
    return [_told(row) for row in rows]


def approvals_of(session: Session, *, deed: Deed, subject: str) -> list[Approval]:
    """Give what was ever asked for on a subject, newest first; the caller has seen to it that it may be told."""
    rows = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.deed == deed, ApprovalRow.subject == subject)
        .order_by(ApprovalRow.id.desc())
    )
    return [_told(row) for row in rows]


def undecided_of(session: Session, *, deed: Deed, clock: Clock) -> list[Approval]:
    """Give what waits for a decision on a kind of deed, oldest first; who is told of it is the caller's to see to."""
    rows = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.deed == deed, ApprovalRow.decided_at.is_(None), ApprovalRow.expires_at > clock.now())
        .order_by(ApprovalRow.id)
    )
    return [_told(row) for row in rows]


def may_decide(by: Actor) -> bool:
    """Tell whether there is any deed that an actor may approve."""
    return any(by.may(task) for task in APPROVERS.values())


def _live(session: Session, *, deed: Deed, subject: str, by: Actor, now: datetime) -> list[ApprovalRow]:
    """Give the askings of an actor that are neither used nor over, oldest first, locked."""
    wanted = (
        select(ApprovalRow)
        .where(
            ApprovalRow.deed == deed,
            ApprovalRow.subject == subject,
            ApprovalRow.asked_by == by.login,
            ApprovalRow.used_at.is_(None),
            ApprovalRow.expires_at > now,
        )
        .order_by(ApprovalRow.id)
        .with_for_update()
    )
    return list(session.scalars(wanted))


def _audit(session: Session, row: ApprovalRow, action: Action, *, by: Actor, clock: Clock) -> None:
    record(session, actor=by, action=action, detail=approved_detail(session, row), clock=clock)


def _text(detail: Mapping[str, object] | None) -> str:
    return json.dumps(detail or {}, ensure_ascii=False, sort_keys=True)


def _told(row: ApprovalRow) -> Approval:
    return Approval(
        id=row.id,
        deed=Deed(row.deed),
        subject=row.subject,
        detail=json.loads(row.detail),
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        is_approved=row.is_approved,
        note=row.note,
        used_at=row.used_at,
    )

"""Opening calls to a partner by name: asked for, approved by a second person, done by who asked, closed at once.

1. Ask: these calls, on this basis, to this day. 2. A second person approves exactly that. 3. Who asked opens: the
openings and the hand-over that they are, in one transaction with the approval that is used up.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock, from_iso
from calls.errors import BadDataError, NotFoundError
from privacy.disclosures.handover import MOST_CALLS, HandoverDraft, tidy_text
from privacy.disclosures.handovers import add_handover, unseen_calls
from privacy.disclosures.kinds import OF_CALLS, LegalBasis, RecipientKind, Way
from rights.access.actor import Actor
from rights.access.approval_rows import ApprovalRow
from rights.access.approvals import Approval, ask, use
from rights.access.deeds import Deed
from rights.access.partner_rows import PartnerCallRow, PartnerRow
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.call_filter import MAX_ID
from storage.database.engine import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Which calls are to be opened, until when, and why."""

    call_ids: tuple[str, ...]
    until: datetime
    basis: LegalBasis
    basis_detail: str
    description: str

    def to_json(self) -> dict[str, object]:
        """Give what a second person approves; ``opening_of`` reads it again."""
        return {
            "calls": sorted(set(self.call_ids)),
            "until": self.until.isoformat(),
            "basis": self.basis.value,
            "basis_detail": self.basis_detail,
            "description": self.description,
        }


def askings_of_partner(session: Session, account_id: int) -> Sequence[ApprovalRow]:
    """Give what was asked for a partner and is not used yet, oldest first."""
    return session.scalars(
        select(ApprovalRow)
        .where(
            ApprovalRow.deed == Deed.OPEN_TO_PARTNER,
            ApprovalRow.subject == _subject(account_id),
            ApprovalRow.used_at.is_(None),
        )
        .order_by(ApprovalRow.id)
    ).all()


def ask_to_open(database: Database, actor: Actor, account_id: int, opening: Opening, *, clock: Clock) -> Approval:
    """Ask a second person to approve that calls are opened to a partner.

    Raises RefusedError (audited) without *record disclosures*, NotFoundError where there is no such partner, and
    BadDataError for calls that the actor does not see and for a last day after the account's own.
    """
    with audited_refusals(database, actor, wanted="open calls to a partner", clock=clock), database.begin() as session:
        require(actor, Task.RECORD_DISCLOSURES)
        row = _require_sound(session, actor, account_id, opening, now=clock.now())
        return ask(
            session,
            deed=Deed.OPEN_TO_PARTNER,
            subject=_subject(account_id),
            reason=opening.description,
            by=actor,
            clock=clock,
            detail={"partner": row.organisation, **opening.to_json()},
        )


def open_calls(database: Database, actor: Actor, account_id: int, approval_id: int, *, clock: Clock) -> int:
    """Open what was approved, by who asked for it, and give the number of the hand-over that it is.

    Raises NotFoundError where nothing of this number was asked for the partner; RefusedError (audited) where it is
    not approved, or another asked; BadDataError where it cannot be done any more.
    """
    with audited_refusals(database, actor, wanted="open calls to a partner", clock=clock), database.begin() as session:
        require(actor, Task.RECORD_DISCLOSURES)
        asked = next((row for row in askings_of_partner(session, account_id) if row.id == approval_id), None)
        if asked is None:
            raise NotFoundError(what="nothing of this number was asked for", where=str(approval_id))
        detail = asked_detail(asked)
        use(session, deed=Deed.OPEN_TO_PARTNER, subject=asked.subject, by=actor, clock=clock, detail=detail)
        return _open(session, actor, account_id, opening_of(detail), clock=clock)


def close_call(database: Database, actor: Actor, account_id: int, opened_id: int, *, clock: Clock) -> None:
    """Close a call to a partner at once; twice is no error. Raises NotFoundError where it never was open."""
    with (
        audited_refusals(database, actor, wanted="close a call to a partner", clock=clock),
        database.begin() as session,
    ):
        require(actor, Task.RECORD_DISCLOSURES)
        row = session.get(PartnerCallRow, opened_id) if 0 < opened_id <= MAX_ID else None
        if row is None or row.account_id != account_id:
            raise NotFoundError(what="no such call was opened", where=str(opened_id))
        if row.closed_at is not None:
            return
        row.closed_at, row.closed_by = clock.now(), actor.login
        record(
            session,
            actor=actor,
            action=Action.PARTNER_CALLS_CLOSED,
            call_id=row.call_id,
            detail={"partner": account_id},
            clock=clock,
        )


def opening_of(detail: dict[str, object]) -> Opening:
    """Read what ``Opening.to_json`` wrote."""
    calls = detail["calls"]
    return Opening(
        call_ids=tuple(str(call_id) for call_id in calls) if isinstance(calls, list) else (),
        until=from_iso(str(detail["until"])),
        basis=LegalBasis(str(detail["basis"])),
        basis_detail=str(detail["basis_detail"]),
        description=str(detail["description"]),
    )


def _open(session: Session, actor: Actor, account_id: int, opening: Opening, *, clock: Clock) -> int:
    now = clock.now()
    row = _require_sound(session, actor, account_id, opening, now=now)
    draft = HandoverDraft(
        recipient_kind=RecipientKind.PARTNER,
        recipient=row.organisation,
        basis=opening.basis,
        basis_detail=opening.basis_detail,
        contents=OF_CALLS,
        description=opening.description,
        way=Way.PARTNER_ACCOUNT,
        handed_at=now,
        expires_at=opening.until,
        call_ids=opening.call_ids,
    )
    number = add_handover(session, draft, by=actor, clock=clock, partner_account_id=account_id)
    for call_id in opening.call_ids:
        session.add(
            PartnerCallRow(
                account_id=account_id,
                call_id=call_id,
                basis=opening.basis_detail,
                opened_at=now,
                opened_by=actor.login,
                opened_until=opening.until,
            )
        )
    detail = {"partner": account_id, "calls": list(opening.call_ids), "handover": number}
    record(session, actor=actor, action=Action.PARTNER_CALLS_OPENED, detail=detail, clock=clock)
    return number


def _require_sound(session: Session, actor: Actor, account_id: int, opening: Opening, *, now: datetime) -> PartnerRow:
    row = session.get(PartnerRow, account_id) if 0 < account_id <= MAX_ID else None
    if row is None:
        raise NotFoundError(what="no such partner", where=str(account_id))
    if not 0 < len(opening.call_ids) <= MOST_CALLS:
        raise BadDataError(what=f"1 to {MOST_CALLS} calls can be opened at a time", where="calls")
    if not now < opening.until <= row.expires_at:
        raise BadDataError(what="calls are open to a day before the account's last", where="until")
    tidy_text(opening.basis_detail, where="basis_detail")
    tidy_text(opening.description, where="description")
    if unseen := unseen_calls(session, actor, opening.call_ids):
        raise BadDataError(what="no such call", where=unseen[0], remedy="copy the identity from the call's page")
    return row


def opening_of_asking(row: ApprovalRow) -> Opening:
    """Give what was asked for."""
    return opening_of(asked_detail(row))


def asked_detail(row: ApprovalRow) -> dict[str, object]:
    """Give what an asking says, as it was written."""
    read: dict[str, object] = json.loads(row.detail)
    return read


def _subject(account_id: int) -> str:
    return f"partner:{account_id}"

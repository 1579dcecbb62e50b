"""Exporting a call's audio needs two people: one asks, another approves, and the first then takes it once, whole.

States of an asking, told by :func:`exports_asked`:

=========  ====================================================  =============
state      what happened                                         what may follow
=========  ====================================================  =============
waiting    asked                                                 approved, refused, over
refused    a second person said no                               (asked anew)
approved   a second person said yes                              taken, over
taken      all the audio was given; each piece is in the audit   (asked anew)
over       seven days passed since it was asked                  (asked anew)
=========  ====================================================  =============

A transfer that breaks off leaves the asking as it was, *approved*, until its seven days are over: it may be begun
again, and each beginning and each piece is in the audit.

Whoever runs the command line may break the glass, alone and for a reason: who holds the keys and the database of the
house cannot be kept from them, so what he does is told. Nobody else can.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import RefusedError
from rights.access import approvals
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.deeds import Deed
from rights.access.refusals import audited_refusals
from rights.access.stated_reason import stated_reason
from rights.audit.trail import Action, record
from rights.listening.case_numbers import FOREIGN_CASES, CaseNumbers
from rights.listening.hearer import EXPORTING, current_actor, recorded_row
from rights.listening.restrictions import require_unblocked
from rights.listening.stating import Listening, require_stated, write_listening
from storage.database.engine import Database


class ExportState(StrEnum):
    """What became of an asking."""

    WAITING = "waiting"
    REFUSED = "refused"
    APPROVED = "approved"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """What an actor asked for, and what became of it."""

    id: int
    state: ExportState
    purpose: str
    case_number: str | None
    reason: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    note: str | None


def ask_export(
    database: Database,
    actor: Actor,
    call_id: str,
    *,
    purpose: str,
    reason: str,
    clock: Clock,
    case_number: str = "",
    cases: CaseNumbers = FOREIGN_CASES,
) -> Approval:
    """Ask a second person to let a call be exported for a purpose.

    Raises as ``begin_listening`` for one who may not export the call, or not for this purpose; BadDataError without a
    reason.
    """
    refusals = audited_refusals(database, actor, wanted="export", call_id=call_id, clock=clock)
    with refusals, database.begin() as session:
        current = current_actor(session, actor, clock=clock)
        call, _ = recorded_row(session, current, call_id, door=EXPORTING)
        stated, case = require_stated(session, current, call, purpose=purpose, case_number=case_number, cases=cases)
        return approvals.ask(
            session,
            deed=Deed.EXPORT_AUDIO,
            subject=call.id,
            detail=_detail(stated.code, case),
            reason=reason,
            by=current,
            clock=clock,
        )


def require_exportable(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> None:
    """See that an actor may export a call, before he is shown how; raises as :func:`ask_export`."""
    refusals = audited_refusals(database, actor, wanted="export", call_id=call_id, clock=clock)
    with refusals, database.read() as session:
        recorded_row(session, current_actor(session, actor, clock=clock), call_id, door=EXPORTING)


def exports_asked(session: Session, actor: Actor, call_id: str, *, clock: Clock) -> list[ExportAsked]:
    """Give what an actor asked for on a call, newest first."""
    asked = approvals.approvals_of(session, deed=Deed.EXPORT_AUDIO, subject=call_id)
    return [_told(one, now=clock.now()) for one in asked if one.asked_by == actor.login]


def begin_export(database: Database, actor: Actor, call_id: str, *, approval_id: int, clock: Clock) -> Listening:
    """Begin what was approved; under the listening that this begins the audio is read, as an export.

    The approval is used up by :func:`finish_export`, once all of it was given. Raises as :func:`ask_export`, and
    RefusedError where nothing is approved under this id.
    """
    refusals = audited_refusals(database, actor, wanted="export", call_id=call_id, clock=clock)
    with refusals, database.begin() as session:
        current = current_actor(session, actor, clock=clock)
        call, _ = recorded_row(session, current, call_id, door=EXPORTING)
        asked = {one.id: one for one in exports_asked(session, current, call.id, clock=clock)}.get(approval_id)
        if asked is None or asked.state is not ExportState.APPROVED:
            raise _not_approved(call.id)
        require_unblocked(session, call.id, asked.purpose)
        return write_listening(session, current, call.id, purpose=asked.purpose, case=asked.case_number, clock=clock)


def finish_export(database: Database, actor: Actor, listening: Listening, *, approval_id: int, clock: Clock) -> None:
    """Use the very approval up under which an export was begun, for the last byte was given.

    Where another transfer of the same has done so, or the approval ended meanwhile, nothing is left to be done.
    """
    with suppress(RefusedError), database.begin() as session:
        approvals.use(
            session,
            deed=Deed.EXPORT_AUDIO,
            subject=listening.call_id,
            detail=_detail(listening.purpose, listening.case_number),
            by=actor,
            clock=clock,
            approval_id=approval_id,
        )


def approved_export(database: Database, actor: Actor, call_id: str, *, purpose: str, clock: Clock) -> int:
    """Give the id of whatever approval the actor has for this call and purpose; raises as :func:`begin_export`."""
    refusals = audited_refusals(database, actor, wanted="export", call_id=call_id, clock=clock)
    with refusals, database.read() as session:
        call, _ = recorded_row(session, actor, call_id, door=EXPORTING)
        stated, _ = require_stated(session, actor, call, purpose=purpose, case_number="", cases=None)
        usable = [
            asked
            for asked in exports_asked(session, actor, call.id, clock=clock)
            if asked.state is ExportState.APPROVED and asked.purpose == stated.code
        ]
        if not usable:
            raise _not_approved(call.id)
        return usable[0].id


def break_glass(
    database: Database, operator: Actor, call_id: str, *, purpose: str, reason: str, clock: Clock
) -> Listening:
    """Let the operator of the command line export alone, for a reason that the audit keeps.

    Raises RefusedError for everybody who has an account, and as :func:`ask_export`.
    """
    why = stated_reason(reason)
    refusals = audited_refusals(database, operator, wanted="break-glass", call_id=call_id, clock=clock)
    with refusals, database.begin() as session:
        if operator.account_id is not None:
            raise RefusedError(what="nobody with an account exports alone", remedy="ask for approval")
        call, _ = recorded_row(session, operator, call_id, door=EXPORTING)
        stated, _ = require_stated(session, operator, call, purpose=purpose, case_number="", cases=None)
        record(
            session,
            actor=operator,
            action=Action.GLASS_BROKEN,
            call_id=call.id,
            purpose=stated.code,
            detail={"reason": why},
            clock=clock,
        )
        return write_listening(session, operator, call.id, purpose=stated.code, case=None, clock=clock)


def _detail(purpose: str, case: str | None) -> dict[str, object]:
    return {"purpose": purpose, **({"case": case} if case else {})}


def _not_approved(call_id: str) -> RefusedError:
    return RefusedError(what="a second person has not approved this export", where=call_id, remedy="ask for approval")


def _told(approval: Approval, *, now: datetime) -> ExportAsked:
    case = approval.detail.get("case")
    return ExportAsked(
        id=approval.id,
        state=_state(approval, now=now),
        purpose=str(approval.detail["purpose"]),
        case_number=str(case) if case else None,
        reason=approval.reason,
        asked_at=approval.asked_at,
        expires_at=approval.expires_at,
        decided_by=approval.decided_by,
        note=approval.note,
    )


def _state(approval: Approval, *, now: datetime) -> ExportState:
    if approval.used_at is not None:
        return ExportState.TAKEN
    if approval.is_approved is False:
        return ExportState.REFUSED
    if approval.expires_at <= now:
        return ExportState.OVER
    return ExportState.APPROVED if approval.is_approved else ExportState.WAITING

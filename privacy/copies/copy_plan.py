"""What goes into a copy: gathered on one snapshot, with words blacked out and ranges to be masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from privacy.cases.case import row_of
from privacy.cases.case_calls import calls_of_case
from privacy.cases.gathered import Gathered
from privacy.cases.gathering import gather
from privacy.cases.handlers import handled_row
from privacy.copies.blackouts import blackouts_of
from privacy.copies.claims import Claim, claimed_row
from privacy.copies.copies import opened_passphrase
from privacy.copies.copy_fault import Fault, FaultError
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.copy_texts import Blackout, blacked_out
from privacy.copies.mask import Mask
from privacy.copies.masks import masks_of
from privacy.copies.reviews import NotReviewedError, Reviews, require_reviewed, reviews_at
from privacy.copies.statements import Statement, statements_for
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.identity.accounts import actor_of
from storage.database.calls import RecordingRow
from storage.database.engine import Database
from storage.vault.key_ring import KeyRing

PURPOSE = "request"


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What a copy holds, as it was read; ``blackouts`` is the number of ranges that are blacked out in it."""

    gathered: Gathered
    statements: Sequence[Statement]
    masks: Mapping[str, tuple[Mask, ...]]
    recordings: Sequence[RecordingRow]
    recipient: str | None
    passphrase: str | None
    blackouts: int


def plan_copy(database: Database, claim: Claim, *, keys: KeyRing, clock: Clock) -> CopyPlan:
    """Read what goes into a claimed copy, and put into the audit that it was read, before anything of it is.

    Raises FaultError where who ordered it may not handle the case any more, or its texts are not those of the order;
    ClaimLostError where it was withdrawn meanwhile.
    """
    with database.begin() as session:
        row = claimed_row(session, claim)
        actor = orderer_of(session, row, clock=clock)
        record(session, actor=actor, action=Action.CASE_GATHERED, detail=_named(row), clock=clock)
        case_id = row_of(session, row.case_no).id
        _name_calls(session, row, {one.call_id: 0 for one in calls_of_case(session, case_id, included_only=True)})
    with database.read() as session:
        blackouts = [one.blackout for one in blackouts_of(session, row.case_no)]
        told = gather(session, keys, row.case_no, clock=clock)
        gathered = _blacked_out(told, blackouts)
        _require_reviewed(told, reviews_at(session, row.case_no, row.ordered_at))
        statements = statements_for(session, gathered.subject_kind, gathered.language)
        marked = masks_of(session, row.case_no)
        places = {call.call_id: place for place, call in enumerate(gathered.calls) if call.audio is not None}
        found = session.scalars(select(RecordingRow).where(RecordingRow.call_id.in_(places)))
        recordings = sorted(found, key=lambda recording: places[recording.call_id])
        masks = {kept.call_id: tuple(one.mask for one in marked.get(kept.call_id, ())) for kept in recordings}
    with database.begin() as session:
        row = claimed_row(session, claim)
        _name_calls(session, row, {call.call_id: len(masks.get(call.call_id, ())) for call in gathered.calls})
        for call_id in masks:
            record(
                session,
                actor=actor,
                action=Action.CALL_COPIED,
                call_id=call_id,
                purpose=PURPOSE,
                detail=_named(row),
                clock=clock,
            )
        row.all_calls = len(recordings)
        passphrase = None if row.recipient else opened_passphrase(row, keys)
        return CopyPlan(gathered, statements, masks, recordings, row.recipient, passphrase, len(blackouts))


def orderer_of(session: Session, row: CopyRow, *, clock: Clock) -> Actor:
    """Give who ordered the copy, if he still handles its case."""
    actor = actor_of(session, row.ordered_by_account, clock) if row.ordered_by_account else None
    if actor is None:
        raise FaultError(Fault.NOT_PERMITTED)
    try:
        handled_row(session, actor, row.case_no)
    except NotFoundError as error:
        raise FaultError(Fault.NOT_PERMITTED) from error
    return actor


def _name_calls(session: Session, row: CopyRow, masks: Mapping[str, int]) -> None:
    """Say which calls a copy is made of, and how many ranges of each are masked."""
    session.execute(delete(CopyCallRow).where(CopyCallRow.copy_id == row.id))
    session.add_all(CopyCallRow(copy_id=row.id, call_id=call_id, masks=count) for call_id, count in masks.items())


def _blacked_out(gathered: Gathered, blackouts: Sequence[Blackout]) -> Gathered:
    try:
        return blacked_out(gathered, blackouts)
    except KeyError as error:
        raise FaultError(Fault.TEXTS_CHANGED) from error


def _require_reviewed(gathered: Gathered, reviews: Reviews) -> None:
    try:
        require_reviewed(gathered, reviews)
    except NotReviewedError as error:
        raise FaultError(Fault.NOT_REVIEWED) from error


def _named(row: CopyRow) -> dict[str, object]:
    return {"case": row.case_no, "copy": row.id}

"""Marking what the copies of a case do not let hear. Only whoever handles the case may, on the case's own calls.

Masks belong to a case and not to a call: whose voice is a third person's depends on who asks. A copy that is made keeps
the masks of its moment; the page says when one was changed after.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from privacy.cases.case_calls import require_included
from privacy.copies.blackout_rows import CopyBlackoutRow
from privacy.copies.copied_case import changeable_case
from privacy.copies.copy_rows import CopyMaskRow
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.reviews import end_call_review
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from storage.database.calls import RecordingRow

MASKS_MAX = 200  # of one call


@dataclass(frozen=True, slots=True)
class MarkedMask:
    """A mask with its number, and who marked it when."""

    id: int
    mask: Mask
    marked_by: str
    marked_at: datetime


def masks_of(session: Session, case_no: str) -> Mapping[str, Sequence[MarkedMask]]:
    """Give the masks that stand in a case, by call, in order of time."""
    rows = session.scalars(
        select(CopyMaskRow)
        .where(CopyMaskRow.case_no == case_no, CopyMaskRow.removed_at.is_(None))
        .order_by(CopyMaskRow.from_ms, CopyMaskRow.to_ms, CopyMaskRow.id)
    )
    found: dict[str, list[MarkedMask]] = defaultdict(list)
    for row in rows:
        mask = Mask(Lane(row.lane), row.from_ms, row.to_ms, Way(row.way), MaskReason(row.reason))
        found[row.call_id].append(MarkedMask(row.id, mask, row.marked_by, row.marked_at))
    return found


def changed_since(session: Session, case_no: str, moment: datetime) -> bool:
    """Tell whether a mask or a blackout of a case was marked or taken away after a moment."""
    return any(
        at is not None and at > moment
        for table in (CopyMaskRow, CopyBlackoutRow)
        for at in session.execute(
            select(func.max(table.marked_at), func.max(table.removed_at)).where(table.case_no == case_no)
        ).one()
    )


def mark(session: Session, case_no: str, call_id: str, mask: Mask, *, by: Actor, clock: Clock) -> MarkedMask:
    """Mask a range; one that reaches over the end of the recording is cut there.

    Raises NotFoundError for a case that is not his to handle, BadDataError for a call that is not in it, a range
    outside the recording, one that stands already, and for more than 200 on one call.
    """
    row = changeable_case(session, case_no, by=by)
    require_included(session, row.id, [call_id])
    recording = session.get(RecordingRow, call_id)
    if recording is None:
        raise BadDataError(what="the call has no audio to mask", where=call_id)
    length_ms = -(-recording.samples * 1000 // recording.sample_rate_hz)
    if mask.from_ms >= length_ms:
        raise BadDataError(
            what=f"the recording ends at {length_ms} ms", where="from", remedy="mark a range within the recording"
        )
    mask = Mask(mask.lane, mask.from_ms, min(mask.to_ms, length_ms), mask.way, mask.reason)
    standing = masks_of(session, case_no).get(call_id, ())
    if any(other.mask == mask for other in standing):
        raise BadDataError(what="this range is masked already", where="from")
    if len(standing) >= MASKS_MAX:
        raise BadDataError(what=f"a call has at most {MASKS_MAX} masks", where=call_id, remedy="join some of them")
    kept = CopyMaskRow(
        case_no=case_no,
        call_id=call_id,
        lane=mask.lane,
        from_ms=mask.from_ms,
        to_ms=mask.to_ms,
        way=mask.way,
        reason=mask.reason,
        marked_by=by.login,
        marked_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    _audit(session, kept, Action.MASK_MARKED, by=by, clock=clock)
    return MarkedMask(kept.id, mask, kept.marked_by, kept.marked_at)


def unmark(session: Session, case_no: str, mask_id: int, *, by: Actor, clock: Clock) -> str:
    """Take a mask away; give its call. Raises NotFoundError where the case has no such mask (any more)."""
    changeable_case(session, case_no, by=by)
    row = session.scalar(
        select(CopyMaskRow)
        .where(CopyMaskRow.id == mask_id, CopyMaskRow.case_no == case_no, CopyMaskRow.removed_at.is_(None))
        .with_for_update()
    )
    if row is None:
        raise NotFoundError(what="no such mask", where=str(mask_id))
    row.removed_at, row.removed_by = clock.now(), by.login
    end_call_review(session, case_no, row.call_id, clock=clock)
    _audit(session, row, Action.MASK_REMOVED, by=by, clock=clock)
    return row.call_id


def _audit(session: Session, row: CopyMaskRow, action: Action, *, by: Actor, clock: Clock) -> None:
    detail = {"case": row.case_no, "mask": row.id, "lane": row.lane, "from_ms": row.from_ms, "to_ms": row.to_ms}
    record(session, actor=by, action=action, call_id=row.call_id, detail={**detail, "reason": row.reason}, clock=clock)

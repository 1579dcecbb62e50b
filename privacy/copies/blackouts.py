"""Blacking out words of the texts in a copy. Only whoever handles the case may; the register keeps its texts.

Like masks they belong to a case: whose data a word is depends on who asks. A copy that is made keeps those of its
moment, and one whose texts were changed since words in them were blacked out cannot be made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from privacy.cases.case_words import CaseKind
from privacy.copies.blackout_rows import CopyBlackoutRow
from privacy.copies.copied_case import changeable_case
from privacy.copies.copy_texts import Blackout, CopyText
from privacy.copies.mask import MaskReason
from privacy.copies.reviews import end_text_review
from rights.access.actor import Actor
from rights.audit.trail import Action, record

BLACKOUTS_MAX = 2000  # of one case


@dataclass(frozen=True, slots=True)
class MarkedBlackout:
    """A blackout with its number, where its text stands, and who marked it when."""

    id: int
    place: str
    blackout: Blackout
    marked_by: str
    marked_at: datetime


def blackouts_of(session: Session, case_no: str) -> list[MarkedBlackout]:
    """Give what is blacked out in the copies of a case that are made from now on."""
    return _found(session, case_no, CopyBlackoutRow.removed_at.is_(None))


def blackouts_at(session: Session, case_no: str, moment: datetime) -> list[MarkedBlackout]:
    """Give what was blacked out at a moment: in a copy that was ordered then."""
    stood = or_(CopyBlackoutRow.removed_at.is_(None), CopyBlackoutRow.removed_at > moment)
    return _found(session, case_no, (CopyBlackoutRow.marked_at <= moment) & stood)


def black_out(
    session: Session, case_no: str, text: CopyText, words: str, *, reason: MaskReason, by: Actor, clock: Clock
) -> int:
    """Black words out wherever they stand in a text, and give in how many places.

    Raises NotFoundError for a case that is not his to handle, BadDataError for a case of which no copy is made, for
    words that do not stand in the text or are blacked out already, and for more than 2,000 places.
    """
    row = changeable_case(session, case_no, by=by)
    if row.kind != CaseKind.ACCESS:
        raise BadDataError(what="no copy is made of this case", where=case_no)
    places = _places(text.text, words.strip())
    standing = blackouts_of(session, case_no)
    known = {(one.blackout.text_key, one.blackout.from_char, one.blackout.to_char) for one in standing}
    new = [place for place in places if (text.key, *place) not in known]
    if not new:
        raise BadDataError(what="these words do not stand in the text, or are blacked out already", where="words")
    if len(standing) + len(new) > BLACKOUTS_MAX:
        raise BadDataError(what=f"a case has at most {BLACKOUTS_MAX} blacked out places", where=case_no)
    for from_char, to_char in new:
        kept = CopyBlackoutRow(
            case_no=case_no,
            place=text.place,
            text_key=text.key,
            from_char=from_char,
            to_char=to_char,
            reason=reason,
            marked_by=by.login,
            marked_at=clock.now(),
        )
        session.add(kept)
        session.flush()
        _audit(session, kept, Action.TEXT_BLACKED_OUT, by=by, clock=clock)
    return len(new)


def show_again(session: Session, case_no: str, blackout_id: int, *, by: Actor, clock: Clock) -> None:
    """Take a blackout away; raise NotFoundError where the case has no such one (any more)."""
    changeable_case(session, case_no, by=by)
    row = session.scalar(
        select(CopyBlackoutRow)
        .where(
            CopyBlackoutRow.id == blackout_id,
            CopyBlackoutRow.case_no == case_no,
            CopyBlackoutRow.removed_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise NotFoundError(what="nothing of this number is blacked out", where=str(blackout_id))
    row.removed_at, row.removed_by = clock.now(), by.login
    end_text_review(session, case_no, row.text_key, clock=clock)
    _audit(session, row, Action.TEXT_SHOWN_AGAIN, by=by, clock=clock)


def _places(text: str, words: str) -> list[tuple[int, int]]:
    """Find words in a text, as they are written; none overlaps another."""
    found: list[tuple[int, int]] = []
    at = text.find(words) if words else -1
    while at >= 0:
        found.append((at, at + len(words)))
        at = text.find(words, at + len(words))
    return found


def _found(session: Session, case_no: str, where: ColumnElement[bool]) -> list[MarkedBlackout]:
    rows: Sequence[CopyBlackoutRow] = session.scalars(
        select(CopyBlackoutRow).where(CopyBlackoutRow.case_no == case_no, where).order_by(CopyBlackoutRow.id)
    ).all()
    return [
        MarkedBlackout(
            row.id,
            row.place,
            Blackout(row.text_key, row.from_char, row.to_char, MaskReason(row.reason)),
            row.marked_by,
            row.marked_at,
        )
        for row in rows
    ]


def _audit(session: Session, row: CopyBlackoutRow, action: Action, *, by: Actor, clock: Clock) -> None:
    """Say who blacked out what, by place and length: the words stand nowhere but in the text itself."""
    detail = {"case": row.case_no, "blackout": row.id, "place": row.place, "reason": row.reason}
    record(session, actor=by, action=action, detail={**detail, "chars": row.to_char - row.from_char}, clock=clock)

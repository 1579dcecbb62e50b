"""Who said that he had looked a copy's texts and calls through: without it no copy is made.

It is said of texts that what they tell of others is blacked out, and of calls that no third person's voice and no code
or card number is left to be heard. Only whoever handles the case says it, by name, and whoever approves the copy sees
who did. A word stands for what there was when it was given:

1. a text that came or was changed since is a new one, and a call that came into the case since was not spoken of;
2. a word ends when a blackout of its text, or a mask of its call, is taken away;
3. to black out or mask more leaves it standing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, RefusedError
from privacy.cases.case_calls import require_included
from privacy.cases.case_words import CaseKind
from privacy.cases.gathered import Gathered
from privacy.cases.typed_text import typed
from privacy.copies.copied_case import changeable_case
from privacy.copies.copy_door import heard_calls
from privacy.copies.copy_texts import texts_of
from privacy.copies.heard import Heard, heard_of
from privacy.copies.review_rows import CopyReviewRow
from rights.access.actor import Actor
from rights.audit.trail import Action, record


@dataclass(frozen=True, slots=True)
class Review:
    """Somebody's word, of one text or call.

    ``left_ms`` is how much of the call he had not heard then, and ``because`` why it does not matter; None of a text,
    and of a call of which nobody asked that yet.
    """

    said_by: str
    said_at: datetime
    left_ms: int | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Reviews:
    """The words that stand: of texts by their key, of calls by their id."""

    texts: Mapping[str, Review]
    calls: Mapping[str, Review]


@dataclass(eq=False)
class NotReviewedError(BadDataError):
    """Nobody has said of so many texts and calls that they were looked through."""

    texts: int = 0
    calls: int = 0


@dataclass(eq=False)
class NotHeardError(BadDataError):
    """Who gives his word on a call was not served all of it in this request, and said nothing of the rest."""

    is_nothing_heard: bool = False


def reviews_of(session: Session, case_no: str) -> Reviews:
    """Give the words that stand in a case; the latest where there are two of one text or call."""
    return _found(session, case_no, CopyReviewRow.ended_at.is_(None))


def reviews_at(session: Session, case_no: str, moment: datetime) -> Reviews:
    """Give the words that stood at a moment: for a copy that was ordered then."""
    stood = or_(CopyReviewRow.ended_at.is_(None), CopyReviewRow.ended_at > moment)
    return _found(session, case_no, (CopyReviewRow.said_at <= moment) & stood)


def require_reviewed(gathered: Gathered, reviews: Reviews) -> None:
    """See that the texts of a copy, and its calls with audio, were looked through; raise NotReviewedError."""
    texts = sum(text.key not in reviews.texts for text in texts_of(gathered))
    calls = sum(call.audio is not None and call.call_id not in reviews.calls for call in gathered.calls)
    if texts or calls:
        raise NotReviewedError(
            what=f"{texts} texts and {calls} calls were not looked through",
            where=gathered.case_no,
            remedy="look them through, and say so on their pages",
            texts=texts,
            calls=calls,
        )


def say_texts_reviewed(session: Session, case_no: str, keys: Collection[str], *, by: Actor, clock: Clock) -> int:
    """Keep that somebody looked texts through; give how many of them nobody had spoken of.

    The caller has gathered the texts, and shown them to who says it. Raises NotFoundError for a case that is not his
    to handle, BadDataError for one of which no copy is made.
    """
    row = changeable_case(session, case_no, by=by)
    if row.kind != CaseKind.ACCESS:
        raise BadDataError(what="no copy is made of this case", where=case_no)
    new = sorted(set(keys) - set(reviews_of(session, case_no).texts))
    now = clock.now()
    session.add_all(CopyReviewRow(case_no=case_no, text_key=key, said_by=by.login, said_at=now) for key in new)
    if new:
        detail = {"case": case_no, "texts": len(new)}
        record(session, actor=by, action=Action.TEXTS_REVIEWED, detail=detail, clock=clock)
    return len(new)


def say_calls_reviewed(
    session: Session, case_no: str, call_ids: Collection[str], *, by: Actor, clock: Clock, because: str = ""
) -> int:
    """Keep that somebody says that nothing else of calls has to be masked; give of how many nobody had said so.

    Only who may hear a call in this request, and was served something of it there, can say so. Where he was not served
    all of it, ``because`` says why the rest need not be heard; who approves the copy reads it.

    Raises NotFoundError for a case that is not his to handle, BadDataError for one of which no copy is made, and for a
    call that is not in it; RefusedError for a call that he may not hear, NotHeardError for one that he has not heard.
    """
    row = changeable_case(session, case_no, by=by)
    require_included(session, row.id, list(call_ids))
    new = sorted(set(call_ids) - set(reviews_of(session, case_no).calls))
    if set(new) - heard_calls(session, row, by):
        raise RefusedError(
            what=f"{by.login} is not permitted to hear a call of this copy", where=case_no, remedy="ask who may"
        )
    heard, why = heard_of(session, case_no, new, by=by), typed(because, where="because", is_required=False)
    now = clock.now()
    for call_id in new:
        left_ms = _left_of(heard.get(call_id), why, call_id)
        said = CopyReviewRow(case_no=case_no, call_id=call_id, said_by=by.login, said_at=now, left_ms=left_ms)
        said.because = why if left_ms else None
        session.add(said)
        detail = {"case": case_no, "left_ms": left_ms}
        record(session, actor=by, action=Action.CALL_REVIEWED, call_id=call_id, detail=detail, clock=clock)
    return len(new)


def _left_of(heard: Heard | None, why: str, call_id: str) -> int:
    """Tell how much of a call is left that was not heard; raise NotHeardError where that is too much."""
    if heard is None or not heard.heard_ms:
        raise NotHeardError(
            what="who says so has heard nothing of the call in this request",
            where=call_id,
            remedy="listen to it first, on its page in the request",
            is_nothing_heard=True,
        )
    if heard.left_ms and not why:
        raise NotHeardError(
            what="a part of the call was not heard", where=call_id, remedy="listen to it, or say why it need not be"
        )
    return heard.left_ms


def end_text_review(session: Session, case_no: str, text_key: str, *, clock: Clock) -> None:
    """End the word of a text of which more may be read from now on."""
    _end(session, case_no, CopyReviewRow.text_key == text_key, clock=clock)


def end_call_review(session: Session, case_no: str, call_id: str, *, clock: Clock) -> None:
    """End the word of a call of which more may be heard from now on."""
    _end(session, case_no, CopyReviewRow.call_id == call_id, clock=clock)


def _end(session: Session, case_no: str, which: ColumnElement[bool], *, clock: Clock) -> None:
    stands = (CopyReviewRow.case_no == case_no) & CopyReviewRow.ended_at.is_(None)
    session.execute(update(CopyReviewRow).where(stands & which).values(ended_at=clock.now()))


def _found(session: Session, case_no: str, where: ColumnElement[bool]) -> Reviews:
    texts, calls = {}, {}
    rows = select(CopyReviewRow).where(CopyReviewRow.case_no == case_no, where).order_by(CopyReviewRow.id)
    for row in session.scalars(rows):
        said = Review(row.said_by, row.said_at, row.left_ms, row.because)
        if row.text_key is not None:
            texts[row.text_key] = said
        elif row.call_id is not None:
            calls[row.call_id] = said
    return Reviews(texts, calls)

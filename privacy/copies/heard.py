"""What of a request's calls was really served to somebody, read from the audit: who gives his word must have heard it.

A row of the audit says which moments of the recording were given (``rights.listening``). Where a range was masked at
that moment and is not any more, it was not heard: only its cover was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from json import loads

from sqlalchemy import select
from sqlalchemy.orm import Session

from rights.access.actor import Actor
from rights.audit.trail import Action
from rights.listening.listeners import Span, joined
from rights.listening.listening import ESTIMATED, HEARD_MS, MS_A_SECOND
from rights.tables import AuditRow, ListeningRow
from storage.database.calls import RecordingRow
from storage.database.pages import pages

_A_QUESTION = 500  # calls: a database takes so many values at once


@dataclass(frozen=True, slots=True)
class Heard:
    """What of one call somebody was served in a request; ``spans`` are ascending and apart."""

    length_ms: int
    spans: tuple[Span, ...]

    @property
    def heard_ms(self) -> int:
        """How much of the call was served, no moment counted twice."""
        return sum(span.stop_ms - span.from_ms for span in self.spans)

    @property
    def left(self) -> tuple[Span, ...]:
        """What was not served."""
        return tuple(_without([Span(0, self.length_ms)], self.spans))

    @property
    def left_ms(self) -> int:
        """How much was not served."""
        return sum(span.stop_ms - span.from_ms for span in self.left)


def heard_of(session: Session, case_no: str, call_ids: Collection[str], *, by: Actor) -> Mapping[str, Heard]:
    """Tell what of each call with audio was served to an actor under the number of a request."""
    told: dict[str, Heard] = {}
    for page in pages(sorted(call_ids), size=_A_QUESTION):
        told |= _heard_of(session, case_no, page, by=by)
    return told


def _heard_of(session: Session, case_no: str, call_ids: Sequence[str], *, by: Actor) -> dict[str, Heard]:
    lengths = {
        row.call_id: row.samples * MS_A_SECOND // row.sample_rate_hz
        for row in session.execute(
            select(RecordingRow.call_id, RecordingRow.samples, RecordingRow.sample_rate_hz).where(
                RecordingRow.call_id.in_(call_ids)
            )
        )
    }
    uncovered = _uncovered(session, case_no, call_ids)
    spans: dict[str, list[Span]] = defaultdict(list)
    for row_id, call_id, detail in session.execute(
        select(AuditRow.id, AuditRow.call_id, AuditRow.plain_detail)
        .join(ListeningRow, ListeningRow.id == AuditRow.listening_id)
        .where(
            AuditRow.call_id.in_(call_ids),
            AuditRow.action == Action.LISTENED,
            AuditRow.login == by.login,
            ListeningRow.case_number == case_no,
        )
    ):
        said = loads(detail or "{}")
        if call_id is not None and call_id in lengths and said.get(HEARD_MS) and not said.get(ESTIMATED):
            was_covered = [span for span, since, until in uncovered.get(call_id, ()) if since < row_id < until]
            spans[call_id] += _without([Span(*said[HEARD_MS])], was_covered)
    return {call_id: Heard(length, joined(spans[call_id])) for call_id, length in lengths.items()}


def _uncovered(session: Session, case_no: str, call_ids: Sequence[str]) -> Mapping[str, list[tuple[Span, int, int]]]:
    """Give the ranges that were masked once, with the audit's rows of when that began and when it was over.

    What came first is told by the order of the audit's rows, and not by a clock, which may have been set back.
    """
    begun: dict[int, int] = {}
    removed: dict[str, list[tuple[Span, int, int]]] = defaultdict(list)
    rows = (
        select(AuditRow.id, AuditRow.call_id, AuditRow.action, AuditRow.plain_detail)
        .where(AuditRow.call_id.in_(call_ids), AuditRow.action.in_([Action.MASK_MARKED, Action.MASK_REMOVED]))
        .order_by(AuditRow.id)
    )
    for row_id, call_id, action, detail in session.execute(rows):
        said = loads(detail or "{}")
        if said.get("case") != case_no:
            continue
        if action == Action.MASK_MARKED:
            begun[said["mask"]] = row_id
        elif call_id is not None:
            removed[call_id].append((Span(said["from_ms"], said["to_ms"]), begun[said["mask"]], row_id))
    return removed


def _without(spans: Sequence[Span], others: Iterable[Span]) -> list[Span]:
    """Take some spans out of others."""
    rest = list(spans)
    for other in others:
        cut = []
        for span in rest:
            cut.append(Span(span.from_ms, min(span.stop_ms, other.from_ms)))
            cut.append(Span(max(span.from_ms, other.stop_ms), span.stop_ms))
        rest = [span for span in cut if span.from_ms < span.stop_ms]
    return rest

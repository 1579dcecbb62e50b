"""Who heard a call, when, why, and which seconds of it: read from the audit, which says so of every piece served."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.trail import Action, record
from rights.listening.frame_index import frames_or_guess
from rights.listening.listening import ESTIMATED, HEARD_MS, MS_A_SECOND
from rights.tables import AuditRow, ListeningRow
from storage.database.calls import CallRow, RecordingRow

LISTENERS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Span:
    """From which moment of a recording to which, in milliseconds: half-open."""

    from_ms: int
    stop_ms: int


@dataclass(frozen=True, slots=True)
class Listener:
    """One person's listening to a call under one stated purpose.

    ``spans`` are what was served of it, ascending and apart; ``heard_ms`` is their length. With ``is_estimated`` they
    were worked out of the share of bytes alone, for listenings from before moments were kept, and without any where the
    recording is gone since.
    """

    call_id: str
    login: str
    name: str
    purpose: str
    case_number: str | None
    first_at: datetime
    last_at: datetime
    heard_bytes: int
    spans: tuple[Span, ...]
    is_estimated: bool
    exported: bool

    @property
    def heard_ms(self) -> int:
        """How much of the recording was served, no moment counted twice."""
        return sum(span.stop_ms - span.from_ms for span in self.spans)


@dataclass(frozen=True, slots=True)
class HeardCall:
    """A call of somebody's own, and one listening of another to it."""

    call_id: str
    started_at: datetime
    listener: Listener


@dataclass(frozen=True, slots=True)
class HeardPage:
    """One page of listenings to somebody's own calls, the latest first; ``older`` is where the next page begins."""

    heard: tuple[HeardCall, ...]
    older: str | None


def listeners_of(session: Session, call_id: str) -> list[Listener]:
    """Tell who listened to a call, newest first; audio served, not merely asked for.

    The caller has seen to it that the call may be known of (``catalogue.get_call``).
    """
    served = select(AuditRow).where(AuditRow.call_id == call_id, AuditRow.first_byte.is_not(None)).order_by(AuditRow.id)
    told = _listeners(session, session.scalars(served).all())
    return sorted(told, key=lambda listener: listener.last_at, reverse=True)


def listeners_of_my_calls(
    session: Session, actor: Actor, *, clock: Clock, older_than: str | None = None, most: int = LISTENERS_A_PAGE
) -> HeardPage:
    """Tell an employee who else heard the calls that he answered, why, when and what of them; the look is audited.

    It needs no task: the data is the employee's own. Without an agent nobody has calls.
    """
    if actor.agent_id is None:
        return HeardPage((), None)
    begun = (
        select(ListeningRow.id)
        .join(CallRow, CallRow.id == ListeningRow.call_id)
        .where(
            CallRow.agent_id == actor.agent_id,
            ListeningRow.login != actor.login,
            select(AuditRow.id)
            .where(
                AuditRow.call_id == ListeningRow.call_id,
                AuditRow.listening_id == ListeningRow.id,
                AuditRow.first_byte.is_not(None),
            )
            .exists(),
        )
        .order_by(ListeningRow.id.desc())  # of version 7: in the order of time
    )
    if older_than is not None:
        begun = begun.where(ListeningRow.id < older_than)
    ids = session.scalars(begun.limit(most + 1)).all()
    shown = ids[:most]
    calls = {
        row.id: row.started_at
        for row in session.execute(
            select(CallRow.id, CallRow.started_at)
            .join(ListeningRow, ListeningRow.call_id == CallRow.id)
            .where(ListeningRow.id.in_(shown))
        )
    }
    served = (
        select(AuditRow)
        .where(AuditRow.call_id.in_(calls), AuditRow.listening_id.in_(shown), AuditRow.first_byte.is_not(None))
        .order_by(AuditRow.id)
    )
    told = _listeners(session, session.scalars(served).all())
    heard = [HeardCall(one.call_id, calls[one.call_id], one) for one in told]
    record(session, actor=actor, action=Action.OWN_LISTENERS_SHOWN, detail={"calls": sorted(calls)}, clock=clock)
    return HeardPage(
        tuple(sorted(heard, key=lambda one: one.listener.first_at, reverse=True)),
        shown[-1] if len(ids) > most else None,
    )


def _listeners(session: Session, rows: Sequence[AuditRow]) -> list[Listener]:
    by_listening: dict[str, list[AuditRow]] = {}
    for row in rows:
        by_listening.setdefault(row.listening_id or "", []).append(row)
    stated = select(ListeningRow.id, ListeningRow.case_number).where(ListeningRow.id.in_(by_listening))
    cases = {row.id: row.case_number for row in session.execute(stated)}
    return [_listener(session, group, cases.get(key)) for key, group in by_listening.items()]


def _listener(session: Session, rows: list[AuditRow], case_number: str | None) -> Listener:
    first, last = rows[0], rows[-1]
    details = [json.loads(row.plain_detail or "{}") for row in rows]
    spans = [Span(*detail[HEARD_MS]) for detail in details if detail.get(HEARD_MS)]
    older = [row for row, detail in zip(rows, details, strict=True) if HEARD_MS not in detail]
    return Listener(
        call_id=first.call_id or "",
        login=first.login or "",
        name=first.name or "",
        purpose=first.purpose or "",
        case_number=case_number,
        first_at=first.at,
        last_at=last.at,
        heard_bytes=covered_bytes([(row.first_byte or 0, row.stop_byte or 0) for row in rows]),
        spans=joined([*spans, *_estimated(session, older)]),
        is_estimated=bool(older) or any(detail.get(ESTIMATED) for detail in details),
        exported=any(row.action == Action.EXPORTED for row in rows),
    )


def _estimated(session: Session, rows: Sequence[AuditRow]) -> list[Span]:
    """Work out the moments of rows from before they were kept; none where the recording is gone."""
    recording = session.get(RecordingRow, rows[0].call_id) if rows else None
    if recording is None:
        return []
    frames, _ = frames_or_guess(session, recording)
    found = [frames.samples_in(row.first_byte or 0, row.stop_byte or 0) for row in rows]
    return [Span(*(sample * MS_A_SECOND // recording.sample_rate_hz for sample in span)) for span in found if span]


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that overlap or touch; ascending."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.from_ms, one.stop_ms)):
        if apart and span.from_ms <= apart[-1].stop_ms:
            apart[-1] = Span(apart[-1].from_ms, max(apart[-1].stop_ms, span.stop_ms))
        else:
            apart.append(span)
    return tuple(apart)


def covered_bytes(ranges: Sequence[tuple[int, int]]) -> int:
    """Count the bytes that half-open ranges cover together."""
    covered = reached = 0
    for first, stop in sorted(ranges):
        covered += max(0, stop - max(first, reached))
        reached = max(reached, stop)
    return covered

"""The calls of a copy, with what was played before them, the notes beside them, and who listened, when and for what."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.linking.customer_number import customer_number
from privacy.cases.case_calls import calls_of_case
from privacy.cases.gathered import (
    GatheredAudio,
    GatheredCall,
    GatheredDisclosure,
    GatheredListening,
    GatheredNote,
    SubjectKind,
)
from privacy.cases.staff_aliases import StaffAliases
from privacy.cases.subject_notes import notes_of_calls
from rights.audit.trail import Action, covered_bytes
from rights.listening.purposes import Purpose
from rights.tables import AuditRow
from storage.database.calls import CallRow

_AT_ONCE = 500
_HEARD = (Action.LISTENED, Action.EXPORTED)


def gathered_calls(
    session: Session,
    case_id: int,
    *,
    subject: SubjectKind,
    staff: StaffAliases,
    purposes: Mapping[str, Purpose],
) -> tuple[GatheredCall, ...]:
    """Give the calls that are in the copy of a case, oldest first."""
    return tuple(_gathered(session, case_id, subject=subject, staff=staff, purposes=purposes))


def purpose_names(purposes: Mapping[str, Purpose], code: str | None) -> tuple[tuple[str, str], ...]:
    """Give a purpose's names by language; its code alone where the list does not know it."""
    known = purposes.get(code or "")
    return tuple((language, known.name(language)) for language in ("fi", "sv", "en")) if known else ()


def _gathered(
    session: Session, case_id: int, *, subject: SubjectKind, staff: StaffAliases, purposes: Mapping[str, Purpose]
) -> Iterator[GatheredCall]:
    call_ids = [call.call_id for call in reversed(calls_of_case(session, case_id, included_only=True))]
    for ids in (call_ids[at : at + _AT_ONCE] for at in range(0, len(call_ids), _AT_ONCE)):
        rows = {row.id: row for row in session.scalars(select(CallRow).where(CallRow.id.in_(ids)))}
        heard, notes = _heard(session, ids), notes_of_calls(session, ids, case_id=case_id)
        for call_id in ids:
            listenings = tuple(_listening(pieces, staff, purposes) for pieces in heard[call_id].values())
            yield _call(rows[call_id], subject, staff, notes=notes[call_id], listenings=listenings)


def _call(
    row: CallRow,
    subject: SubjectKind,
    staff: StaffAliases,
    *,
    notes: tuple[GatheredNote, ...],
    listenings: tuple[GatheredListening, ...],
) -> GatheredCall:
    recording = row.recording
    return GatheredCall(
        call_id=row.id,
        direction=row.direction,
        service_name=row.service_name,
        started_at=row.started_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        duration_ms=row.duration_ms,
        state=row.state,
        reason=row.reason,
        number=customer_number(row) if subject is SubjectKind.CUSTOMER else None,
        answered_by=staff.of_agent(row.agent_id),
        audio=GatheredAudio(recording.sha256, recording.samples, recording.sample_rate_hz, recording.channels)
        if recording
        else None,
        disclosures=tuple(
            GatheredDisclosure(one.name, one.language, one.sha256, one.started_at, one.complete)
            for one in row.disclosures
        ),
        notes=notes,
        listenings=listenings,
    )


def _heard(session: Session, call_ids: Collection[str]) -> Mapping[str, Mapping[str, Sequence[AuditRow]]]:
    """Find what was served of each call, by listening, in the order of the audit."""
    heard: defaultdict[str, dict[str, list[AuditRow]]] = defaultdict(dict)
    rows = session.scalars(
        select(AuditRow).where(AuditRow.call_id.in_(call_ids), AuditRow.action.in_(_HEARD)).order_by(AuditRow.id)
    )
    for row in rows:
        if row.call_id is not None and row.listening_id is not None and row.first_byte is not None:
            heard[row.call_id].setdefault(row.listening_id, []).append(row)
    return heard


def _listening(rows: Sequence[AuditRow], staff: StaffAliases, purposes: Mapping[str, Purpose]) -> GatheredListening:
    first, last = rows[0], rows[-1]
    return GatheredListening(
        first_at=first.at,
        last_at=last.at,
        purpose=first.purpose or "",
        purpose_names=purpose_names(purposes, first.purpose),
        heard_bytes=covered_bytes([(row.first_byte or 0, row.stop_byte or 0) for row in rows]),
        is_export=any(row.action == Action.EXPORTED for row in rows),
        by=staff.of_login(first.login),
    )

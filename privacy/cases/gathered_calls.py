"""The calls of a copy, with what was played before them, the notes beside them, and who listened, when and for what."""

from collections.abc import Iterator, Mapping

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
from rights.listening.listeners import Listener, listeners_of
from rights.listening.purposes import Purpose
from storage.database.calls import CallRow
from storage.database.pages import pages

_AT_ONCE = 500


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
    for ids in pages(call_ids, size=_AT_ONCE):
        rows = {row.id: row for row in session.scalars(select(CallRow).where(CallRow.id.in_(ids)))}
        notes = notes_of_calls(session, ids, case_id=case_id)
        for call_id in ids:
            heard = reversed(listeners_of(session, call_id))
            listenings = tuple(_listening(one, staff, purposes) for one in heard)
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


def _listening(one: Listener, staff: StaffAliases, purposes: Mapping[str, Purpose]) -> GatheredListening:
    return GatheredListening(
        first_at=one.first_at,
        last_at=one.last_at,
        purpose=one.purpose,
        purpose_names=purpose_names(purposes, one.purpose),
        heard_bytes=one.heard_bytes,
        heard_ms=one.heard_ms,
        is_export=one.exported,
        by=staff.of_login(one.login),
    )

"""A hand-over as a value: what is told of one, and what is asked for to record one."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from calls.errors import BadDataError
from privacy.disclosures.handover_rows import HandoverRow
from privacy.disclosures.kinds import OF_CALLS, Content, LegalBasis, RecipientKind, Way

RECIPIENT_MAX_CHARS = 200
TEXT_MAX_CHARS = 2000
CASE_NO_MAX_CHARS = 40
MOST_CALLS = 500
MOST_PERSONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDraft:
    """What is said of a hand-over that is to be recorded. ``basis_detail`` names the law's section or the contract."""

    recipient_kind: RecipientKind
    recipient: str
    basis: LegalBasis
    basis_detail: str
    contents: frozenset[Content]
    description: str
    way: Way
    handed_at: datetime
    expires_at: datetime | None = None
    case_no: str | None = None
    call_ids: tuple[str, ...] = ()
    person_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A hand-over that was recorded. ``expires_at`` is until when the recipient may keep or see it."""

    id: int
    recipient_kind: RecipientKind
    recipient: str
    basis: LegalBasis
    basis_detail: str
    contents: tuple[Content, ...]
    description: str
    way: Way
    case_no: str | None
    partner_account_id: int | None
    handed_at: datetime
    expires_at: datetime | None
    recorded_at: datetime
    recorded_by: str
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    call_ids: tuple[str, ...] = field(repr=False)
    person_ids: tuple[int, ...] = field(repr=False)

    def is_over(self, now: datetime) -> bool:
        """Tell whether the recipient may not have it any more."""
        return self.expires_at is not None and self.expires_at <= now


def tidy_text(text: str, *, where: str, most: int = TEXT_MAX_CHARS) -> str:
    """Tidy a text that must say something; raise BadDataError where it does not, or cannot be read."""
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not tidy or len(tidy) > most or not tidy.replace("\n", " ").isprintable():
        raise BadDataError(what=f"it has 1 to {most} characters that can be read", where=where)
    return tidy


def require_sound(draft: HandoverDraft, *, now: datetime) -> None:
    """Raise BadDataError where a draft contradicts itself: it says what was given, and whose it was."""
    if not draft.contents:
        raise BadDataError(what="it is not said what was handed over", where="contents", remedy="choose what it was")
    if draft.contents & OF_CALLS and not draft.call_ids:
        raise BadDataError(what="audio or facts of calls need the calls", where="calls", remedy="name each call")
    if draft.contents - OF_CALLS - {Content.OTHER} and not draft.person_ids:
        raise BadDataError(what="data of the register need the persons", where="persons", remedy="name each person")
    if not draft.call_ids and not draft.person_ids:
        raise BadDataError(what="it is not said whose data it was", where="calls", remedy="name a call or a person")
    if len(draft.call_ids) > MOST_CALLS or len(draft.person_ids) > MOST_PERSONS:
        what = f"more than {MOST_CALLS} calls or {MOST_PERSONS} persons"
        raise BadDataError(what=what, where="calls", remedy="record it in several parts")
    if draft.handed_at > now:
        raise BadDataError(what="it is in the future", where="handed_at", remedy="record it when it was done")
    if draft.expires_at is not None and draft.expires_at <= draft.handed_at:
        raise BadDataError(what="it ends before it was handed over", where="expires_at", remedy="give a later day")


def handover_of(row: HandoverRow) -> Handover:
    """Give a row as a value."""
    return Handover(
        id=row.id,
        recipient_kind=RecipientKind(row.recipient_kind),
        recipient=row.recipient,
        basis=LegalBasis(row.basis),
        basis_detail=row.basis_detail,
        contents=tuple(Content(code) for code in row.contents.split()),
        description=row.description,
        way=Way(row.way),
        case_no=row.case_no,
        partner_account_id=row.partner_account_id,
        handed_at=row.handed_at,
        expires_at=row.expires_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        voided_at=row.voided_at,
        voided_by=row.voided_by,
        void_reason=row.void_reason,
        call_ids=tuple(call.call_id for call in row.calls),
        person_ids=tuple(person.person_id for person in row.persons),
    )

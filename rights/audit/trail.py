"""The audit: what was done, by whom, when and for what purpose. Rows are only ever added."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.actor import Actor
from rights.audit.chaining import chain_at_commit
from rights.audit.sealing import ACTOR_NAME
from rights.audit.subjects import PERSONAL, parted, seal
from rights.tables import AuditPersonRow, AuditRow


class Action(StrEnum):
    """What an audit row says was done (or refused)."""

    LOGGED_IN = "logged-in"
    LOG_IN_REFUSED = "log-in-refused"
    LOGGED_OUT = "logged-out"
    REFUSED = "refused"
    CALLS_LISTED = "calls-listed"
    CALL_SHOWN = "call-shown"
    SCREEN_POPPED = "screen-popped"
    LISTENING_BEGUN = "listening-begun"
    LISTENED = "listened"
    OWN_LISTENERS_SHOWN = "own-listeners-shown"
    EXPORTED = "exported"
    GLASS_BROKEN = "glass-broken"
    PURPOSE_CHANGED = "purpose-changed"
    PROCESSING_RESTRICTED = "processing-restricted"
    RESTRICTION_LIFTED = "restriction-lifted"
    REGISTER_SEARCHED = "register-searched"
    REGISTER_PAGE_SHOWN = "register-page-shown"
    IDENTITY_CODE_LOOKED_UP = "identity-code-looked-up"
    FIELD_REVEALED = "field-revealed"
    LOOK_UPS_SHOWN = "look-ups-shown"
    REGISTER_IMPORTED = "register-imported"
    REGISTER_EXPORTED = "register-exported"
    LINK_DECIDED = "link-decided"
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    AGENT_CHANGED = "agent-changed"
    TASK_GRANTED = "task-granted"
    TASK_REVOKED = "task-revoked"
    ROLE_CHANGED = "role-changed"
    TEAM_CHANGED = "team-changed"
    EXCLUDED = "excluded"
    EXCLUSION_ENDED = "exclusion-ended"
    APPROVAL_ASKED = "approval-asked"
    APPROVAL_GIVEN = "approval-given"
    APPROVAL_REFUSED = "approval-refused"
    APPROVAL_USED = "approval-used"
    STORAGE_OUTSIDE_EEA = "storage-outside-eea"
    SETTINGS_CHANGED = "settings-changed"
    DISCLOSURE_RECORDED = "disclosure-recorded"
    DISCLOSURE_VOIDED = "disclosure-voided"
    DISCLOSURES_SHOWN = "disclosures-shown"
    PARTNER_ADDED = "partner-added"
    PARTNER_CALLS_OPENED = "partner-calls-opened"
    PARTNER_CALLS_CLOSED = "partner-calls-closed"
    DOCUMENT_PUBLISHED = "document-published"
    DOCUMENT_ACKNOWLEDGED = "document-acknowledged"
    CASE_OPENED = "case-opened"
    CASE_CHANGED = "case-changed"
    CASE_SHOWN = "case-shown"
    CASES_LISTED = "cases-listed"
    CASE_GATHERED = "case-gathered"
    NOTE_ADDED = "note-added"
    MASK_MARKED = "mask-marked"
    MASK_REMOVED = "mask-removed"
    TEXT_BLACKED_OUT = "text-blacked-out"
    TEXT_SHOWN_AGAIN = "text-shown-again"
    TEXTS_REVIEWED = "texts-reviewed"
    CALL_REVIEWED = "call-reviewed"
    CASE_DELETED = "case-deleted"
    COPY_ORDERED = "copy-ordered"
    CALL_COPIED = "call-copied"
    COPY_MADE = "copy-made"
    COPY_FAILED = "copy-failed"
    COPY_RELEASED = "copy-released"
    COPY_PASSPHRASE_SHOWN = "copy-passphrase-shown"  # noqa: S105 (the name of an action, not a passphrase)
    COPY_DOWNLOADED = "copy-downloaded"
    COPY_DELIVERED = "copy-delivered"
    COPY_WITHDRAWN = "copy-withdrawn"
    COPY_EXPIRED = "copy-expired"
    RETENTION_SHOWN = "retention-shown"
    RETENTION_POLICY_MADE = "retention-policy-made"
    RETENTION_POLICY_RETIRED = "retention-policy-retired"
    RETENTION_HALTED = "retention-halted"
    RETENTION_WENT_ON = "retention-went-on"
    CALL_RESERVED = "call-reserved"
    HOLD_PUT = "hold-put"
    HOLD_RELEASED = "hold-released"
    DELETION_SCHEDULED = "deletion-scheduled"
    DELETION_WITHDRAWN = "deletion-withdrawn"
    CALL_ERASED = "call-erased"
    REGISTER_ROWS_DELETED = "register-rows-deleted"
    AUDIT_SHOWN = "audit-shown"
    AUDIT_DETAIL_DUE = "audit-detail-due"
    AUDIT_DETAIL_FORGOTTEN = "audit-detail-forgotten"
    FINDINGS_ACKNOWLEDGED = "findings-acknowledged"
    ONE_TIME_LINK_MADE = "one-time-link-made"
    PASSWORD_SET = "password-set"  # noqa: S105 (the name of an action, not a password)
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 (as above)
    PASSWORD_CHANGE_REFUSED = "password-change-refused"  # noqa: S105 (as above)
    FIRST_FACTOR_PROVED = "first-factor-proved"
    CONFIRMED = "confirmed"
    CONFIRMATION_REFUSED = "confirmation-refused"
    SECOND_FACTOR_ADDED = "second-factor-added"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    SECOND_FACTOR_REFUSED = "second-factor-refused"
    SECOND_FACTOR_RESET = "second-factor-reset"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    SESSIONS_ENDED = "sessions-ended"
    PROVIDER_IDENTITY_ENTERED = "provider-identity-entered"
    PROVIDER_IDENTITY_LINKED = "provider-identity-linked"
    PROVIDER_IDENTITY_REMOVED = "provider-identity-removed"


@dataclass(frozen=True, slots=True)
class AuditedRange:
    """A half-open byte range of a call's plain FLAC, served under a stated purpose."""

    listening_id: str
    first_byte: int
    stop_byte: int


def record(
    session: Session,
    *,
    actor: Actor | None,
    action: Action,
    call_id: str | None = None,
    purpose: str | None = None,
    persons: Collection[int] | None = None,
    detail: Mapping[str, object] | None = None,
    audited_range: AuditedRange | None = None,
    clock: Clock,
) -> AuditRow:
    """Add a row in the caller's transaction; it stands when that commits, chained to all before it; flushes at once.

    ``actor`` None is somebody unknown. ``persons`` are the ids of those whose data it is about: they stand in the
    detail in the order given, and each finds the row (``rights.register.look_ups``). ``detail`` must be JSON and must
    hold no secret: it is kept for ever; what is personal in it is sealed (``rights.audit.subjects``). Persons that
    stood in the detail alone would not find the row: ValueError.

    A refusal that ends in an error needs a transaction of its own, for the error undoes its caller's.
    """
    if detail and "persons" in detail:
        raise ValueError("persons are given by themselves, so that each finds the row")
    told = dict(detail or {}) if persons is None else {**(detail or {}), "persons": list(persons)}
    personal = {key: told.pop(key) for key in PERSONAL & told.keys()} | ({ACTOR_NAME: actor.name} if actor else {})
    now = clock.now()
    row = AuditRow(
        at=now,
        account_id=actor.account_id if actor else None,
        login=actor.login if actor else None,
        action=action,
        call_id=call_id,
        purpose=purpose,
        listening_id=audited_range.listening_id if audited_range else None,
        first_byte=audited_range.first_byte if audited_range else None,
        stop_byte=audited_range.stop_byte if audited_range else None,
        plain_detail=json.dumps(told, ensure_ascii=False, sort_keys=True) if told else None,
        sealed=[],
    )
    session.add(row)
    session.flush()
    parts = parted(
        personal,
        login=row.login,
        account=told.get("account"),
        persons=persons or (),
        day=now.date().isoformat(),
    )
    row.sealed = [seal(session, part, audit_id=row.id, subject=subject, clock=clock) for subject, part in parts.items()]
    if about := [{"audit_id": row.id, "person_id": person_id} for person_id in sorted(set(persons or ()))]:
        session.execute(insert(AuditPersonRow), about)
    chain_at_commit(session, row, clock=clock)
    return row


def rows_of_call(session: Session, call_id: str) -> Sequence[AuditRow]:
    """Give all that was done with a call, oldest first."""
    return session.scalars(select(AuditRow).where(AuditRow.call_id == call_id).order_by(AuditRow.id)).all()

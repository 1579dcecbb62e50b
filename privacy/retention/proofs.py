"""Proofs of deletion: rows that only grow, without personal data of anybody whose call it was."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.retention.deletion_state import Because
from privacy.retention.evidence import Evidence
from privacy.retention.house_actor import HOUSE
from privacy.retention.retention_rows import CallDeletionRow, DeletionProofRow
from rights.access.approval_rows import ApprovalRow

CALL, REGISTER = "call", "register"
NO_HASHES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Proof:
    """That something was deleted: what, when, why. ``hashes`` are SHA-256 in hexadecimal by what they are of."""

    id: int
    kind: str
    subject: str
    deleted_at: datetime
    because: str
    policy: str | None
    case_no: str | None
    scheduled_at: datetime
    scheduled_by: str
    approved_by: str | None
    key_erased_at: datetime | None
    rows: int
    hashes: dict[str, str]


def prove_call(session: Session, row: CallDeletionRow, *, clock: Clock) -> None:
    """Add the proof of a call's deletion, in the transaction that ends it."""
    approval = session.get(ApprovalRow, row.approval_id) if row.approval_id is not None else None
    session.add(
        DeletionProofRow(
            kind=CALL,
            subject=row.call_id,
            deleted_at=clock.now(),
            because=row.because,
            policy=row.policy,
            case_no=row.case_no,
            scheduled_at=row.scheduled_at,
            scheduled_by=row.scheduled_by,
            approved_by=approval.decided_by if approval else None,
            key_erased_at=row.key_erased_at,
            rows=1,
            hashes=json.dumps(dict(Evidence.read(row.evidence or "").hashes), sort_keys=True),
        )
    )


def prove_rows(
    session: Session,
    subject: str,
    *,
    rows: int,
    policy: str,
    scheduled_at: datetime,
    clock: Clock,
    hashes: Mapping[str, str] = NO_HASHES,
    case_no: str | None = None,
) -> None:
    """Add the proof of rows that went by a policy, in the transaction that deletes them; ``subject`` says of what.

    ``scheduled_at`` is when they were put on the list; where they are several, none of them later.
    """
    session.add(
        DeletionProofRow(
            kind=REGISTER,
            subject=subject,
            deleted_at=clock.now(),
            because=Because.POLICY,
            policy=policy,
            case_no=case_no,
            scheduled_at=scheduled_at,
            scheduled_by=HOUSE.login,
            approved_by=None,
            key_erased_at=None,
            rows=rows,
            hashes=json.dumps(dict(hashes)),
        )
    )


def proofs(session: Session, *, most: int = 100, subject: str | None = None) -> list[Proof]:
    """Give the proofs, newest first; of one subject where it is given."""
    wanted = select(DeletionProofRow).order_by(DeletionProofRow.id.desc()).limit(most)
    if subject is not None:
        wanted = wanted.where(DeletionProofRow.subject == subject)
    return [_told(row) for row in session.scalars(wanted)]


def _told(row: DeletionProofRow) -> Proof:
    return Proof(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        deleted_at=row.deleted_at,
        because=row.because,
        policy=row.policy,
        case_no=row.case_no,
        scheduled_at=row.scheduled_at,
        scheduled_by=row.scheduled_by,
        approved_by=row.approved_by,
        key_erased_at=row.key_erased_at,
        rows=row.rows,
        hashes=json.loads(row.hashes),
    )

"""What verifications of the audit found, as it is written down for the page of the log."""

import json
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.chain_rows import FindingRow, VerificationRow
from rights.audit.findings import Finding, Verdict
from storage.database.engine import Database

_MOST_FINDINGS = 200  # a log that was rewritten has any number, and the command tells them all
MOST_MARKS = 10_000
"""As many as one page shows, to who confirms them: a year of checkpoints that a restore has lost, and more."""


def note_verification(database: Database, verdict: Verdict, *, clock: Clock) -> None:
    """Write down that the chain was verified, and what came of it.

    Where that is the very same as the last time, it is not written down again: the row says where it stands.
    """
    told = [*((new, None) for new in verdict.findings), *((one.finding, one.audit_id) for one in verdict.known)]
    with database.begin() as session:
        found = [_row(finding, known_by) for finding, known_by in told[:_MOST_FINDINGS]]
        before = last_verification(session)
        row = VerificationRow(
            at=clock.now(),
            size=verdict.size,
            checkpoint=verdict.checkpoint,
            findings=len(verdict.findings),
            known=len(verdict.known),
            root=verdict.root,
            found_in=_found_in(session, before, found) if before and found else None,
        )
        session.add(row)
        session.flush()
        if row.found_in is None:
            for finding in found:
                finding.verification_id = row.id
            session.add_all(found)


def last_verification(session: Session) -> VerificationRow | None:
    """Give the newest verification; None before the first."""
    newest = select(func.max(VerificationRow.id)).scalar_subquery()
    return session.scalars(select(VerificationRow).where(VerificationRow.id == newest)).first()


def findings_of(session: Session, verification: VerificationRow) -> list[FindingRow]:
    """Give what a verification found, in its order: what was new, then what was known."""
    rows = select(FindingRow).where(FindingRow.verification_id == (verification.found_in or verification.id))
    return list(session.scalars(rows.order_by(FindingRow.id)))


def _found_in(session: Session, before: VerificationRow, found: Sequence[FindingRow]) -> int | None:
    """Tell which verification wrote the very same down already; None where something is another."""
    is_same = [*map(_said, findings_of(session, before))] == [*map(_said, found)]
    return (before.found_in or before.id) if is_same else None


def _said(row: FindingRow) -> tuple[object, ...]:
    return row.tampering, row.what, row.first_id, row.last_id, row.marks, row.acknowledged_in


def _row(finding: Finding, known_by: int | None) -> FindingRow:
    return FindingRow(
        tampering=finding.tampering,
        what=finding.what,
        first_id=finding.audit_ids[0] if finding.audit_ids else None,
        last_id=finding.audit_ids[-1] if finding.audit_ids else None,
        marks=json.dumps(finding.marks if len(finding.marks) <= MOST_MARKS else []),
        acknowledged_in=known_by,
    )

"""What verifications of the audit found, as it is written down for the page of the log."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.audit.chain_rows import FindingRow, VerificationRow
from rights.audit.findings import Finding, Verdict
from storage.database.engine import Database

_MOST_FINDINGS = 200  # a log that was rewritten has any number, and the command tells them all
MOST_MARKS = 1_000  # of one finding: as many checkpoints as are made in six weeks


def note_verification(database: Database, verdict: Verdict, *, clock: Clock) -> None:
    """Write down that the chain was verified, and what came of it."""
    with database.begin() as session:
        row = VerificationRow(
            at=clock.now(),
            size=verdict.size,
            checkpoint=verdict.checkpoint,
            findings=len(verdict.findings),
            known=len(verdict.known),
            root=verdict.root,
        )
        session.add(row)
        session.flush()
        told = [*((new, None) for new in verdict.findings), *((one.finding, one.audit_id) for one in verdict.known)]
        session.add_all(_row(row.id, finding, known_by) for finding, known_by in told[:_MOST_FINDINGS])


def last_verification(session: Session) -> VerificationRow | None:
    """Give the newest verification; None before the first."""
    newest = select(func.max(VerificationRow.id)).scalar_subquery()
    return session.scalars(select(VerificationRow).where(VerificationRow.id == newest)).first()


def findings_of(session: Session, verification: VerificationRow) -> list[FindingRow]:
    """Give what a verification found, in its order: what was new, then what was known."""
    rows = select(FindingRow).where(FindingRow.verification_id == verification.id)
    return list(session.scalars(rows.order_by(FindingRow.id)))


def _row(verification_id: int, finding: Finding, known_by: int | None) -> FindingRow:
    return FindingRow(
        verification_id=verification_id,
        tampering=finding.tampering,
        what=finding.what,
        first_id=finding.audit_ids[0] if finding.audit_ids else None,
        last_id=finding.audit_ids[-1] if finding.audit_ids else None,
        marks=json.dumps(finding.marks if len(finding.marks) <= MOST_MARKS else []),
        acknowledged_in=known_by,
    )

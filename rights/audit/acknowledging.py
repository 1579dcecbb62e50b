"""Findings of the audit's verification that two persons know of: asked for by one, confirmed by another, signed.

1. Who may see the log picks findings of the newest verification and says why they are there.
2. A second person, who administers accounts, confirms exactly these (``Deed.ACKNOWLEDGE_FINDINGS``): their marks, the
   number of rows that were verified and the root of their tree.
3. In the same transaction that is signed with the audit's key, and becomes a row of the audit itself.

Verifications tell from then on what is known, by whom, when and why, apart from what is new.
"""

import base64
import json
from collections.abc import Callable, Collection
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadConfigurationError, BadDataError, IntegrityError, NotFoundError
from rights.access.actor import Actor
from rights.access.approvals import Approval, ask
from rights.access.deeds import Deed
from rights.access.permissions import require
from rights.access.tasks import Task
from rights.audit.acknowledgement import STATEMENT, Acknowledgement, sign
from rights.audit.chain_rows import FindingRow
from rights.audit.findings import KnownFinding, Verdict
from rights.audit.trail import Action, record
from rights.audit.verifications import MOST_MARKS, findings_of, last_verification
from rights.tables import AuditRow
from storage.database.engine import Database

OpenAuditKey = Callable[[], Ed25519PrivateKey]
"""Gives the key that signs the audit, when it is needed."""


def no_audit_key() -> Ed25519PrivateKey:
    """Stand for the key where a process was given none."""
    raise BadConfigurationError(what="this process has no key that signs the audit", remedy="confirm it in the viewer")


def is_open(finding: FindingRow) -> bool:
    """Tell whether a finding can be acknowledged, and is not yet."""
    return finding.acknowledged_in is None and finding.marks != "[]"


def ask_to_acknowledge(
    session: Session, finding_ids: Collection[int], *, reason: str, by: Actor, clock: Clock
) -> Approval:
    """Ask a second person to confirm that findings of the newest verification are known.

    Raises NotFoundError where one of them is no such finding any more, BadDataError for none, for more than one page
    shows, and for an empty reason.
    """
    require(by, Task.VIEW_AUDIT)
    verification = last_verification(session)
    found = [] if verification is None else findings_of(session, verification)
    wanted = [finding for finding in found if finding.id in finding_ids and is_open(finding)]
    if not finding_ids:
        raise BadDataError(what="no finding was chosen", where="findings")
    if verification is None or verification.root is None or len(wanted) != len({*finding_ids}):
        raise NotFoundError(what="the log was verified anew since, or these are acknowledged", remedy="look again")
    marks = sorted({mark for finding in wanted for mark in json.loads(finding.marks)})
    if len(marks) > MOST_MARKS:
        raise BadDataError(what="these are more than one page shows", where="findings", remedy="choose fewer at a time")
    detail = {"rows": verification.size, "root": base64.b64encode(verification.root).decode(), "marks": marks}
    subject = f"audit/{verification.id}"
    return ask(
        session, deed=Deed.ACKNOWLEDGE_FINDINGS, subject=subject, reason=reason, by=by, clock=clock, detail=detail
    )


def acknowledge(session: Session, approval: Approval, *, key: Ed25519PrivateKey, by: Actor, clock: Clock) -> None:
    """Sign what a second person has just confirmed, and write it into the audit, in the transaction of the approval."""
    detail = approval.detail
    told = Acknowledgement(
        size=int(str(detail["rows"])),
        root=base64.b64decode(str(detail["root"])),
        asked_by=approval.asked_by,
        confirmed_by=by.login,
        at=clock.now(),
        marks=marks_of(approval),
    )
    record(
        session,
        actor=by,
        action=Action.FINDINGS_ACKNOWLEDGED,
        detail={
            "approval": approval.id,
            "asked_by": approval.asked_by,
            "reason": approval.reason,
            STATEMENT: sign(told, key),
        },
        clock=clock,
    )


def marks_of(approval: Approval) -> tuple[str, ...]:
    """Give the marks of the findings that were asked for."""
    marks = approval.detail.get("marks")
    return tuple(str(mark) for mark in marks) if isinstance(marks, list) else ()


def with_reasons(database: Database, verdict: Verdict) -> Verdict:
    """Tell of each known finding why it was acknowledged, as far as that can still be read."""
    with database.read() as session:
        known = tuple(replace(one, reason=told_of(session, one.audit_id).get("reason")) for one in verdict.known)
    return replace(verdict, known=known)


def told_of(session: Session, audit_id: int) -> dict[str, str]:
    """Tell who asked for what a row of the audit acknowledges, and why; less where that was forgotten."""
    row = session.get(AuditRow, audit_id)
    try:
        told = json.loads(row.detail or "{}") if row else {}
    except (IntegrityError, ValueError):
        return {}
    said = told if isinstance(told, dict) else {}
    return {name: str(said[name]) for name in ("asked_by", "reason") if name in said}


def known_text(one: KnownFinding) -> str:
    """Say of a known finding who acknowledged it, when and why."""
    why = f": {one.reason}" if one.reason else ""
    return f"acknowledged by {one.asked_by} and {one.confirmed_by} on {one.at:%Y-%m-%d} (row {one.audit_id}){why}"

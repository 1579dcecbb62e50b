"""What ``tallenne check`` says of erased calls: their proofs, their shares and what may be left of them agree.

1. Every call that is erased has a proof, no row, no object, and its share is erased.
2. Every call whose share is erased is proved, or on its way.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.retention.deletion_state import UNDER_WAY, State
from privacy.retention.evidence import Evidence
from privacy.retention.proofs import CALL
from privacy.retention.retention_rows import CallDeletionRow, DeletionProofRow
from storage.check.finding import Invariant, Kind, Report
from storage.database.calls import CallRow
from storage.database.engine import Database
from storage.database.pages import pages
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing

_IDS_A_QUESTION = 500
_REMEDY = "run 'tallenne retention run --once'"


def check_erased(report: Report, *, database: Database, objects: ObjectStore, keys: KeyRing) -> None:
    """Add to a report what does not agree; raise UnavailableError where a part is away."""
    shares_erased = {call_id for call_id, _ in keys.shares.erased()}
    with database.read() as session:
        done = {
            row.call_id: Evidence.read(row.evidence or "")
            for row in session.scalars(select(CallDeletionRow).where(CallDeletionRow.state == State.DONE))
        }
        under_way = set(session.scalars(select(CallDeletionRow.call_id).where(CallDeletionRow.state.in_(UNDER_WAY))))
        proved = set(session.scalars(select(DeletionProofRow.subject).where(DeletionProofRow.kind == CALL)))
        for call_id in _calls_among(session, sorted(shares_erased | proved)):
            if call_id not in under_way:
                what = f"the call was erased and its row is here: it came back with a backup; {_REMEDY}"
                report.add(Kind.ROW, call_id, Invariant.ERASED_IS_GONE, what)
    for call_id, evidence in done.items():
        if call_id not in proved:
            report.add(Kind.ROW, call_id, Invariant.ERASED_IS_GONE, "the call is erased, and its proof is missing")
        if call_id not in shares_erased:
            what = "the call is erased, and its share is not: the shares came back with a backup"
            report.add(Kind.KEY, call_id, Invariant.ERASED_IS_GONE, what)
        for key in evidence.objects:
            if objects.find(key) is not None:
                what = "the object of an erased call is here again; no key opens it: delete it from the store"
                report.add(Kind.OBJECT, key, Invariant.ERASED_IS_GONE, what)


def _calls_among(session: Session, ids: Sequence[str]) -> Iterator[str]:
    for part in pages(ids, size=_IDS_A_QUESTION):
        yield from session.scalars(select(CallRow.id).where(CallRow.id.in_(part)))

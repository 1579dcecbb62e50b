"""Hand-overs whose time is over: they go with their calls, persons and openings, with a proof.

A hand-over tells somebody to whom his data was given (GDPR 15(1)(c)), and the house whom to tell of a correction (19).
So it stays, in spite of its period, while any of the calls and persons that it names is kept, while one of them is held
or somebody waits for a copy or a restriction of his data, and while a case that it names, or that has one of its calls,
is open. Its period is counted from the newest of the days on which it was recorded, the recipient's own time ended, or
it was voided.

What stays: the audit, which names it by its number (never given twice), the approvals of calls that were opened to a
partner, and the proof.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.tables.persons import PersonRow
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.disclosures.handover_rows import HandoverCallRow, HandoverPersonRow, HandoverRow
from privacy.retention.holds import held_persons
from privacy.retention.house_actor import HOUSE
from privacy.retention.period import Period, Unit, day_in_finland, midnight
from privacy.retention.proofs import prove_rows
from privacy.retention.retention_rows import HoldRow
from privacy.retention.settings import RetentionSettings
from rights.access.partner_rows import PartnerCallRow
from rights.audit.trail import Action, record
from storage.database.calls import CallRow

HANDOVERS = "handovers"
_DAYS_A_YEAR = 365  # at least


def free_handovers(
    session: Session, settings: RetentionSettings, *, today: date, among: Collection[int] | None = None
) -> list[int]:
    """Give the numbers of the hand-overs whose time is over and that nothing keeps, oldest first."""
    period = Period(settings.handover_years, Unit.YEARS)
    newest = midnight(today) - timedelta(days=_DAYS_A_YEAR * settings.handover_years - 1)  # a first sieve
    wanted = select(HandoverRow).where(HandoverRow.recorded_at < newest, ~_is_needed())
    if among is not None:
        wanted = wanted.where(HandoverRow.id.in_(list(among)))
    held = held_persons(session)
    return [
        row.id
        for row in session.scalars(wanted.order_by(HandoverRow.id))
        if period.end_from(_counted_from(row)) <= today and held.isdisjoint(one.person_id for one in row.persons)
    ]


def delete_handovers(
    session: Session, numbers: Sequence[int], *, policy: str, scheduled_at: datetime, clock: Clock
) -> int:
    """Let hand-overs go with their proof, in the caller's transaction; give how many rows went.

    The caller holds the lock of the holds, and has asked :func:`free_handovers` of them since.
    """
    rows = _delete_rows(session, numbers)
    keys = hashlib.sha256("\n".join(sorted(map(str, numbers))).encode()).hexdigest()
    prove_rows(
        session, HANDOVERS, rows=rows, policy=policy, hashes={"keys": keys}, scheduled_at=scheduled_at, clock=clock
    )
    detail = {"table": HANDOVERS, "rows": rows, "policy": policy, "handovers": list(numbers)}
    record(session, actor=HOUSE, action=Action.REGISTER_ROWS_DELETED, detail=detail, clock=clock)
    return rows


def _delete_rows(session: Session, numbers: Sequence[int]) -> int:
    opening = exists().where(
        HandoverRow.id.in_(numbers),
        HandoverCallRow.handover_id == HandoverRow.id,
        HandoverCallRow.call_id == PartnerCallRow.call_id,
        HandoverRow.partner_account_id == PartnerCallRow.account_id,
        HandoverRow.handed_at == PartnerCallRow.opened_at,
    )
    parts = (
        delete(PartnerCallRow).where(opening),
        delete(HandoverCallRow).where(HandoverCallRow.handover_id.in_(numbers)),
        delete(HandoverPersonRow).where(HandoverPersonRow.handover_id.in_(numbers)),
        delete(HandoverRow).where(HandoverRow.id.in_(numbers)),
    )
    return sum(session.connection().execute(part).rowcount for part in parts)


def _counted_from(row: HandoverRow) -> date:
    moments = (row.recorded_at, row.expires_at, row.voided_at)
    return day_in_finland(max(moment for moment in moments if moment is not None))


def _is_needed() -> ColumnElement[bool]:
    """Say in SQL of a hand-over whether something keeps it in spite of its period."""
    call = HandoverCallRow.handover_id == HandoverRow.id
    person = HandoverPersonRow.handover_id == HandoverRow.id
    open_cases = select(CaseRow.id).where(CaseRow.closed_at.is_(None))
    standing = HoldRow.released_at.is_(None)
    return or_(
        exists().where(call, CallRow.id == HandoverCallRow.call_id),
        exists().where(person, PersonRow.id == HandoverPersonRow.person_id),
        exists().where(call, HoldRow.call_id == HandoverCallRow.call_id, standing),
        exists().where(call, CaseCallRow.call_id == HandoverCallRow.call_id, CaseCallRow.case_id.in_(open_cases)),
        exists().where(CaseRow.case_no == HandoverRow.case_no, CaseRow.closed_at.is_(None)),
    )

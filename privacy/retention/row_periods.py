"""The periods of the settings for what is no call, as they stand on one day: vouchers, persons, cases, hand-overs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.tables.leases import LeaseRow
from privacy.retention.house_actor import HOUSE
from privacy.retention.ledger_rows import (
    Gone,
    count_ledger_rows,
    delete_ledger_rows,
    delete_unmatched_payments,
    free_leases,
    still_settled,
    together,
)
from privacy.retention.old_cases import delete_case, free_cases
from privacy.retention.old_handovers import delete_handovers, free_handovers
from privacy.retention.person_periods import PersonDays
from privacy.retention.person_rows import delete_person
from privacy.retention.proofs import prove_rows
from privacy.retention.row_kind import RowKind
from privacy.retention.row_period import RowPeriod, Share, Shares
from privacy.retention.settings import RetentionSettings
from rights.audit.trail import Action, record

UNMATCHED = "unmatched"
"""Names the payments that belong to no lease."""


class Free(Protocol):
    """Gives persons whose period is over, by id; ``among`` some alone, where that is given."""

    def __call__(self, session: Session, *, among: Collection[int] | None = None) -> list[int]:
        """Look."""
        ...


def row_periods(settings: RetentionSettings, *, today: date) -> tuple[RowPeriod, ...]:
    """Give the periods in the order in which they let go: what keeps something else goes before it.

    A period that the house has not set ends nothing.
    """
    ends = PersonDays.of(settings, today)
    leased = f"persons: {settings.register_person_years} years after the last lease"
    applied = f"applicants without a lease: {settings.applicant_years} years after their newest day"
    return (
        _of_cases(settings, today=today),
        *_of_vouchers(settings, until=settings.last_free_day(today)),
        _of_persons(RowKind.TENANTS, ends.tenants, policy=leased),
        _of_persons(RowKind.APPLICANTS, ends.applicants, policy=applied),
        _of_handovers(settings, today=today),
    )


def _of_cases(settings: RetentionSettings, *, today: date) -> RowPeriod:
    policy = f"cases: {settings.case_years} years after they were closed"
    free = partial(free_cases, settings=settings, today=today)

    def delete(session: Session, shares: Shares, scheduled_at: datetime, clock: Clock) -> int:
        return sum(
            delete_case(session, case_no, policy=policy, scheduled_at=scheduled_at, clock=clock) for case_no in shares
        )

    return RowPeriod(
        kind=RowKind.CASES,
        policy=policy,
        over=lambda session: _whole(free(session)),
        still=lambda session, shares: _whole(free(session, among=shares.keys())),
        delete=delete,
    )


def _of_handovers(settings: RetentionSettings, *, today: date) -> RowPeriod:
    policy = f"hand-overs: {settings.handover_years} years"
    free = partial(free_handovers, settings=settings, today=today)

    def delete(session: Session, shares: Shares, scheduled_at: datetime, clock: Clock) -> int:
        return delete_handovers(session, _ids(shares), policy=policy, scheduled_at=scheduled_at, clock=clock)

    return RowPeriod(
        kind=RowKind.HANDOVERS,
        policy=policy,
        over=lambda session: _whole(free(session)),
        still=lambda session, shares: _whole(free(session, among=_ids(shares))),
        delete=delete,
    )


def _of_persons(kind: RowKind, free: Free, *, policy: str) -> RowPeriod:
    def delete(session: Session, shares: Shares, scheduled_at: datetime, clock: Clock) -> int:
        gone = [Gone("persons", delete_person(session, one, clock=clock), "") for one in _ids(shares)]
        return _prove(session, gone, policy=policy, scheduled_at=scheduled_at, clock=clock)

    return RowPeriod(
        kind=kind,
        policy=policy,
        over=lambda session: _whole(free(session)),
        still=lambda session, shares: _whole(free(session, among=_ids(shares))),
        delete=delete,
        is_imported=True,
    )


def _of_vouchers(settings: RetentionSettings, *, until: date) -> tuple[RowPeriod, RowPeriod]:
    policy = f"vouchers: {settings.voucher_years} years, financial year ends {settings.financial_year_ends}"

    def over(session: Session) -> dict[str, Share]:
        free = free_leases(session, until=until)
        counts, names = count_ledger_rows(session, free), _lease_numbers(session)
        return {names[lease_id]: Share(counts[lease_id].total(), day) for lease_id, day in free.items()}

    def still(session: Session, shares: Shares) -> dict[str, Share]:
        there = {
            lease_id: (lease_no, shares[lease_no])
            for lease_no, lease_id in lease_ids(session, shares.keys()).items()
            if _is_free(shares[lease_no], until)
        }
        through = {lease_id: share.through for lease_id, (_, share) in there.items() if share.through}
        settled = {lease_id: through[lease_id] for lease_id in still_settled(session, through)}
        counts = count_ledger_rows(session, settled, among=settled.keys())
        return _no_more(
            {there[lease_id][0]: Share(counts[lease_id].total(), day) for lease_id, day in settled.items()}, shares
        )

    def delete(session: Session, shares: Shares, scheduled_at: datetime, clock: Clock) -> int:
        by_day: dict[date, list[int]] = defaultdict(list)  # most leases are settled on the same few days
        for lease_no, lease_id in lease_ids(session, shares.keys()).items():
            if day := shares[lease_no].through:
                by_day[day].append(lease_id)
        gone = (one for day, ids in by_day.items() for one in delete_ledger_rows(session, ids, settled_on=day))
        return _prove(session, gone, policy=policy, scheduled_at=scheduled_at, clock=clock)

    def unmatched(session: Session, day: date) -> dict[str, Share]:
        rows = delete_unmatched_payments(session, until=day, is_dry=True).rows
        return {UNMATCHED: Share(rows, day)} if rows else {}

    def unmatched_still(session: Session, shares: Shares) -> dict[str, Share]:
        through = next((share.through for share in shares.values() if _is_free(share, until)), None)
        return _no_more(unmatched(session, through), shares) if through else {}

    def delete_unmatched(session: Session, shares: Shares, scheduled_at: datetime, clock: Clock) -> int:
        gone = [delete_unmatched_payments(session, until=share.through) for share in shares.values() if share.through]
        return _prove(session, gone, policy=policy, scheduled_at=scheduled_at, clock=clock)

    return (
        RowPeriod(kind=RowKind.LEASES, policy=policy, over=over, still=still, delete=delete, is_imported=True),
        RowPeriod(
            kind=RowKind.PAYMENTS,
            policy=policy,
            over=lambda session: unmatched(session, until),
            still=unmatched_still,
            delete=delete_unmatched,
            is_imported=True,
        ),
    )


def _prove(session: Session, gone: Iterable[Gone], *, policy: str, scheduled_at: datetime, clock: Clock) -> int:
    """Prove and audit what went, a table each; give how many rows."""
    found = [one for one in together(gone) if one.rows]
    for one in found:
        hashes = {} if one.table == "persons" else {"keys": one.keys_sha256}  # a key of a person tells of him
        prove_rows(
            session, one.table, rows=one.rows, policy=policy, hashes=hashes, scheduled_at=scheduled_at, clock=clock
        )
        detail = {"table": one.table, "rows": one.rows, "policy": policy}
        record(session, actor=HOUSE, action=Action.REGISTER_ROWS_DELETED, detail=detail, clock=clock)
    return sum(one.rows for one in found)


def _whole(names: Iterable[object]) -> dict[str, Share]:
    return {str(name): Share() for name in names}


def _ids(shares: Shares) -> list[int]:
    return [int(subject) for subject in shares]


def _is_free(share: Share, until: date) -> bool:
    """Whether the law, and the settings, let vouchers of a share's last day go still."""
    return share.through is not None and share.through <= until


def _no_more(found: Mapping[str, Share], listed: Shares) -> dict[str, Share]:
    """Leave out what an import has put vouchers to that nobody saw on the list."""
    return {name: share for name, share in found.items() if share.rows <= listed[name].rows}


def _lease_numbers(session: Session) -> dict[int, str]:
    return {row.id: row.lease_no for row in session.execute(select(LeaseRow.id, LeaseRow.lease_no))}


def lease_ids(session: Session, lease_nos: Collection[str]) -> dict[str, int]:
    """Give the ids of the leases that are there, by the numbers that lines name them by."""
    wanted = select(LeaseRow.lease_no, LeaseRow.id).where(LeaseRow.lease_no.in_(lease_nos))
    return {row.lease_no: row.id for row in session.execute(wanted)}

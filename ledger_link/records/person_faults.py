"""The faults that matter to a person: those that he reported, and those of his home while it was his."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ledger_link.records.card import LeaseOnCard, LeaseState
from ledger_link.records.person_parts import FaultReportPart
from ledger_link.tables.fault_reports import FaultReportRow, fault_on
from ledger_link.tables.leases import LeaseRow
from ledger_link.undisclosed.concealment import Concealment
from ledger_link.undisclosed.home_concealment import concealment_of_homes
from ledger_link.undisclosed.homes import undisclosed_leases


def person_faults(
    session: Session,
    person_id: int,
    *,
    on: date,
    leases: tuple[LeaseOnCard, ...],
    concealment: Concealment,
    is_told: bool = False,
) -> tuple[FaultReportPart, ...]:
    """Give a person's faults by a day, the newest first; of which apartment, only where a lease tells its address.

    Who reports a fault of another's home may be living there with somebody who may not be found. Of a home's faults
    those are told that somebody of the same lease reported, or nobody is named for: no stranger's, and none of days on
    which somebody with a turvakielto had a lease there. Their words tell nothing either of who ever lived there, but
    of the person himself where he ``is_told`` of.
    """
    told = {lease.apartment_id for lease in leases}
    rows = session.scalars(
        select(FaultReportRow)
        .where(
            or_(FaultReportRow.person_id == person_id, *_of_homes(person_id, leases)), FaultReportRow.reported_on <= on
        )
        .order_by(FaultReportRow.reported_on.desc(), FaultReportRow.id.desc())
    ).all()
    of_homes = concealment_of_homes(session, {row.apartment_id for row in rows}, besides=person_id if is_told else None)
    return tuple(
        FaultReportPart(
            id=row.id,
            fault_no=row.fault_no,
            apartment_id=row.apartment_id if row.apartment_id in told else None,
            reported_on=row.reported_on,
            subject=of_homes.of(concealment.of(row.subject)),
            state=state,
            closed_on=closed_on,
            is_own=row.person_id == person_id,
        )
        for row in rows
        for state, closed_on in [fault_on(on, row.state, row.closed_on)]
    )


def _of_homes(person_id: int, leases: tuple[LeaseOnCard, ...]) -> Iterator[ColumnElement[bool]]:
    """Say which faults are of the apartments of the leases of the day; none of a home whose address is hidden."""
    for lease in leases:
        if lease.state is not LeaseState.CURRENT or lease.apartment_id is None:
            continue
        household = [person_id, *(other.person.id for other in lease.others)]
        yield and_(
            FaultReportRow.apartment_id == lease.apartment_id,
            FaultReportRow.reported_on >= lease.starts_on,
            or_(FaultReportRow.person_id.is_(None), FaultReportRow.person_id.in_(household)),
            ~_is_of_undisclosed_days(),
        )


def _is_of_undisclosed_days() -> ColumnElement[bool]:
    """Say of a fault whether a lease of its apartment that may not be told was running when it was reported."""
    return (
        select(LeaseRow.id)
        .where(
            LeaseRow.apartment_id == FaultReportRow.apartment_id,
            LeaseRow.starts_on <= FaultReportRow.reported_on,
            or_(LeaseRow.ends_on.is_(None), LeaseRow.ends_on >= FaultReportRow.reported_on),
            LeaseRow.id.in_(undisclosed_leases()),
        )
        .correlate(FaultReportRow)
        .exists()
    )

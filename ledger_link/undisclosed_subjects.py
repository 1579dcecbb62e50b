"""What a call may not be said to be about: a home or a fault report that leads to somebody with a turvakielto.

A key of the home beside a name tells as much as the address: the page of an apartment opens by it.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger_link.fault_reports import FaultReportRow
from ledger_link.leases import LeasePartyRow, LeaseRow
from ledger_link.link import Link
from ledger_link.persons import PersonRow
from ledger_link.undisclosed_homes import undisclosed_apartments


def undisclosed_among_apartments(session: Session, apartment_ids: Collection[int]) -> frozenset[int]:
    """Tell which of some apartments are in ``undisclosed_apartments``."""
    if not apartment_ids:
        return frozenset()
    asked = (
        select(LeaseRow.apartment_id)
        .join(LeasePartyRow, LeasePartyRow.lease_id == LeaseRow.id)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(PersonRow.non_disclosure, LeaseRow.apartment_id.in_(sorted(apartment_ids)))
    )
    return frozenset(session.scalars(asked))


def undisclosed_among_faults(session: Session, fault_report_ids: Collection[int]) -> frozenset[int]:
    """Tell which of some fault reports are of such an apartment, or by somebody with a turvakielto."""
    if not fault_report_ids:
        return frozenset()
    asked = (
        select(FaultReportRow.id)
        .outerjoin(PersonRow, PersonRow.id == FaultReportRow.person_id)
        .where(
            FaultReportRow.id.in_(sorted(fault_report_ids)),
            or_(PersonRow.non_disclosure, FaultReportRow.apartment_id.in_(undisclosed_apartments())),
        )
    )
    return frozenset(session.scalars(asked))


def without_undisclosed(session: Session, links: Mapping[str, Link]) -> dict[str, Link]:
    """Take out of links, which name persons, the keys of such homes and fault reports."""
    apartments = undisclosed_among_apartments(session, {one for link in links.values() if (one := link.apartment_id)})
    faults = undisclosed_among_faults(session, {one for link in links.values() if (one := link.fault_report_id)})
    return {
        call_id: replace(
            link,
            apartment_id=None if link.apartment_id in apartments else link.apartment_id,
            fault_report_id=None if link.fault_report_id in faults else link.fault_report_id,
        )
        if link.apartment_id in apartments or link.fault_report_id in faults
        else link
        for call_id, link in links.items()
    }

"""What a call may not be said to be about: a home or a fault report that leads to somebody with a turvakielto.

A key of the home beside a name tells as much as the address: the page of an apartment opens by it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger_link.linking.link import Link, LinkDecision
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.homes import undisclosed_apartments

_About = TypeVar("_About", Link, LinkDecision)


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
    return dict(zip(links, _without(session, tuple(links.values())), strict=True))


def decisions_without_undisclosed(session: Session, decisions: Sequence[LinkDecision]) -> tuple[LinkDecision, ...]:
    """Take them out of what people decided."""
    return _without(session, decisions)


def _without(session: Session, told: Sequence[_About]) -> tuple[_About, ...]:
    apartments = undisclosed_among_apartments(session, {one for each in told if (one := each.apartment_id)})
    faults = undisclosed_among_faults(session, {one for each in told if (one := each.fault_report_id)})
    return tuple(
        replace(
            each,
            apartment_id=None if each.apartment_id in apartments else each.apartment_id,
            fault_report_id=None if each.fault_report_id in faults else each.fault_report_id,
        )
        if each.apartment_id in apartments or each.fault_report_id in faults
        else each
        for each in told
    )

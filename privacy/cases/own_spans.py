"""From when to when a lease was a person's: what came to it before or after is another's data (GDPR 15(4)).

A day before the lease's first or after its last is still his: what is settled then was his.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.tables.leases import LeasePartyRow, LeaseRow


@dataclass(frozen=True, slots=True)
class OwnSpan:
    """The days of a lease that were a person's, both included; None is open: nobody else had it before or after."""

    first: date | None
    last: date | None

    def has(self, day: object) -> bool:
        """Tell whether a day is among them; what has none is everybody's of the lease."""
        if not isinstance(day, date):
            return True
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def own_spans(session: Session, person_id: int) -> Mapping[int, OwnSpan]:
    """Give the spans of a person's leases by lease; roles one after the other make one span."""
    rows = session.execute(
        select(LeasePartyRow, LeaseRow)
        .join(LeaseRow, LeaseRow.id == LeasePartyRow.lease_id)
        .where(LeasePartyRow.person_id == person_id)
    ).all()
    by_lease: defaultdict[LeaseRow, list[LeasePartyRow]] = defaultdict(list)
    for party, lease in rows:
        by_lease[lease].append(party)
    spans: dict[int, OwnSpan] = {}
    for lease, parties in by_lease.items():
        first = min((party.starts_on or date.min for party in parties), default=date.min)
        last = max((party.ends_on or date.max for party in parties), default=date.max)
        spans[lease.id] = OwnSpan(
            first=first if first > (lease.starts_on or date.min) else None,
            last=last if last < (lease.ends_on or date.max) else None,
        )
    return spans

"""What may not be told beside an apartment in free text: of everybody who ever lived there, and with whom they lived.

Who lived there before stands in no lease of those who live there now, but people write down who had the key.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.undisclosed.concealment import NOTHING, Concealment, concealment_of


def concealment_of_homes(
    session: Session, apartment_ids: Collection[int], *, besides: int | None = None
) -> Concealment:
    """Tell what words about some apartments, as of their faults, may not tell; names included.

    ``besides`` is a person of whom all may be told: one who is revealed.
    """
    if not apartment_ids:
        return NOTHING
    lived, other = aliased(LeasePartyRow), aliased(LeasePartyRow)
    theirs = aliased(LeasePartyRow)
    known = session.scalars(
        select(other.person_id)
        .join(theirs, theirs.lease_id == other.lease_id)
        .join(lived, lived.person_id == theirs.person_id)
        .join(LeaseRow, LeaseRow.id == lived.lease_id)
        .where(LeaseRow.apartment_id.in_(sorted(apartment_ids)))
        .distinct()
    )
    return concealment_of(session, set(known) - {besides}, names=True)

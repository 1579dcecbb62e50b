"""Leases and apartments whose address may not be told: somebody with a turvakielto has, or ever had, a part there.

The whole history and not one day of it, as with numbers (``ledger_link.undisclosed``).
"""

from sqlalchemy import Select, select

from ledger_link.leases import LeasePartyRow, LeaseRow
from ledger_link.persons import PersonRow


def undisclosed_leases() -> Select[int]:
    """Select the ids of the leases whose address may not be told."""
    return (
        select(LeasePartyRow.lease_id)
        .join(PersonRow, PersonRow.id == LeasePartyRow.person_id)
        .where(PersonRow.non_disclosure)
    )


def undisclosed_apartments() -> Select[int]:
    """Select the ids of the apartments whose address may not be told beside anybody's name."""
    return select(LeaseRow.apartment_id).where(LeaseRow.id.in_(undisclosed_leases()))

"""Leases and apartments whose address may not be told: somebody with a turvakielto has, or ever had, a part there.

The whole history and not one day of it, as with numbers (``ledger_link.undisclosed.numbers``).
"""

from collections.abc import Collection
from functools import cache

from sqlalchemy import ARRAY, Integer, Select, and_, any_, bindparam, select
from sqlalchemy.orm import Session, aliased

from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow


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


def undisclosed_among_leases(session: Session, lease_ids: Collection[int]) -> frozenset[int]:
    """Tell the addresses of which of some leases may not be told; one query.

    Besides :func:`undisclosed_leases` they are those whose party is also party to such a lease of the same apartment:
    who lived there alone before somebody with a turvakielto moved in lives there still.
    """
    if not lease_ids:
        return frozenset()
    is_array = session.get_bind().dialect.name == "postgresql"
    return frozenset(session.scalars(_undisclosed_homes(is_array=is_array), {"lease_ids": sorted(lease_ids)}))


@cache
def _undisclosed_homes(*, is_array: bool) -> Select[int]:
    """Make the query once: it takes longer to make than to answer.

    One array is one text however many leases there are, which PostgreSQL then plans once, too.
    """
    own, other, hidden = aliased(LeasePartyRow), aliased(LeasePartyRow), aliased(LeasePartyRow)
    home, same = aliased(LeaseRow), aliased(LeaseRow)
    return (
        select(home.id)
        .join(own, own.lease_id == home.id)
        .join(other, other.person_id == own.person_id)
        .join(same, and_(same.id == other.lease_id, same.apartment_id == home.apartment_id))
        .join(hidden, hidden.lease_id == same.id)
        .join(PersonRow, and_(PersonRow.id == hidden.person_id, PersonRow.non_disclosure))
        .where(
            home.id == any_(bindparam("lease_ids", type_=ARRAY(Integer)))
            if is_array
            else home.id.in_(bindparam("lease_ids", expanding=True))
        )
    )

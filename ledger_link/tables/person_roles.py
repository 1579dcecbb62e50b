"""The table of the roles that persons have without a lease."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger_link.tables.among import among
from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from storage.database.base import Base


class OwnRole(StrEnum):
    """What a person may be without a lease; the roles in leases are ``ledger_link.tables.leases.PartyRole``."""

    APPLICANT = "applicant"
    POSSIBLE_BUYER = "possible_buyer"


class PersonRoleRow(Imported, Base):
    """A role of a person, from one day to another (both included; an end of None is open)."""

    __tablename__ = "person_roles"
    __table_args__ = (
        is_one_of("role", OwnRole),
        in_order("starts_on", "ends_on", name="term"),
        UniqueConstraint("person_id", "role", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    role: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str | None]


def own_roles_on(session: Session, person_ids: Collection[int], *, on: date) -> dict[int, tuple[OwnRole, ...]]:
    """Tell what each of some persons is on a day without a lease; who is nothing is left out. One query at most."""
    if not person_ids:
        return {}
    rows = session.execute(
        select(PersonRoleRow.person_id, PersonRoleRow.role)
        .where(
            among(session, PersonRoleRow.person_id, person_ids),
            PersonRoleRow.starts_on <= on,
            or_(PersonRoleRow.ends_on.is_(None), PersonRoleRow.ends_on >= on),
        )
        .order_by(PersonRoleRow.starts_on, PersonRoleRow.id)
    )
    roles: dict[int, list[OwnRole]] = defaultdict(list)
    for person_id, role in rows:
        roles[person_id].append(OwnRole(role))
    return {person_id: tuple(dict.fromkeys(told)) for person_id, told in roles.items()}

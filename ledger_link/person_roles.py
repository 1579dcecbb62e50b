"""The table of the roles that persons have without a lease."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.imported import Imported
from ledger_link.persons import PersonRow
from ledger_link.schema_checks import in_order, is_one_of
from storage.database.base import Base


class OwnRole(StrEnum):
    """What a person may be without a lease; the roles in leases are ``ledger_link.leases.PartyRole``."""

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

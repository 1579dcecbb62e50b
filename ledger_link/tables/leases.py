"""The tables of leases and their parties."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.unique_null import unique_where_null
from storage.database.base import Base


class PartyRole(StrEnum):
    """What a person is in a lease."""

    TENANT = "tenant"
    CO_TENANT = "co_tenant"
    JOINT_PAYER = "joint_payer"
    OTHER_OCCUPANT = "other_occupant"


class LeaseRow(Imported, Base):
    """A lease of an apartment; ``lease_no`` is its key in the source system, ``ends_on`` None until further notice.

    ``reference_number`` (national form) is what its tenants pay with; no two leases have the same.
    """

    __tablename__ = "leases"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="term"),
        Index("ix_leases_apartment_id", "apartment_id"),
        Index("uq_leases_reference_number", "reference_number", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lease_no: Mapped[str] = mapped_column(unique=True)
    apartment_id: Mapped[int] = mapped_column(ForeignKey("apartments.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reference_number: Mapped[str | None]


class LeasePartyRow(Imported, Base):
    """A person's part in a lease; a day that is None is the lease's own first or last day."""

    __tablename__ = "lease_parties"
    __table_args__ = (
        CheckConstraint("role IN ('tenant', 'co_tenant', 'joint_payer', 'other_occupant')", name="role"),
        CheckConstraint("starts_on <= ends_on", name="term"),
        UniqueConstraint("lease_id", "person_id", "role", "starts_on"),
        unique_where_null("uq_lease_parties_open_beginning", "lease_id", "person_id", "role", null="starts_on"),
        Index("ix_lease_parties_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lease_id: Mapped[int] = mapped_column(ForeignKey("leases.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


def term_of(lease: LeaseRow, party: LeasePartyRow) -> tuple[date, date | None]:
    """Tell from when to when (both included) a person is party to a lease: what the two terms have in common."""
    return common_term(lease.starts_on, lease.ends_on, party.starts_on, party.ends_on)


def common_term(
    starts_on: date, ends_on: date | None, party_starts_on: date | None, party_ends_on: date | None
) -> tuple[date, date | None]:
    """Tell what the term of a lease and that of a part in it have in common; the days of :func:`term_of`."""
    first = max(starts_on, party_starts_on or starts_on)
    last = min((day for day in (ends_on, party_ends_on) if day is not None), default=None)
    return first, last

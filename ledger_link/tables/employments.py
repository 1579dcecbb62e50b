"""The table of employments: for whom, as what, in what nature, from when to when."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.organisations import OrganisationRow
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from storage.database.base import Base


class EmploymentNature(StrEnum):
    """What an employment is like, or what there is instead of one."""

    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    PART_TIME = "part_time"
    SELF_EMPLOYED = "self_employed"
    STUDENT = "student"
    RETIRED = "retired"
    UNEMPLOYED = "unemployed"
    OTHER = "other"


class EmploymentRow(Imported, Base):
    """An employment; its length is what lies between the two days (both included; an end of None: it goes on).

    ``organisation_id`` is the employer as an organisation of the register, where it is one: its switchboard's calls
    may be this person's. ``employer_name`` is empty where the nature has none.
    """

    __tablename__ = "employments"
    __table_args__ = (
        is_one_of("nature", EmploymentNature),
        in_order("starts_on", "ends_on", name="term"),
        UniqueConstraint("person_id", "employer_name", "starts_on"),
        Index("ix_employments_organisation_id", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    employer_name: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(OrganisationRow.id))
    occupation: Mapped[str]
    nature: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

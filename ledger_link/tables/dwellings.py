"""The tables of how persons live at present, and of the dwelling that they need."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import is_one_of, positive
from storage.database.base import Base


class Tenure(StrEnum):
    """By what right somebody lives where he lives."""

    RENTED = "rented"
    OWNED = "owned"
    RIGHT_OF_OCCUPANCY = "right_of_occupancy"
    WITH_RELATIVES = "with_relatives"
    NONE = "none"
    OTHER = "other"


class DwellingRow(Imported, Base):
    """The present dwelling of a person, as it was when it was recorded."""

    __tablename__ = "dwellings"
    __table_args__ = (is_one_of("tenure", Tenure), UniqueConstraint("person_id", "recorded_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    tenure: Mapped[str]
    description: Mapped[str]
    recorded_on: Mapped[date]


class DwellingNeedRow(Imported, Base):
    """Why, where and how large a dwelling a person needs, as it was when it was recorded."""

    __tablename__ = "dwelling_needs"
    __table_args__ = (positive("rooms_min"), UniqueConstraint("person_id", "recorded_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    reason: Mapped[str]
    rooms_min: Mapped[int | None]
    municipality: Mapped[str | None]
    wanted_from: Mapped[date | None]
    recorded_on: Mapped[date]

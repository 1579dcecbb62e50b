"""The tables of buildings and their apartments."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.schema_checks import positive
from ledger_link.tables.unique_null import unique_where_null
from ledger_link.values.address import Address
from storage.database.base import Base


class BuildingRow(Imported, Base):
    """A building; ``building_no`` is its key in the source system."""

    __tablename__ = "buildings"
    __table_args__ = (
        CheckConstraint("length(postal_code) = 5", name="postal_code"),
        CheckConstraint("street_address <> '' AND city <> ''", name="has_address"),
        CheckConstraint("built_year BETWEEN 1500 AND 2200", name="built_year"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    building_no: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    street_address: Mapped[str]
    postal_code: Mapped[str]
    city: Mapped[str]
    built_year: Mapped[int | None]


class ApartmentRow(Imported, Base):
    """An apartment of a building; ``apartment_no`` is its key in the source system.

    ``entrance`` and ``sub_letter`` are empty where the address has none, so that two apartments of one building
    cannot have the same address. ``area_m2_tenths`` is the floor area in tenths of a square metre.
    """

    __tablename__ = "apartments"
    __table_args__ = (
        CheckConstraint("door_number > 0", name="door_number"),
        positive("rooms"),
        positive("area_m2_tenths"),
        UniqueConstraint("building_id", "entrance", "door_number", "sub_letter"),
        unique_where_null("uq_apartments_no_door_number", "building_id", "entrance", "sub_letter", null="door_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    apartment_no: Mapped[str] = mapped_column(unique=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"))
    entrance: Mapped[str]
    door_number: Mapped[int | None]
    sub_letter: Mapped[str]
    rooms: Mapped[int | None]
    area_m2_tenths: Mapped[int | None]


def address_of(building: BuildingRow, apartment: ApartmentRow) -> Address:
    """Put the address of an apartment together."""
    return Address(
        street_address=building.street_address,
        entrance=apartment.entrance,
        door_number=apartment.door_number,
        sub_letter=apartment.sub_letter,
        postal_code=building.postal_code,
        city=building.city,
    )

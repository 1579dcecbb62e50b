"""The tables of roles: bundles of tasks with their scopes, kept by the administrator."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.database.base import Base


class RoleRow(Base):
    """A bundle under a name. Granting it grants its tasks, one by one; what it holds later changes no grant made."""

    __tablename__ = "roles"
    __table_args__ = (CheckConstraint("name_fi <> ''", name="name_fi"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name_fi: Mapped[str]
    name_sv: Mapped[str]
    name_en: Mapped[str]
    retired_at: Mapped[datetime | None]
    permits: Mapped[list["RolePermitRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="RolePermitRow.permit"
    )


class RolePermitRow(Base):
    """A task, with its scope where it knows one, of a role; ``permit`` is as ``rights.access.permit`` writes it."""

    __tablename__ = "role_permits"

    role: Mapped[str] = mapped_column(ForeignKey("roles.code", ondelete="CASCADE"), primary_key=True)
    permit: Mapped[str] = mapped_column(primary_key=True)

"""The tables of whose call it was, and of what people decided about it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.buildings import ApartmentRow
from ledger_link.tables.fault_reports import FaultReportRow
from ledger_link.tables.leases import LeaseRow
from ledger_link.tables.organisations import OrganisationRow
from storage.database.base import CALL_ID_CHARS, Base

_OPEN = text("decided_by IS NULL AND status IN ('none', 'several')")


def _index_where_given(table: str, column: str) -> Index:
    """Make an index of the rows in which a column is given: nearly all calls leave it out, and cost nothing then."""
    given = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=given, postgresql_where=given)


class CallLinkRow(Base):
    """Whose call it was, as it stands now: worked out by a rule, or decided by a person, who wins for ever.

    Rows without ``decided_by`` are derived data: they may be recomputed from the register at any time. What the call
    was about (a lease, an apartment, a fault report) is said by a person alone.
    """

    __tablename__ = "call_links"
    __table_args__ = (
        CheckConstraint("status IN ('one', 'several', 'none', 'withheld')", name="status"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_whom_and_when"),
        CheckConstraint("(rule = 'decided') = (decided_by IS NOT NULL)", name="decided_has_its_rule"),
        CheckConstraint(
            "decided_by IS NOT NULL OR (lease_id IS NULL AND apartment_id IS NULL AND fault_report_id IS NULL)",
            name="about_is_decided",
        ),
        Index("ix_call_links_open", "call_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        *(_index_where_given("call_links", column) for column in ("lease_id", "apartment_id", "fault_report_id")),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str]
    rule: Mapped[str]
    linked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseRow.id))
    apartment_id: Mapped[int | None] = mapped_column(ForeignKey(ApartmentRow.id))
    fault_report_id: Mapped[int | None] = mapped_column(ForeignKey(FaultReportRow.id))


class CallLinkPersonRow(Base):
    """A person whose call it was or may have been, in the order of the link's ``position``."""

    __tablename__ = "call_link_persons"
    __table_args__ = (Index("ix_call_link_persons_person_id", "person_id"),)

    call_id: Mapped[str] = mapped_column(ForeignKey("call_links.call_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int]


class CallCandidateRow(Base):
    """A person whom the rules offer for a call, and the days that speak for him; standing here links nobody.

    Derived data, but kept when somebody decides, so that the choice can be made anew.
    """

    __tablename__ = "call_candidates"
    __table_args__ = (
        CheckConstraint(
            "rule IN ('number-of-lease-party', 'number-of-person', 'number-of-ended-lease', 'number-formerly',"
            " 'number-of-employer')",
            name="rule",
        ),
        CheckConstraint("number_since <= number_until", name="number_days"),
        CheckConstraint("since <= until", name="days"),
        CheckConstraint("(rule = 'number-of-employer') = (organisation_id IS NOT NULL)", name="employer"),
        Index("ix_call_candidates_person_id", "person_id"),
        Index("ix_call_candidates_lease_id", "lease_id"),
        _index_where_given("call_candidates", "organisation_id"),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("call_links.call_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    rule: Mapped[str]
    number_since: Mapped[date | None]
    number_until: Mapped[date | None]
    since: Mapped[date | None]
    until: Mapped[date | None]
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseRow.id, ondelete="SET NULL"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(OrganisationRow.id, ondelete="CASCADE"))


class LinkDecisionRow(Base):
    """One decision of a person about a call; rows are only ever added, and the newest one stands.

    A decision with persons (``link_decision_persons``) links, one without unlinks, and one that ``withdraws`` takes
    back what was decided before: the rules link the call anew then. Triggers refuse every change, and
    every deletion but the one that comes with the deletion of the call itself.
    """

    __tablename__ = "link_decisions"
    __table_args__ = (
        CheckConstraint("decided_by <> ''", name="decided_by"),
        CheckConstraint(
            "NOT withdraws OR (lease_id IS NULL AND apartment_id IS NULL AND fault_report_id IS NULL)",
            name="withdraws",
        ),
        Index("ix_link_decisions_call_id", "call_id"),
        {"sqlite_autoincrement": True},  # ids are the order of decisions and are never used twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), ForeignKey("calls.id", ondelete="CASCADE"))
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    lease_id: Mapped[int | None] = mapped_column(ForeignKey(LeaseRow.id))
    apartment_id: Mapped[int | None] = mapped_column(ForeignKey(ApartmentRow.id))
    fault_report_id: Mapped[int | None] = mapped_column(ForeignKey(FaultReportRow.id))
    withdraws: Mapped[bool] = mapped_column(default=False, server_default=false())


class LinkDecisionPersonRow(Base):
    """A person named by a decision."""

    __tablename__ = "link_decision_persons"

    decision_id: Mapped[int] = mapped_column(ForeignKey("link_decisions.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int]

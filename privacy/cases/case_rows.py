"""The tables of data subjects' cases. They outlive whom and what they are about: no foreign key to persons or calls."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.schema_checks import is_one_of
from privacy.cases.case_words import CaseKind, Channel, DeliveryWay, IdentityMethod, Outcome
from privacy.cases.gathered import SubjectKind
from privacy.cases.moves import State
from storage.database.base import CALL_ID_CHARS, Base


class CaseNumberRow(Base):
    """The last number given to a case of a year: no number is given twice, and none is left out."""

    __tablename__ = "case_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class CaseRow(Base):
    """One request of one data subject.

    A customer is a person of the register (``person_id``), or somebody of whom only the name is known; an employee is
    an agent, an account or both. ``paused_days`` are those of pauses that are over. ``carried_out_at`` is when what was
    decided was done or asked for (a deletion, a restriction, a correction).
    """

    __tablename__ = "cases"
    __table_args__ = (
        is_one_of("kind", CaseKind),
        is_one_of("subject_kind", SubjectKind),
        is_one_of("channel", Channel),
        is_one_of("state", State),
        is_one_of("outcome", Outcome),
        is_one_of("identity_method", IdentityMethod),
        CheckConstraint("language IN ('fi', 'sv', 'en')", name="language"),
        CheckConstraint(
            "CASE subject_kind WHEN 'customer' THEN agent_id IS NULL AND account_id IS NULL"
            " ELSE person_id IS NULL AND (agent_id IS NOT NULL OR account_id IS NOT NULL) END",
            name="subject",
        ),
        CheckConstraint("subject_name <> ''", name="subject_is_named"),
        CheckConstraint("(person_id IS NULL) = (person_no IS NULL)", name="person_is_whole"),
        CheckConstraint(
            "(identity_method IS NULL) = (identity_at IS NULL) AND (identity_method IS NULL) = (identity_by IS NULL)",
            name="identity",
        ),
        CheckConstraint("(state = 'identity-asked') = (paused_since IS NOT NULL)", name="paused"),
        CheckConstraint("state <> 'in-work' OR identity_method IS NOT NULL", name="in_work_is_identified"),
        CheckConstraint("paused_days >= 0", name="paused_days"),
        CheckConstraint("extended_months BETWEEN 0 AND 2", name="extended_months"),
        CheckConstraint(
            "(extended_months = 0) = (extension_reasons IS NULL)"
            " AND (extended_months = 0) = (extension_told_on IS NULL)",
            name="extension_is_told",
        ),
        CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)"
            " AND (outcome IS NULL) = (reasons IS NULL)",
            name="decision",
        ),
        CheckConstraint("state NOT IN ('decided', 'closed') OR outcome IS NOT NULL", name="decided"),
        CheckConstraint("(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_cases_state", "state"),
        Index("ix_cases_person_id", "person_id"),
        Index("ix_cases_agent_id", "agent_id"),
        Index("ix_cases_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_no: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject_kind: Mapped[str]
    person_id: Mapped[int | None]
    person_no: Mapped[str | None]  # SQLite may give a deleted person's id again: both together are the person
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    subject_name: Mapped[str]
    language: Mapped[str]
    reply_to: Mapped[str]
    channel: Mapped[str]
    request: Mapped[str]
    received_on: Mapped[date]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    state: Mapped[str]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    identity_method: Mapped[str | None]
    identity_at: Mapped[datetime | None]
    identity_by: Mapped[str | None]
    paused_since: Mapped[date | None]
    paused_days: Mapped[int]
    extended_months: Mapped[int]
    extension_reasons: Mapped[str | None]
    extension_told_on: Mapped[date | None]
    outcome: Mapped[str | None]
    reasons: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    carried_out_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class CaseEventRow(Base):
    """One thing that was done with a case, or a note; ``what`` is a ``CaseEvent``. Rows are history."""

    __tablename__ = "case_events"
    __table_args__ = (Index("ix_case_events_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    by_name: Mapped[str]
    what: Mapped[str]
    text: Mapped[str]


class CaseCallRow(Base):
    """A call that a case is about, or may be: ``is_included`` None was not looked at yet."""

    __tablename__ = "case_calls"
    __table_args__ = (
        CheckConstraint("found_by IN ('linked', 'several', 'answered', 'added')", name="found_by"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided"),
        CheckConstraint("is_included IS NULL OR is_included OR reason <> ''", name="left_out_for_a_reason"),
        Index("ix_case_calls_call_id", "call_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(CALL_ID_CHARS), primary_key=True)
    found_by: Mapped[str]
    is_included: Mapped[bool | None]
    reason: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class SubjectNoteRow(Base):
    """A note that a decision put beside a call, a person or an agent; the audio it speaks of is as it was."""

    __tablename__ = "subject_notes"
    __table_args__ = (
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("call_id IS NOT NULL OR person_id IS NOT NULL OR agent_id IS NOT NULL", name="beside"),
        Index("ix_subject_notes_call_id", "call_id"),
        Index("ix_subject_notes_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    call_id: Mapped[str | None] = mapped_column(String(CALL_ID_CHARS))
    person_id: Mapped[int | None]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    text: Mapped[str]
    written_at: Mapped[datetime]
    written_by: Mapped[str]


class CaseDeliveryRow(Base):
    """The answer handed over: how, to whom, when, and how it was made sure again who took it.

    ``copy_id`` is the package that was given with it, ``copy_sha256`` what it hashed to; None without one.
    """

    __tablename__ = "case_deliveries"
    __table_args__ = (
        is_one_of("way", DeliveryWay),
        is_one_of("identity_method", IdentityMethod),
        CheckConstraint("(copy_id IS NULL) = (copy_sha256 IS NULL)", name="copy"),
        Index("ix_case_deliveries_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    way: Mapped[str]
    to_whom: Mapped[str]
    delivered_on: Mapped[date]
    identity_method: Mapped[str]
    copy_id: Mapped[str | None]
    copy_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

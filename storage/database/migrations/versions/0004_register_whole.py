"""The whole register: what the statement lists of persons, leases and the rent ledger."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_register_whole"
down_revision: str | None = "0003_rights"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
VALIDITY = {"validity": "valid_from <= valid_until"}
TERM = {"term": "starts_on <= ends_on"}
OLD_TABLES = ("buildings", "apartments", "persons", "phone_numbers", "leases", "lease_parties")


def upgrade() -> None:
    """Add columns to the tables of 0002, whose rows stay as they are, and make the new tables."""
    _columns()
    _organisations()
    _reaching_persons()
    _circumstances()
    _household()
    _activities()
    _billing()
    _sureties()
    _events()


def downgrade() -> None:
    """Refuse: going back would drop the rent ledger and all that is known of persons."""
    raise NotImplementedError("there is no way back before the whole register; restore a backup")


def _columns() -> None:
    for table in OLD_TABLES:
        op.add_column(table, sa.Column("source_digest", sa.LargeBinary(), nullable=True))
    _add("buildings", "built_year", "INTEGER", built_year="built_year BETWEEN 1500 AND 2200")
    _add("apartments", "rooms", "INTEGER", rooms="rooms > 0")
    _add("apartments", "area_m2_tenths", "INTEGER", area_m2_tenths="area_m2_tenths > 0")
    _add("persons", "birth_date", "DATE")
    _add("persons", "language", "VARCHAR", language="language IN ('fi', 'sv', 'en', 'other')")
    op.add_column("persons", sa.Column("identity_code_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("persons", sa.Column("identity_code_index", sa.LargeBinary(), nullable=True))
    _add(
        "persons",
        "identity_code_key_version",
        "INTEGER",
        identity_code_is_whole="(identity_code_sealed IS NULL) = (identity_code_index IS NULL)"
        " AND (identity_code_sealed IS NULL) = (identity_code_key_version IS NULL)",
    )
    op.create_index("uq_persons_identity_code_index", "persons", ["identity_code_index"], unique=True)
    op.create_index(
        "ix_persons_non_disclosure",
        "persons",
        ["id"],
        sqlite_where=sa.text("non_disclosure = 1"),
        postgresql_where=sa.text("non_disclosure"),
    )
    _add("leases", "reference_number", "VARCHAR")
    op.create_index("uq_leases_reference_number", "leases", ["reference_number"], unique=True)


def _add(table: str, column: str, kind: str, **checks: str) -> None:
    """Add a column with its checks in one statement: SQLite adds no check to a table later.

    Alembic would make the table anew instead, which takes a register of 100,000 persons twice the disk.
    """
    clauses = " ".join(f"CONSTRAINT ck_{table}_{name} CHECK ({condition})" for name, condition in checks.items())
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} {clauses}")


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _cents(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _validity(*, first_nullable: bool) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _day("valid_from", nullable=first_nullable), _day("valid_until", nullable=True)


def _term() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return _day("starts_on"), _day("ends_on", nullable=True)


def _to(table: str, column: str, *, nullable: bool = False) -> tuple[sa.Column[Any], str]:
    return sa.Column(column, sa.Integer(), nullable=nullable), table


def _one_of(column: str, *values: str) -> dict[str, str]:
    return {column: f"{column} IN ({', '.join(repr(value) for value in values)})"}


def _make(
    table: str,
    *columns: "sa.Column[Any] | tuple[sa.Column[Any], str]",
    key: Sequence[str],
    checks: dict[str, str],
    open_key: str | None = None,
) -> None:
    """Make a table; a column with a table's name beside it refers to that table's ``id``.

    ``open_key`` names the column of the key that may be NULL, so that the rest is unique where it is.
    """
    plain = [column[0] if isinstance(column, tuple) else column for column in columns]
    references = [(column[0].name, column[1]) for column in columns if isinstance(column, tuple)]
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *plain,
        sa.Column("source_digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint(*key, name=f"uq_{table}_{'_'.join(key)}"),
        *(sa.ForeignKeyConstraint([name], [f"{to}.id"], name=f"fk_{table}_{name}_{to}") for name, to in references),
        *(sa.CheckConstraint(condition, name=f"ck_{table}_{name}") for name, condition in checks.items()),
    )
    if open_key is not None:
        where = sa.text(f"{open_key} IS NULL")
        op.create_index(
            f"uq_{table}_open_beginning",
            table,
            [name for name in key if name != open_key],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _organisations() -> None:
    _make(
        "organisations",
        _text("organisation_no"),
        _text("name"),
        _text("business_id", nullable=True),
        sa.Column("business_id_valid", sa.Boolean(), nullable=False),
        _text("search_name"),
        key=["organisation_no"],
        checks={
            "has_name": "name <> ''",
            "no_business_id_is_not_valid": "business_id IS NOT NULL OR NOT business_id_valid",
        },
    )
    op.create_index("ix_organisations_business_id", "organisations", ["business_id"])
    _make(
        "organisation_numbers",
        _to("organisations", "organisation_id"),
        _text("e164"),
        _text("raw"),
        *_validity(first_nullable=True),
        key=["organisation_id", "e164", "valid_from"],
        open_key="valid_from",
        checks={"e164": "e164 LIKE '+%'", **VALIDITY},
    )
    op.create_index("ix_organisation_numbers_e164", "organisation_numbers", ["e164"])


def _reaching_persons() -> None:
    person = ("persons", "person_id")
    _make(
        "email_addresses",
        _to(*person),
        _text("address"),
        *_validity(first_nullable=True),
        key=["person_id", "address", "valid_from"],
        open_key="valid_from",
        checks={"address": "address LIKE '%_@_%'", **VALIDITY},
    )
    op.create_index("ix_email_addresses_address", "email_addresses", ["address"])
    _make(
        "person_addresses",
        _to(*person),
        _text("kind"),
        _text("street_address"),
        _text("postal_code"),
        _text("city"),
        _text("country"),
        *_validity(first_nullable=True),
        key=["person_id", "kind", "valid_from"],
        open_key="valid_from",
        checks={
            **_one_of("kind", "home", "postal"),
            "has_street_address": "street_address <> ''",
            "country": "length(country) = 2",
            **VALIDITY,
        },
    )
    op.create_index("ix_person_addresses_street_address", "person_addresses", ["street_address"])
    _make(
        "travel_documents",
        _to(*person),
        _text("kind"),
        _text("issuer"),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_key_version", sa.Integer(), nullable=False),
        _day("valid_until", nullable=True),
        key=["person_id", "kind", "issuer"],
        checks={
            **_one_of("kind", "passport", "identity_card", "residence_permit", "other"),
            "issuer": "length(issuer) = 2",
        },
    )
    op.create_index("ix_travel_documents_number_index", "travel_documents", ["number_index"])
    _make(
        "guardianships",
        _to(*person),
        _text("guardian_name"),
        _text("guardian_e164", nullable=True),
        _text("guardian_phone_raw", nullable=True),
        _text("guardian_email", nullable=True),
        _text("scope"),
        *_validity(first_nullable=False),
        key=["person_id", "valid_from"],
        checks={"has_guardian": "guardian_name <> ''", "guardian_e164": "guardian_e164 LIKE '+%'", **VALIDITY},
    )


def _circumstances() -> None:
    person = ("persons", "person_id")
    natures = ("permanent", "fixed_term", "part_time", "self_employed", "student", "retired", "unemployed", "other")
    _make(
        "employments",
        _to(*person),
        _text("employer_name"),
        _to("organisations", "organisation_id", nullable=True),
        _text("occupation"),
        _text("nature"),
        *_term(),
        key=["person_id", "employer_name", "starts_on"],
        checks={**_one_of("nature", *natures), **TERM},
    )
    op.create_index("ix_employments_organisation_id", "employments", ["organisation_id"])
    _make(
        "incomes",
        _to(*person),
        _text("kind"),
        _cents("amount_cents_per_month"),
        _text("source"),
        *_validity(first_nullable=False),
        key=["person_id", "kind", "valid_from"],
        checks={
            **_one_of("kind", "salary", "pension", "benefit", "capital", "other"),
            "amount_cents_per_month": "amount_cents_per_month >= 0",
            **VALIDITY,
        },
    )
    _make(
        "assets",
        _to(*person),
        _text("kind"),
        _cents("value_cents"),
        _text("source"),
        _day("recorded_on"),
        key=["person_id", "kind", "recorded_on"],
        checks={
            **_one_of("kind", "savings", "property", "vehicle", "debt", "other"),
            "value_cents": "value_cents >= 0",
        },
    )
    _make(
        "credit_checks",
        _to(*person),
        _text("source"),
        _text("result"),
        _text("note"),
        _day("checked_on"),
        key=["person_id", "source", "checked_on"],
        checks=_one_of("result", "clear", "entries", "not_found"),
    )


def _household() -> None:
    person = ("persons", "person_id")
    _make(
        "dwellings",
        _to(*person),
        _text("tenure"),
        _text("description"),
        _day("recorded_on"),
        key=["person_id", "recorded_on"],
        checks=_one_of("tenure", "rented", "owned", "right_of_occupancy", "with_relatives", "none", "other"),
    )
    _make(
        "dwelling_needs",
        _to(*person),
        _text("reason"),
        sa.Column("rooms_min", sa.Integer(), nullable=True),
        _text("municipality", nullable=True),
        _day("wanted_from", nullable=True),
        _day("recorded_on"),
        key=["person_id", "recorded_on"],
        checks={"rooms_min": "rooms_min > 0"},
    )
    statuses = ("unmarried", "married", "registered_partnership", "cohabiting", "divorced", "separated", "widowed")
    _make(
        "marital_statuses",
        _to(*person),
        _text("status"),
        *_validity(first_nullable=True),
        key=["person_id", "valid_from"],
        open_key="valid_from",
        checks={**_one_of("status", *statuses, "unknown"), **VALIDITY},
    )


def _activities() -> None:
    person = ("persons", "person_id")
    _make(
        "person_roles",
        _to(*person),
        _text("role"),
        *_term(),
        _text("note", nullable=True),
        key=["person_id", "role", "starts_on"],
        checks={**_one_of("role", "applicant", "possible_buyer"), **TERM},
    )
    _make(
        "participations",
        _to(*person),
        _text("activity"),
        _text("part"),
        *_term(),
        key=["person_id", "activity", "starts_on"],
        checks={"has_activity": "activity <> ''", **TERM},
    )
    _make(
        "marketing_permissions",
        _to(*person),
        _text("channel"),
        _text("decision"),
        _text("source"),
        _day("given_on"),
        _day("ends_on", nullable=True),
        key=["person_id", "channel", "given_on"],
        checks={
            **_one_of("channel", "phone", "sms", "email", "post"),
            **_one_of("decision", "permit", "ban"),
            "term": "given_on <= ends_on",
        },
    )


def _billing() -> None:
    _make(
        "rents",
        _to("leases", "lease_id"),
        _text("kind"),
        _cents("amount_cents_per_month"),
        *_validity(first_nullable=False),
        key=["lease_id", "kind", "valid_from"],
        checks={
            **_one_of("kind", "rent", "water", "sauna", "parking", "other"),
            "amount_cents_per_month": "amount_cents_per_month >= 0",
            **VALIDITY,
        },
    )
    _make(
        "charges",
        _text("charge_no"),
        _to("leases", "lease_id"),
        _text("kind"),
        _day("period_starts_on", nullable=True),
        _day("due_on"),
        _cents("amount_cents"),
        _text("reference_number", nullable=True),
        key=["charge_no"],
        checks={
            **_one_of("kind", "rent", "water", "parking", "damage", "fee", "other"),
            "amount_cents": "amount_cents > 0",
        },
    )
    op.create_index("ix_charges_lease_id_due_on", "charges", ["lease_id", "due_on"])
    has_reference = sa.text("reference_number IS NOT NULL")
    op.create_index(
        "ix_charges_reference_number",
        "charges",
        ["reference_number"],
        sqlite_where=has_reference,
        postgresql_where=has_reference,
    )
    _make(
        "payments",
        _text("payment_no"),
        _to("leases", "lease_id", nullable=True),
        _text("reference_number", nullable=True),
        _day("paid_on"),
        _cents("amount_cents"),
        _text("payer_name"),
        key=["payment_no"],
        checks={"amount_cents": "amount_cents <> 0"},
    )
    op.create_index("ix_payments_lease_id_paid_on", "payments", ["lease_id", "paid_on"])
    op.create_index("ix_payments_reference_number", "payments", ["reference_number"])


def _sureties() -> None:
    _make(
        "deposits",
        _text("deposit_no"),
        _to("leases", "lease_id"),
        _text("kind"),
        _cents("amount_cents"),
        _day("received_on", nullable=True),
        _day("returned_on", nullable=True),
        _cents("returned_cents", nullable=True),
        key=["deposit_no"],
        checks={
            **_one_of("kind", "cash", "bank_guarantee", "social_guarantee", "other"),
            "amount_cents": "amount_cents > 0",
            "returned_cents": "returned_cents >= 0",
            "returned_has_day": "returned_cents IS NULL OR returned_on IS NOT NULL",
            "term": "received_on <= returned_on",
        },
    )
    op.create_index("ix_deposits_lease_id", "deposits", ["lease_id"])
    _make(
        "reminders",
        _text("reminder_no"),
        _to("leases", "lease_id"),
        sa.Column("level", sa.Integer(), nullable=False),
        _day("sent_on"),
        _day("due_on"),
        _cents("amount_cents"),
        _cents("fee_cents"),
        key=["reminder_no"],
        checks={
            "level": "level BETWEEN 1 AND 9",
            "amount_cents": "amount_cents >= 0",
            "fee_cents": "fee_cents >= 0",
            "term": "sent_on <= due_on",
        },
    )
    op.create_index("ix_reminders_lease_id", "reminders", ["lease_id"])


def _events() -> None:
    _make(
        "contacts",
        _text("contact_no"),
        _to("persons", "person_id"),
        _to("leases", "lease_id", nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _text("kind"),
        _text("direction"),
        _text("subject"),
        _text("handled_by"),
        key=["contact_no"],
        checks={
            **_one_of("kind", "visit", "letter", "email", "sms", "call", "other"),
            **_one_of("direction", "in", "out"),
        },
    )
    op.create_index("ix_contacts_person_id_at", "contacts", ["person_id", "at"])
    op.create_index("ix_contacts_lease_id", "contacts", ["lease_id"])
    _make(
        "fault_reports",
        _text("fault_no"),
        _to("apartments", "apartment_id"),
        _to("persons", "person_id", nullable=True),
        _day("reported_on"),
        _text("subject"),
        _text("state"),
        _day("closed_on", nullable=True),
        key=["fault_no"],
        checks={
            **_one_of("state", "open", "in_progress", "done", "rejected"),
            "term": "reported_on <= closed_on",
            "closed_is_over": "closed_on IS NULL OR state IN ('done', 'rejected')",
        },
    )
    op.create_index("ix_fault_reports_apartment_id_reported_on", "fault_reports", ["apartment_id", "reported_on"])
    op.create_index("ix_fault_reports_person_id", "fault_reports", ["person_id"])

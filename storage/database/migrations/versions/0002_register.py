"""The tables of the customer register, and of whose call it was."""

import sqlalchemy as sa
from alembic import op

revision = "0002_register"
down_revision: str | None = "0001_calls"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)


def upgrade() -> None:
    """Make the tables."""
    _property()
    _persons()
    _leases()
    _call_links()
    _link_decisions()


def downgrade() -> None:
    """Refuse: going back would drop the register and every decision about a call."""
    raise NotImplementedError("there is no way back before the register; restore a backup")


def _unique_where_null(name: str, table: str, columns: list[str], *, null: str) -> None:
    where = sa.text(f"{null} IS NULL")
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _property() -> None:
    op.create_table(
        "buildings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("street_address", sa.String(), nullable=False),
        sa.Column("postal_code", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_buildings"),
        sa.UniqueConstraint("building_no", name="uq_buildings_building_no"),
        sa.CheckConstraint("length(postal_code) = 5", name="ck_buildings_postal_code"),
        sa.CheckConstraint("street_address <> '' AND city <> ''", name="ck_buildings_has_address"),
    )
    op.create_table(
        "apartments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("apartment_no", sa.String(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("entrance", sa.String(), nullable=False),
        sa.Column("door_number", sa.Integer(), nullable=True),
        sa.Column("sub_letter", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_apartments"),
        sa.UniqueConstraint("apartment_no", name="uq_apartments_apartment_no"),
        sa.UniqueConstraint(
            "building_id",
            "entrance",
            "door_number",
            "sub_letter",
            name="uq_apartments_building_id_entrance_door_number_sub_letter",
        ),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name="fk_apartments_building_id_buildings"),
        sa.CheckConstraint("door_number > 0", name="ck_apartments_door_number"),
    )
    _unique_where_null(
        "uq_apartments_no_door_number", "apartments", ["building_id", "entrance", "sub_letter"], null="door_number"
    )


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_no", sa.String(), nullable=False),
        sa.Column("first_names", sa.String(), nullable=False),
        sa.Column("call_name", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("non_disclosure", sa.Boolean(), nullable=False),
        sa.Column("search_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("person_no", name="uq_persons_person_no"),
        sa.CheckConstraint("first_names <> '' AND call_name <> '' AND surname <> ''", name="ck_persons_has_names"),
    )
    op.create_table(
        "phone_numbers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_phone_numbers"),
        sa.UniqueConstraint("person_id", "e164", "valid_from", name="uq_phone_numbers_person_id_e164_valid_from"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_phone_numbers_person_id_persons"),
        sa.CheckConstraint("e164 LIKE '+%'", name="ck_phone_numbers_e164"),
        sa.CheckConstraint("valid_from <= valid_until", name="ck_phone_numbers_validity"),
    )
    _unique_where_null("uq_phone_numbers_open_beginning", "phone_numbers", ["person_id", "e164"], null="valid_from")
    op.create_index("ix_phone_numbers_e164", "phone_numbers", ["e164"])


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lease_no", sa.String(), nullable=False),
        sa.Column("apartment_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_leases"),
        sa.UniqueConstraint("lease_no", name="uq_leases_lease_no"),
        sa.ForeignKeyConstraint(["apartment_id"], ["apartments.id"], name="fk_leases_apartment_id_apartments"),
        sa.CheckConstraint("starts_on <= ends_on", name="ck_leases_term"),
    )
    op.create_index("ix_leases_apartment_id", "leases", ["apartment_id"])
    op.create_table(
        "lease_parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lease_parties"),
        sa.UniqueConstraint(
            "lease_id", "person_id", "role", "starts_on", name="uq_lease_parties_lease_id_person_id_role_starts_on"
        ),
        sa.ForeignKeyConstraint(["lease_id"], ["leases.id"], name="fk_lease_parties_lease_id_leases"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_lease_parties_person_id_persons"),
        sa.CheckConstraint(
            "role IN ('tenant', 'co_tenant', 'joint_payer', 'other_occupant')", name="ck_lease_parties_role"
        ),
        sa.CheckConstraint("starts_on <= ends_on", name="ck_lease_parties_term"),
    )
    _unique_where_null(
        "uq_lease_parties_open_beginning", "lease_parties", ["lease_id", "person_id", "role"], null="starts_on"
    )
    op.create_index("ix_lease_parties_person_id", "lease_parties", ["person_id"])


def _call_links() -> None:
    op.create_table(
        "call_links",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_links"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_links_call_id_calls"),
        sa.CheckConstraint("status IN ('one', 'several', 'none', 'withheld')", name="ck_call_links_status"),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name="ck_call_links_decided_by_whom_and_when"
        ),
        sa.CheckConstraint("(rule = 'decided') = (decided_by IS NOT NULL)", name="ck_call_links_decided_has_its_rule"),
    )
    op.create_table(
        "call_link_persons",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "person_id", name="pk_call_link_persons"),
        sa.ForeignKeyConstraint(["call_id"], ["call_links.call_id"], name="fk_call_link_persons_call_id_call_links"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_call_link_persons_person_id_persons"),
    )
    op.create_index("ix_call_link_persons_person_id", "call_link_persons", ["person_id"])


def _link_decisions() -> None:
    op.create_table(
        "link_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_decisions"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_link_decisions_call_id_calls"),
        sa.CheckConstraint("decided_by <> ''", name="ck_link_decisions_decided_by"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_decisions_call_id", "link_decisions", ["call_id"])
    op.create_table(
        "link_decision_persons",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "person_id", name="pk_link_decision_persons"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["link_decisions.id"], name="fk_link_decision_persons_decision_id_link_decisions"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_link_decision_persons_person_id_persons"),
    )

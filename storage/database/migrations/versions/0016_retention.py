"""Policies, holds, what is to be deleted, and proofs of deletion."""

import sqlalchemy as sa
from alembic import op

revision = "0016_retention"
down_revision: str | None = "0015_copies"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = sa.text("released_at IS NULL")
REFUSAL = "proofs of deletion are append-only"


def upgrade() -> None:
    """Make the tables, and let nobody change a proof."""
    _policies()
    _holds()
    _deletions()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
    else:
        _append_only_sqlite()


def downgrade() -> None:
    """Refuse: proofs are kept."""
    raise NotImplementedError("proofs of deletion are not thrown away; restore a backup")


def _policies() -> None:
    op.create_table(
        "retention_policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_number", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("keep_count", sa.Integer(), nullable=False),
        sa.Column("keep_unit", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_by", sa.String(), nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retention_policies"),
        sa.ForeignKeyConstraint(["purpose"], ["purposes.code"], name="fk_retention_policies_purpose_purposes"),
        sa.CheckConstraint("keep_count > 0", name="ck_retention_policies_keep_count"),
        sa.CheckConstraint("keep_unit IN ('days', 'months', 'years')", name="ck_retention_policies_keep_unit"),
        sa.CheckConstraint("reason <> ''", name="ck_retention_policies_reason"),
        sa.CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="ck_retention_policies_retired"),
    )
    op.create_table(
        "call_purposes",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reserved_by", sa.String(), nullable=False),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("call_id", "purpose", name="pk_call_purposes"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_purposes_call_id_calls", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["purpose"], ["purposes.code"], name="fk_call_purposes_purpose_purposes"),
        sa.CheckConstraint("reason <> ''", name="ck_call_purposes_reason"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("put_by", sa.String(), nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name="fk_holds_approval_id_approvals"),
        sa.CheckConstraint("(call_id IS NULL) <> (person_id IS NULL)", name="ck_holds_call_or_person"),
        sa.CheckConstraint("reason <> ''", name="ck_holds_reason"),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="ck_holds_released"),
        sa.CheckConstraint("(released_at IS NULL) = (approval_id IS NULL)", name="ck_holds_released_by_four_eyes"),
    )
    for column in ("call_id", "person_id"):
        op.create_index(f"ix_holds_{column}", "holds", [column], sqlite_where=STANDING, postgresql_where=STANDING)


def _deletions() -> None:
    op.create_table(
        "call_deletions",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.Column("scheduled_at", MOMENT, nullable=False),
        sa.Column("scheduled_by", sa.String(), nullable=False),
        sa.Column("shred_from", MOMENT, nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("key_erased_at", MOMENT, nullable=True),
        sa.Column("objects_deleted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_deletions"),
        sa.ForeignKeyConstraint(["approval_id"], ["approvals.id"], name="fk_call_deletions_approval_id_approvals"),
        sa.CheckConstraint(
            "state IN ('scheduled', 'withdrawn', 'shredding', 'emptying', 'done')", name="ck_call_deletions_state"
        ),
        sa.CheckConstraint("because IN ('policy', 'case', 'restored')", name="ck_call_deletions_because"),
        sa.CheckConstraint("(because = 'case') = (case_no IS NOT NULL)", name="ck_call_deletions_case"),
        sa.CheckConstraint("(because = 'case') = (approval_id IS NOT NULL)", name="ck_call_deletions_case_is_approved"),
        sa.CheckConstraint(
            "(state IN ('shredding', 'emptying', 'done')) = (evidence IS NOT NULL)", name="ck_call_deletions_evidence"
        ),
    )
    op.create_index("ix_call_deletions_state_shred_from", "call_deletions", ["state", "shred_from"])
    op.create_table(
        "deletion_proofs",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("deleted_at", MOMENT, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("scheduled_at", MOMENT, nullable=False),
        sa.Column("scheduled_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("key_erased_at", MOMENT, nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("hashes", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deletion_proofs"),
        sa.CheckConstraint("kind IN ('call', 'register')", name="ck_deletion_proofs_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deletion_proofs_subject", "deletion_proofs", ["subject"])
    op.create_table(
        "retention_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("scheduled", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("register_rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_runs"),
    )


def _append_only_postgresql() -> None:
    op.execute(
        f"""
        CREATE FUNCTION deletion_proofs_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER deletion_proofs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON deletion_proofs"
        " FOR EACH STATEMENT EXECUTE FUNCTION deletion_proofs_are_append_only()"
    )


def _append_only_sqlite() -> None:
    for name, event in (
        ("no_update", "UPDATE ON deletion_proofs"),
        ("no_delete", "DELETE ON deletion_proofs"),
        # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
        ("no_replace", "INSERT ON deletion_proofs WHEN EXISTS (SELECT 1 FROM deletion_proofs WHERE id = NEW.id)"),
    ):
        op.execute(f"CREATE TRIGGER deletion_proofs_{name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")

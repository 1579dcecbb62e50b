"""Copies that data subjects are given: what is masked in them, their way, and the calls that are in them."""

import sqlalchemy as sa
from alembic import op

revision = "0015_copies"
down_revision: str | None = "0014_cases"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "copy_masks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(36), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("from_ms", sa.Integer(), nullable=False),
        sa.Column("to_ms", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_copy_masks"),
        sa.ForeignKeyConstraint(["case_no"], ["cases.case_no"], name="fk_copy_masks_case_no_cases"),
        sa.CheckConstraint("lane IN ('customer', 'agent', 'both')", name="ck_copy_masks_lane"),
        sa.CheckConstraint("way IN ('silence', 'tone')", name="ck_copy_masks_way"),
        sa.CheckConstraint(
            "reason IN ('third-person', 'identity-code', 'card-number', 'other')", name="ck_copy_masks_reason"
        ),
        sa.CheckConstraint("0 <= from_ms AND from_ms < to_ms", name="ck_copy_masks_range_is_forward"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="ck_copy_masks_removed"),
    )
    op.create_index("ix_copy_masks_case_no_call_id", "copy_masks", ["case_no", "call_id"])
    op.create_table(
        "copies",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("sealed_passphrase", sa.LargeBinary(), nullable=True),
        sa.Column("passphrase_key_version", sa.Integer(), nullable=True),
        sa.Column("ordered_by_account", sa.Integer(), nullable=True),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_calls", sa.Integer(), nullable=False),
        sa.Column("all_calls", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("manifest_sha256", sa.String(64), nullable=True),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.Column("object_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_version", sa.Integer(), nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("shredded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_copies"),
        sa.ForeignKeyConstraint(["case_no"], ["cases.case_no"], name="fk_copies_case_no_cases"),
        sa.ForeignKeyConstraint(["ordered_by_account"], ["accounts.id"], name="fk_copies_ordered_by_account_accounts"),
        sa.CheckConstraint(
            "state IN ('ordered', 'making', 'made', 'released', 'delivered', 'withdrawn', 'expired', 'failed')",
            name="ck_copies_state",
        ),
        sa.CheckConstraint("(state = 'making') = (claim IS NOT NULL)", name="ck_copies_claimed"),
        sa.CheckConstraint("(claim IS NULL) = (claimed_until IS NULL)", name="ck_copies_claim_ends"),
        sa.CheckConstraint(
            "(state IN ('made', 'released')) = (wrapped_key IS NOT NULL)", name="ck_copies_key_while_kept"
        ),
        sa.CheckConstraint("(wrapped_key IS NULL) = (key_version IS NULL)", name="ck_copies_key_has_version"),
        sa.CheckConstraint(
            "(made_at IS NULL) = (sha256 IS NULL) AND (made_at IS NULL) = (object_key IS NULL)"
            " AND (made_at IS NULL) = (expires_at IS NULL)",
            name="ck_copies_made",
        ),
        sa.CheckConstraint(
            "state NOT IN ('made', 'released', 'delivered', 'expired') OR made_at IS NOT NULL",
            name="ck_copies_is_made",
        ),
        sa.CheckConstraint(
            "state NOT IN ('released', 'delivered') OR released_at IS NOT NULL", name="ck_copies_is_released"
        ),
        sa.CheckConstraint("(state = 'failed') = (fault IS NOT NULL)", name="ck_copies_fault"),
        sa.CheckConstraint(
            "(state IN ('delivered', 'withdrawn', 'expired', 'failed')) = (ended_at IS NOT NULL)",
            name="ck_copies_ended",
        ),
    )
    op.create_index("ix_copies_case_no", "copies", ["case_no"])
    op.create_index("ix_copies_state", "copies", ["state"])
    op.create_table(
        "copy_calls",
        sa.Column("copy_id", sa.String(36), nullable=False),
        sa.Column("call_id", sa.String(36), nullable=False),
        sa.Column("masks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("copy_id", "call_id", name="pk_copy_calls"),
        sa.ForeignKeyConstraint(["copy_id"], ["copies.id"], name="fk_copy_calls_copy_id_copies"),
    )
    op.create_index("ix_copy_calls_call_id", "copy_calls", ["call_id"])


def downgrade() -> None:
    """Forget the copies."""
    op.drop_table("copy_calls")
    op.drop_table("copies")
    op.drop_table("copy_masks")

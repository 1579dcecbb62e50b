"""Words that copies do not let read."""

import sqlalchemy as sa
from alembic import op

revision = "0020_blackouts"
down_revision: str | None = "0019_retention_halts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "copy_blackouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("text_key", sa.String(64), nullable=False),
        sa.Column("from_char", sa.Integer(), nullable=False),
        sa.Column("to_char", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("marked_at", MOMENT, nullable=False),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_copy_blackouts"),
        sa.ForeignKeyConstraint(["case_no"], ["cases.case_no"], name="fk_copy_blackouts_case_no_cases"),
        sa.CheckConstraint(
            "reason IN ('third-person', 'identity-code', 'card-number', 'other')", name="ck_copy_blackouts_reason"
        ),
        sa.CheckConstraint("0 <= from_char AND from_char < to_char", name="ck_copy_blackouts_range_is_forward"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="ck_copy_blackouts_removed"),
    )
    op.create_index("ix_copy_blackouts_case_no", "copy_blackouts", ["case_no"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("copy_blackouts")

"""Halts of the retention: the clock or the number of calls was doubted, and who said that it may go on."""

import sqlalchemy as sa
from alembic import op

revision = "0019_retention_halts"
down_revision: str | None = "0018_person_ids"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "retention_halts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("run_before", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retention_halts"),
        sa.CheckConstraint("because IN ('clock', 'amount')", name="ck_retention_halts_because"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_retention_halts_ended"),
        sa.CheckConstraint("reason IS NULL OR ended_at IS NOT NULL", name="ck_retention_halts_reason"),
    )
    op.create_index(
        "uq_retention_halts_standing",
        "retention_halts",
        ["because"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("retention_halts")

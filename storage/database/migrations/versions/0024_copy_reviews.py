"""Who said that he had looked the texts and calls of a copy through."""

import sqlalchemy as sa
from alembic import op

revision = "0024_copy_reviews"
down_revision: str | None = "0023_handover_numbers"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table. Of what was ordered before nobody has said anything: a copy that is not made yet fails so."""
    op.create_table(
        "copy_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("text_key", sa.String(64), nullable=True),
        sa.Column("call_id", sa.String(36), nullable=True),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_copy_reviews"),
        sa.ForeignKeyConstraint(["case_no"], ["cases.case_no"], name="fk_copy_reviews_case_no_cases"),
        sa.CheckConstraint("(text_key IS NULL) <> (call_id IS NULL)", name="ck_copy_reviews_of_one"),
    )
    op.create_index("ix_copy_reviews_case_no", "copy_reviews", ["case_no"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("copy_reviews")

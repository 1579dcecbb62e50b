"""Four eyes: what was asked for, and what a second person said."""

import sqlalchemy as sa
from alembic import op

revision = "0009_approvals"
down_revision: str | None = "0008_register_at_size"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_account", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("decided_by_account", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.ForeignKeyConstraint(["asked_by_account"], ["accounts.id"], name="fk_approvals_asked_by_account_accounts"),
        sa.ForeignKeyConstraint(
            ["decided_by_account"], ["accounts.id"], name="fk_approvals_decided_by_account_accounts"
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_approvals_decided"),
        sa.CheckConstraint("(decided_at IS NULL) = (is_approved IS NULL)", name="ck_approvals_verdict"),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="ck_approvals_four_eyes"),
        sa.CheckConstraint("used_at IS NULL OR is_approved", name="ck_approvals_used_was_approved"),
        sa.CheckConstraint("expires_at > asked_at", name="ck_approvals_expires_later"),
    )
    op.create_index("ix_approvals_deed_subject", "approvals", ["deed", "subject"])


def downgrade() -> None:
    """Forget the approvals."""
    op.drop_table("approvals")

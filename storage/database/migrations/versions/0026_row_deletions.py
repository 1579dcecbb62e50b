"""The list of what goes by a period besides calls, and the doubts of number that stop it.

What was over its period before is on no list: the next run puts it there, for two weeks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026_row_deletions"
down_revision: str | None = "0024_copy_reviews"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STANDING = sa.text("ended_at IS NULL")
BEFORE = "because IN ('clock', 'amount')"
SINCE = "because IN ('clock', 'amount', 'persons', 'cases', 'handovers', 'vouchers')"


def upgrade() -> None:
    """Make the table, and let halts be of more kinds."""
    op.create_table(
        "row_deletions",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("through", sa.Date(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("scheduled_at", MOMENT, nullable=False),
        sa.Column("goes_on", sa.Date(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_row_deletions"),
        sa.CheckConstraint(
            "kind IN ('tenants', 'applicants', 'cases', 'handovers', 'leases', 'payments')",
            name="ck_row_deletions_kind",
        ),
        sa.CheckConstraint("state IN ('scheduled', 'withdrawn', 'done')", name="ck_row_deletions_state"),
        sa.CheckConstraint("(kind IN ('leases', 'payments')) = (through IS NOT NULL)", name="ck_row_deletions_through"),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="ck_row_deletions_done"),
    )
    op.create_index("ix_row_deletions_state_goes_on", "row_deletions", ["state", "goes_on"])
    _let_halts_be(SINCE)


def downgrade() -> None:
    """Forget the list and the halts of its kinds."""
    op.drop_table("row_deletions")
    op.execute("DELETE FROM retention_halts WHERE because NOT IN ('clock', 'amount')")
    _let_halts_be(BEFORE)


def _let_halts_be(because: str) -> None:
    """Change the check. SQLite makes the table anew, of what is given here, for it reads no checks back."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint("ck_retention_halts_because", "retention_halts", type_="check")
        op.create_check_constraint(op.f("ck_retention_halts_because"), "retention_halts", because)
        return
    halts = sa.Table(
        "retention_halts",
        sa.MetaData(),
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
        sa.CheckConstraint(because, name="ck_retention_halts_because"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_retention_halts_ended"),
        sa.CheckConstraint("reason IS NULL OR ended_at IS NOT NULL", name="ck_retention_halts_reason"),
    )
    op.drop_index("uq_retention_halts_standing", "retention_halts")
    with op.batch_alter_table("retention_halts", copy_from=halts, recreate="always"):
        pass
    op.create_index(
        "uq_retention_halts_standing",
        "retention_halts",
        ["because"],
        unique=True,
        sqlite_where=STANDING,
    )

"""Policies, holds, schedules and proofs of deletion."""

revision = "0016_retention"
down_revision: str | None = "0015_copies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

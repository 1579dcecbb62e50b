"""Candidates of a call with their evidence, and what a call is about besides persons."""

revision = "0005_candidates"
down_revision: str | None = "0004_register_whole"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""Copies that data subjects are given."""

revision = "0015_copies"
down_revision: str | None = "0014_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

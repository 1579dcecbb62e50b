"""Cases of data subjects."""

revision = "0014_cases"
down_revision: str | None = "0013_listening"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

"""Disclosures, partners, documents."""

revision = "0017_disclosures"
down_revision: str | None = "0016_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

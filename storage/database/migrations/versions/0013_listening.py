"""Purposes as the administrator keeps them, and what was heard."""

revision = "0013_listening"
down_revision: str | None = "0012_permissions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

"""Scopes, reasons, roles, teams and excluded persons."""

revision = "0012_permissions"
down_revision: str | None = "0011_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

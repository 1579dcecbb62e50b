"""Second factors, log-in elsewhere, and sessions that can be told apart."""

revision = "0011_identity"
down_revision: str | None = "0010_audit_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

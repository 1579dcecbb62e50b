"""The chain of the audit."""

revision = "0010_audit_chain"
down_revision: str | None = "0009_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing yet."""


def downgrade() -> None:
    """Change nothing yet."""

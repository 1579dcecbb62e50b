"""The audit by what was done: to find the few rows of a rare action among millions without reading them all."""

from alembic import op

revision = "0021_audit_actions"
down_revision: str | None = "0020_blackouts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_audit_action_id", "audit", ["action", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_audit_action_id", "audit")

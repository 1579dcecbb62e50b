"""Calls that are ringing or being talked, for the screen of the agent whose phone rings."""

revision = "0006_live_calls"
down_revision: str | None = "0005_candidates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

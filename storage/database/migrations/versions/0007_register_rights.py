"""What rights need for the register: purposes of looking, and what was revealed."""

revision = "0007_register_rights"
down_revision: str | None = "0006_live_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

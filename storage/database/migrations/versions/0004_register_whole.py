"""The whole register: what the statement lists of persons, leases and the rent ledger."""

revision = "0004_register_whole"
down_revision: str | None = "0003_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""

"""What of a call was heard by who gave his word on it, and a privacy officer who may hear what he owes copies of.

The role held no task to hear anything, so that houses granted listening to every call for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028_copy_hearing"
down_revision: str | None = "0027_audit_years"
branch_labels = None
depends_on = None

OFFICER = "privacy-officer"
ADDED = ("view-calls:all", "hear-for-copies")
"""To find the calls of somebody who is not in the register, and to hear those that go into a copy."""
HANDLES_CASES = "handle-cases"


def upgrade() -> None:
    """Add the columns, and to the role its tasks where it answers requests still; what was granted stays as it is.

    Of words that were given before nobody kept what was heard.
    """
    op.add_column("copy_reviews", sa.Column("left_ms", sa.Integer(), nullable=True))
    op.add_column("copy_reviews", sa.Column("because", sa.String(), nullable=True))
    held = sa.table("role_permits", sa.column("role"), sa.column("permit"))
    of_role = sa.select(held.c.permit).where(held.c.role == OFFICER)
    permits = set(op.get_bind().scalars(of_role))
    if HANDLES_CASES in permits:
        new = [{"role": OFFICER, "permit": permit} for permit in ADDED if permit not in permits]
        if new:
            op.bulk_insert(held, new)


def downgrade() -> None:
    """Take them away again."""
    held = sa.table("role_permits", sa.column("role"), sa.column("permit"))
    op.execute(held.delete().where(held.c.role == OFFICER, held.c.permit.in_(ADDED)))
    op.drop_column("copy_reviews", "because")
    op.drop_column("copy_reviews", "left_ms")

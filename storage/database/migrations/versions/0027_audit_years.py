"""Keys of the audit's subjects by calendar year, so that personal detail of years that are over can go.

A key that is there was made for all years, and goes on to be used until this one ends: it counts as one of the year of
the newest row, so nothing goes sooner than a house was told.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0027_audit_years"
down_revision: str | None = "0026_row_deletions"
branch_labels = None
depends_on = None

FINLAND = ZoneInfo("Europe/Helsinki")
IS_FORGETTING = """NEW.id = OLD.id AND NEW.subject = OLD.subject AND NEW.made_at = OLD.made_at
    AND OLD.secret IS NOT NULL AND NEW.secret IS NULL"""


def upgrade() -> None:
    """Give every key its year; tell of a verification whose findings are its own."""
    # columns are added one by one: a table that is made anew would lose its triggers
    op.add_column("audit_verifications", sa.Column("found_in", sa.Integer(), nullable=True))
    op.add_column("audit_subjects", sa.Column("year", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _let_change()
    newest = sa.select(sa.func.max(sa.column("at", sa.DateTime(timezone=True)))).select_from(sa.table("audit"))
    if (at := op.get_bind().scalar(newest)) is not None:
        op.get_bind().execute(sa.text("UPDATE audit_subjects SET year = :year"), {"year": _year(at)})
    _forgets(f"{IS_FORGETTING} AND NEW.year = OLD.year")


def downgrade() -> None:
    """Take the years away: a key is then of no year again."""
    _let_change()
    op.drop_column("audit_subjects", "year")
    op.drop_column("audit_verifications", "found_in")
    _forgets(IS_FORGETTING)


def _year(at: datetime) -> int:
    return at.replace(tzinfo=at.tzinfo or ZoneInfo("UTC")).astimezone(FINLAND).year


def _let_change() -> None:
    on = " ON audit_subjects" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER audit_subjects_forgets{on}")


def _forgets(is_forgetting: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_subjects_forgets BEFORE UPDATE ON audit_subjects FOR EACH ROW "
            f"WHEN (NOT ({is_forgetting})) EXECUTE FUNCTION audit_is_append_only()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER audit_subjects_forgets BEFORE UPDATE ON audit_subjects WHEN NOT ({is_forgetting}) "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )

"""No number of a hand-over is given twice, now that hand-overs go when their time is over.

The audit goes on naming one by its number. SQLite gives the highest again once its row is gone; PostgreSQL never does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_handover_numbers"
down_revision: str | None = "0022_audit_findings"
branch_labels = None
depends_on = None

_BEFORE = ("id INTEGER NOT NULL", "CONSTRAINT pk_handovers PRIMARY KEY (id),")
_NUMBERED = "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"


def upgrade() -> None:
    """Let SQLite count the numbers of hand-overs on, from the highest there is."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()


def downgrade() -> None:
    """Leave them: a table that counts on serves as well."""


def _make_anew() -> None:
    """Make the table anew from its own definition, with its rows and indexes; nobody's reference changes."""
    database = op.get_bind()
    parts = database.execute(
        sa.text("SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'handovers' AND sql IS NOT NULL")
    ).all()
    (definition,) = (sql for kind, sql in parts if kind == "table")
    if _NUMBERED in definition:  # it was upgraded before, and downgraded since
        return
    for piece in _BEFORE:
        if definition.count(piece) != 1:
            raise RuntimeError(f"the table of hand-overs is not as migrations made it: {piece!r} is not in it once")
    numbered = definition.replace(_BEFORE[0], _NUMBERED).replace(_BEFORE[1], "")
    columns = ", ".join(column["name"] for column in sa.inspect(database).get_columns("handovers"))
    database.exec_driver_sql(numbered.replace("CREATE TABLE handovers", "CREATE TABLE handovers_anew", 1))
    copied = f"INSERT INTO handovers_anew ({columns}) SELECT {columns} FROM handovers ORDER BY id"  # noqa: S608 (names of ours)
    database.exec_driver_sql(copied)
    database.exec_driver_sql("DROP TABLE handovers")
    database.exec_driver_sql("ALTER TABLE handovers_anew RENAME TO handovers")
    for kind, sql in parts:
        if kind != "table":
            database.exec_driver_sql(sql)

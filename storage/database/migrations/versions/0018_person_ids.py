"""No id of a person is given twice.

The audit, cases, hand-overs, restrictions and holds go on naming somebody by his id after he was deleted. SQLite gives
the highest id again once its row is gone, and whoever came next would have had all of that to his name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_person_ids"
down_revision: str | None = "0017_disclosures"
branch_labels = None
depends_on = None

NAMING = ("audit_persons", "cases", "handover_persons", "holds", "processing_restrictions", "subject_notes")
"""What names persons without a foreign key, so that ids of before may stand there alone."""
_BEFORE = ("id INTEGER NOT NULL", "CONSTRAINT pk_persons PRIMARY KEY (id),")
_NUMBERED = "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"


def upgrade() -> None:
    """Let SQLite count the ids of persons on, from the highest that anything names; PostgreSQL does so by itself."""
    if op.get_bind().dialect.name != "sqlite":
        return
    _make_anew()
    named = [f"SELECT max(person_id) AS id FROM {table}" for table in NAMING]  # noqa: S608 (names of ours)
    ids = " UNION ALL ".join(("SELECT max(id) AS id FROM persons", *named))
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'persons'")
    op.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT 'persons', coalesce(max(id), 0) FROM ({ids})")  # noqa: S608


def downgrade() -> None:
    """Refuse, as the migrations of the register before."""
    raise NotImplementedError("there is no way back; restore a backup")


def _make_anew() -> None:
    """Make the table anew from its own definition, with its rows, indexes and triggers; nobody's reference changes."""
    database = op.get_bind()
    parts = database.execute(
        sa.text("SELECT type, sql FROM sqlite_schema WHERE tbl_name = 'persons' AND sql IS NOT NULL")
    ).all()
    (definition,) = (sql for kind, sql in parts if kind == "table")
    for piece in _BEFORE:
        if definition.count(piece) != 1:
            raise RuntimeError(f"the table of persons is not as migrations made it: {piece!r} is not in it once")
    numbered = definition.replace(_BEFORE[0], _NUMBERED).replace(_BEFORE[1], "")
    columns = ", ".join(column["name"] for column in sa.inspect(database).get_columns("persons"))
    database.exec_driver_sql(numbered.replace("CREATE TABLE persons", "CREATE TABLE persons_anew", 1))
    copied = f"INSERT INTO persons_anew ({columns}) SELECT {columns} FROM persons ORDER BY id"  # noqa: S608 (names of ours)
    database.exec_driver_sql(copied)
    database.exec_driver_sql("DROP TABLE persons")
    database.exec_driver_sql("ALTER TABLE persons_anew RENAME TO persons")
    for kind, sql in parts:
        if kind != "table":
            database.exec_driver_sql(sql)

"""What makes a large register quick: marks of files that are in it whole, numbers to relink, words of names.

The database keeps marks and words true by triggers, whoever writes the tables. A later migration that makes one of the
tables anew on SQLite (``batch_alter_table``) loses its triggers there and has to make them again; ``tests/contract``
tries each.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008_register_at_size"
down_revision: str | None = "0007_register_rights"
branch_labels = None
depends_on = None

IMPORTED = (
    "buildings",
    "apartments",
    "organisations",
    "organisation_numbers",
    "persons",
    "phone_numbers",
    "email_addresses",
    "person_addresses",
    "travel_documents",
    "guardianships",
    "employments",
    "incomes",
    "assets",
    "credit_checks",
    "dwellings",
    "dwelling_needs",
    "marital_statuses",
    "person_roles",
    "participations",
    "marketing_permissions",
    "leases",
    "lease_parties",
    "rents",
    "charges",
    "payments",
    "deposits",
    "reminders",
    "contacts",
    "fault_reports",
)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, fill them from what is there, and let triggers keep them."""
    _tables()
    _link_calls_without_a_number()
    op.execute(
        "INSERT INTO numbers_to_relink (e164) SELECT DISTINCT coalesce(dialled_e164, caller_e164) FROM calls "
        "WHERE coalesce(dialled_e164, caller_e164) IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM call_links WHERE call_links.call_id = calls.id)"
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _postgresql() if is_postgresql else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    """Refuse, as before: older versions are gone with the tables of 0007."""
    raise NotImplementedError("there is no way back; restore a backup")


def _link_calls_without_a_number() -> None:
    """Say of calls from before the register what the rules say, where no number leads an import to them."""
    statement = sa.text(
        "INSERT INTO call_links (call_id, status, rule, linked_at) "
        "SELECT id, CASE WHEN withheld THEN 'withheld' ELSE 'none' END, "
        "CASE WHEN withheld THEN 'withheld' ELSE 'no-number' END, :now FROM "
        "(SELECT id, caller_withheld AND direction <> 'outbound' AS withheld FROM calls "
        "WHERE CASE WHEN direction = 'outbound' THEN dialled_e164 ELSE caller_e164 END IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM call_links WHERE call_links.call_id = calls.id)) AS unlinked"
    )
    now = sa.bindparam("now", datetime.now(UTC), type_=sa.DateTime(timezone=True))
    op.get_bind().execute(statement.bindparams(now))


def _tables() -> None:
    op.create_table(
        "import_marks",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name="pk_import_marks"),
        sa.CheckConstraint("rows IS NULL OR fingerprint IS NOT NULL", name="ck_import_marks_rows_of_a_file"),
    )
    op.create_table(
        "numbers_to_relink",
        sa.Column("id", BIG, nullable=False),
        sa.Column("e164", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_numbers_to_relink"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "name_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_name_words"),
        sa.UniqueConstraint("word", name="uq_name_words_word"),
    )
    op.create_table(
        "person_words",
        sa.Column("word_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word_id", "person_id", name="pk_person_words"),
        sa.ForeignKeyConstraint(["word_id"], ["name_words.id"], name="fk_person_words_word_id_name_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_words_person_id", "person_words", ["person_id"])


def _sqlite() -> Iterator[str]:
    for table in IMPORTED:
        mark = f"import_marks WHERE kind = '{table}' AND fingerprint IS NOT NULL"
        for name, event in (("deleted", "DELETE"), ("changed", "UPDATE OF source_digest")):
            yield (
                f"CREATE TRIGGER import_mark_{table}_{name} AFTER {event} ON {table} "  # noqa: S608 (names of ours)
                f"WHEN EXISTS (SELECT 1 FROM {mark}) BEGIN {_BREAK} WHERE kind = '{table}'; END"
            )
    # a list of words in JSON: json_quote escapes whatever else a name holds, and adds no space of its own
    words = "json_each('[' || replace(json_quote({row}.search_name), ' ', '\",\"') || ']') AS given"
    fill = (
        "INSERT OR IGNORE INTO name_words (word) SELECT DISTINCT given.value FROM {source}; "
        "INSERT OR IGNORE INTO person_words (word_id, person_id) "
        "SELECT name_words.id, {row}.id FROM {source} JOIN name_words ON name_words.word = given.value; "
    )
    yield from fill.format(source=f"persons, {words.format(row='persons')}", row="persons").split("; ")[:2]
    added = fill.format(source=words.format(row="NEW"), row="NEW")
    removed = "DELETE FROM person_words WHERE person_id = OLD.id; "
    yield f"CREATE TRIGGER person_words_added AFTER INSERT ON persons BEGIN {added}END"
    yield (
        "CREATE TRIGGER person_words_changed AFTER UPDATE OF search_name ON persons "
        f"WHEN OLD.search_name <> NEW.search_name BEGIN {removed}{added}END"
    )
    yield f"CREATE TRIGGER person_words_removed AFTER DELETE ON persons BEGIN {removed}END"
    # what nobody is called by any more goes: it may be the name of somebody who was erased
    yield f"CREATE TRIGGER name_words_unused AFTER DELETE ON person_words BEGIN {_UNUSED}; END"


_BREAK = "UPDATE import_marks SET fingerprint = NULL, rows = NULL"
_UNUSED = (
    "DELETE FROM name_words WHERE id = OLD.word_id "
    "AND NOT EXISTS (SELECT 1 FROM person_words WHERE word_id = OLD.word_id)"
)


def _postgresql() -> Iterator[str]:
    yield _function(
        "break_import_mark",
        f"{_BREAK} WHERE kind = TG_TABLE_NAME AND fingerprint IS NOT NULL;",
    )
    for table in IMPORTED:
        yield (
            f"CREATE TRIGGER import_mark_{table} AFTER DELETE OR UPDATE OF source_digest OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION break_import_mark()"
        )
    # sorted, so that two who add the same words wait for one another instead of each for the other
    fill = (
        "INSERT INTO name_words (word) SELECT DISTINCT given.word "
        "FROM {source}, unnest(string_to_array({row}.search_name, ' ')) AS given(word) ORDER BY 1 "
        "ON CONFLICT DO NOTHING; "
        "INSERT INTO person_words (word_id, person_id) SELECT DISTINCT name_words.id, {row}.id "
        "FROM {source}, unnest(string_to_array({row}.search_name, ' ')) AS given(word) "
        "JOIN name_words ON name_words.word = given.word ON CONFLICT DO NOTHING; "
    )
    yield from fill.format(source="persons", row="persons").split("; ")[:2]
    yield _function("add_person_words", fill.format(source="added", row="added"))
    removed = "DELETE FROM person_words WHERE person_id = OLD.id; "
    yield _function(
        "change_person_words", removed + fill.format(source="(SELECT NEW.id, NEW.search_name) AS named", row="named")
    )
    yield _function("remove_person_words", removed)
    yield _function("remove_unused_name_word", f"{_UNUSED};")
    yield (
        "CREATE TRIGGER person_words_added AFTER INSERT ON persons REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION add_person_words()"
    )
    yield (
        "CREATE TRIGGER person_words_changed AFTER UPDATE OF search_name ON persons FOR EACH ROW "
        "WHEN (OLD.search_name <> NEW.search_name) EXECUTE FUNCTION change_person_words()"
    )
    yield (
        "CREATE TRIGGER person_words_removed AFTER DELETE ON persons "
        "FOR EACH ROW EXECUTE FUNCTION remove_person_words()"
    )
    yield (
        "CREATE TRIGGER name_words_unused AFTER DELETE ON person_words "
        "FOR EACH ROW EXECUTE FUNCTION remove_unused_name_word()"
    )


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"

"""The chain of the audit: places, tail, checkpoints, sealed detail; rows that are there get their places.

They are chained as they stand, and marked: what was done to them before nobody can tell. The encoding of a row is
written out here, for a migration must do tomorrow what it does today; ``tests/contract/test_audit_chain.py`` verifies
what it made.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010_audit_chain"
down_revision: str | None = "0009_approvals"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHA256 = sa.LargeBinary()
ROWS_AT_A_TIME = 5000
GENESIS = bytes(32)

COLUMNS = (
    "id",
    "at",
    "account_id",
    "login",
    "name",
    "action",
    "call_id",
    "purpose",
    "listening_id",
    "first_byte",
    "stop_byte",
    "detail",
)
GROWS_ONLY = {
    "audit_chain": "position = NEW.position OR audit_id = NEW.audit_id",
    "audit_checkpoints": "number = NEW.number",
    "audit_verifications": "id = NEW.id",
    "audit_sealed": "audit_id = NEW.audit_id AND subject_id = NEW.subject_id",
}
"""Every table that only grows, and what SQLite's INSERT OR REPLACE would replace there."""
IS_FORGETTING = """NEW.id = OLD.id AND NEW.subject = OLD.subject AND NEW.made_at = OLD.made_at
    AND OLD.secret IS NOT NULL AND NEW.secret IS NULL"""


def upgrade() -> None:
    """Make the tables, give the rows that are there their places, and let nothing be changed from then on."""
    _tables()
    _chain_what_is_there()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
    else:
        _append_only_sqlite()


def downgrade() -> None:
    """Refuse: going back would drop a part of the audit."""
    raise NotImplementedError("there is no way back before the audit's chain; restore a backup")


def _tables() -> None:
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "audit_chain",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("audit_id", BIG, nullable=False),
        sa.Column("chained_at", MOMENT, nullable=False),
        sa.Column("before_chain", sa.Boolean(), nullable=False),
        sa.Column("leaf_sha256", SHA256, nullable=False),
        sa.Column("chain_sha256", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_chain"),
        sa.UniqueConstraint("audit_id", name="uq_audit_chain_audit_id"),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name="fk_audit_chain_audit_id_audit"),
    )
    op.create_table(
        "audit_tail",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("chain_sha256", SHA256, nullable=False),
        sa.Column("frontier", SHA256, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_tail"),
        sa.CheckConstraint("id = 1", name="ck_audit_tail_one"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_checkpoints"),
    )
    op.create_table(
        "audit_verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=True),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_verifications"),
    )
    op.create_table(
        "audit_subjects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_subjects"),
        sa.CheckConstraint("(secret IS NULL) = (forgotten_at IS NOT NULL)", name="ck_audit_subjects_forgotten"),
    )
    op.create_index("ix_audit_subjects_subject", "audit_subjects", ["subject"])
    op.create_table(
        "audit_sealed",
        sa.Column("audit_id", BIG, nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "subject_id", name="pk_audit_sealed"),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name="fk_audit_sealed_audit_id_audit"),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["audit_subjects.id"], name="fk_audit_sealed_subject_id_audit_subjects"
        ),
    )


def _chain_what_is_there() -> None:
    chain = sa.table(
        "audit_chain",
        sa.column("position", BIG),
        sa.column("audit_id", BIG),
        sa.column("chained_at", MOMENT),
        sa.column("before_chain", sa.Boolean()),
        sa.column("leaf_sha256", SHA256),
        sa.column("chain_sha256", SHA256),
    )
    size, head, subtrees = 0, GENESIS, list[bytes]()
    for row, persons in _rows_of_before():
        at = _aware(row["at"])
        told = [*(_text(at) if name == "at" else row[name] for name in COLUMNS), persons, [], _text(at), True]
        leaf = hashlib.sha256(b"\0" + json.dumps([1, *told], separators=(",", ":")).encode()).digest()
        head = hashlib.sha256(b"\2" + head + leaf).digest()
        place = {"position": size, "audit_id": row["id"], "chained_at": at, "before_chain": True}
        op.get_bind().execute(sa.insert(chain).values(**place, leaf_sha256=leaf, chain_sha256=head))
        grown, rest = leaf, size
        while rest & 1:  # two perfect subtrees of one size are one of twice the size
            grown, rest = hashlib.sha256(b"\1" + subtrees.pop() + grown).digest(), rest >> 1
        subtrees.append(grown)
        size += 1
    tail = sa.table("audit_tail", *(sa.column(name) for name in ("id", "size", "chain_sha256", "frontier")))
    op.bulk_insert(tail, [{"id": 1, "size": size, "chain_sha256": head, "frontier": b"".join(subtrees)}])


def _rows_of_before() -> Iterator[tuple[dict[str, Any], list[int]]]:
    moment = sa.column("at", MOMENT)
    text: list[sa.ColumnClause[Any]] = [sa.column(name) for name in COLUMNS if name not in {"id", "at"}]
    number = sa.column("id", BIG)
    audit = sa.table("audit", number, moment, *text)
    persons = sa.table("audit_persons", sa.column("audit_id", BIG), sa.column("person_id", sa.Integer()))
    last = 0
    while True:
        found = sa.select(number, moment, *text).select_from(audit).where(number > last)
        rows = op.get_bind().execute(found.order_by(number).limit(ROWS_AT_A_TIME)).mappings().all()
        if not rows:
            return
        until = rows[-1]["id"]
        named = sa.select(persons.c.audit_id, persons.c.person_id).where(
            persons.c.audit_id > last, persons.c.audit_id <= until
        )
        about: dict[int, list[int]] = {}
        for audit_id, person_id in op.get_bind().execute(named.order_by(persons.c.audit_id, persons.c.person_id)):
            about.setdefault(audit_id, []).append(person_id)
        for row in rows:
            yield dict(row), about.get(row["id"], [])
        last = until


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _append_only_postgresql() -> None:
    for table in GROWS_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
    for table in ("audit_tail", "audit_subjects"):
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
    op.execute(
        "CREATE TRIGGER audit_tail_grows BEFORE UPDATE ON audit_tail FOR EACH ROW "
        "WHEN (NEW.size <= OLD.size) EXECUTE FUNCTION audit_is_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_subjects_forgets BEFORE UPDATE ON audit_subjects FOR EACH ROW "
        f"WHEN (NOT ({IS_FORGETTING})) EXECUTE FUNCTION audit_is_append_only()"
    )


def _append_only_sqlite() -> None:
    def refuse(name: str, event: str) -> None:
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")

    for table, is_same in GROWS_ONLY.items():
        refuse(f"{table}_no_update", f"UPDATE ON {table}")
        refuse(f"{table}_no_delete", f"DELETE ON {table}")
        # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
        refuse(f"{table}_no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {is_same})")  # noqa: S608 (names above)
    for table in ("audit_tail", "audit_subjects"):
        refuse(f"{table}_no_delete", f"DELETE ON {table}")
        refuse(f"{table}_no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)")  # noqa: S608
    refuse("audit_tail_grows", "UPDATE ON audit_tail WHEN NEW.size <= OLD.size")
    refuse("audit_subjects_forgets", f"UPDATE ON audit_subjects WHEN NOT ({IS_FORGETTING})")

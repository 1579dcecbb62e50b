"""What rights need for the register: purposes of looking into it, and whose data each audit row is about."""

import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0007_register_rights"
down_revision: str | None = "0006_live_calls"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ROWS_AT_A_TIME = 1000
MAX_ID = 2**31 - 1  # INTEGER of PostgreSQL

# Of the register statement: upkeep and lease management, rent ledger. "customer-service" is what an ordinary look is
# recorded with: it is never stated by anybody, hence without a use.
PURPOSES = (
    ("lease-management", "Vuokrasuhteen hoito", "Skötsel av hyresförhållandet", "Lease management"),
    ("rent-ledger", "Vuokranvalvonta ja perintä", "Hyresreskontra och indrivning", "Rent ledger and collection"),
    ("letting", "Vuokrahakemuksen käsittely", "Behandling av hyresansökan", "Handling of a lease application"),
    ("identification", "Asiakkaan tunnistaminen", "Identifiering av kunden", "Identifying the customer"),
    ("customer-service", "Asiakkuuden hoito", "Kundservice", "Customer service"),
)
REGISTER = ("lease-management", "rent-ledger", "letting", "identification", "request", "technical")


def upgrade() -> None:
    """Say what each purpose is for, and index the audit by person, its old rows too."""
    _purposes()
    _audit_persons()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
    else:
        _append_only_sqlite()


def downgrade() -> None:
    """Refuse: going back would drop a part of the audit."""
    raise NotImplementedError("there is no way back before the audit's persons; restore a backup")


def _purposes() -> None:
    columns = ("code", "name_fi", "name_sv", "name_en")
    purposes = sa.table("purposes", sa.column("position", sa.Integer()), *(sa.column(name) for name in columns))
    last = op.get_bind().execute(sa.select(sa.func.max(purposes.c.position))).scalar() or 0
    op.bulk_insert(
        purposes,
        [
            {"position": position, **dict(zip(columns, purpose, strict=True))}
            for position, purpose in enumerate(PURPOSES, start=last + 1)
        ],
    )
    uses = op.create_table(
        "purpose_uses",
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("use_of", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "use_of", name="pk_purpose_uses"),
        sa.ForeignKeyConstraint(["purpose"], ["purposes.code"], name="fk_purpose_uses_purpose_purposes"),
        sa.CheckConstraint("use_of IN ('listening', 'register')", name="ck_purpose_uses_use_of"),
    )
    # Purposes that the administrator added himself were for listening: there was nothing else
    ours = {code for code, *_ in PURPOSES}
    codes: Sequence[str] = op.get_bind().execute(sa.select(purposes.c.code).order_by("position")).scalars().all()
    listening = [code for code in codes if code not in ours]
    register = [code for code in REGISTER if code in codes]
    op.bulk_insert(
        uses,
        [{"purpose": code, "use_of": "listening"} for code in listening]
        + [{"purpose": code, "use_of": "register"} for code in register],
    )


def _audit_persons() -> None:
    persons = op.create_table(
        "audit_persons",
        sa.Column("audit_id", BIG, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", "person_id", name="pk_audit_persons"),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name="fk_audit_persons_audit_id_audit"),
    )
    op.create_index("ix_audit_persons_person_id_audit_id", "audit_persons", ["person_id", "audit_id"])
    is_export = sa.text("action = 'register-exported'")
    op.create_index("ix_audit_register_exported", "audit", ["id"], sqlite_where=is_export, postgresql_where=is_export)
    for rows in filter(None, _told_before()):
        op.bulk_insert(persons, rows)


def _told_before() -> Iterator[list[dict[str, int]]]:
    """Give what older rows say of persons in their detail, some rows of the audit at a time.

    A list of calls named its calls alone: whom they were linked to then is not known any more, and is not guessed.
    """
    audit = sa.table("audit", sa.column("id", BIG), sa.column("detail", sa.String()))
    last = 0
    while True:
        rows = (
            op.get_bind()
            .execute(
                sa.select(audit.c.id, audit.c.detail)
                .where(audit.c.id > last, audit.c.detail.contains('"persons"'))
                .order_by(audit.c.id)
                .limit(ROWS_AT_A_TIME)
            )
            .all()
        )
        if not rows:
            return
        yield [
            {"audit_id": row.id, "person_id": person_id}
            for row in rows
            for person_id in sorted(_persons(json.loads(row.detail)))
        ]
        last = rows[-1].id


def _persons(detail: object) -> set[int]:
    named = detail.get("persons") if isinstance(detail, dict) else None
    return {one for one in named or () if isinstance(one, int) and 0 < one <= MAX_ID}


def _append_only_postgresql() -> None:
    op.execute(
        """
        CREATE TRIGGER audit_persons_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_persons
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
        """
    )


def _append_only_sqlite() -> None:
    is_there = "SELECT 1 FROM audit_persons WHERE audit_id = NEW.audit_id AND person_id = NEW.person_id"
    for name, event in (
        ("audit_persons_no_update", "UPDATE ON audit_persons"),
        ("audit_persons_no_delete", "DELETE ON audit_persons"),
        # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
        ("audit_persons_no_replace", f"INSERT ON audit_persons WHEN EXISTS ({is_there})"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")

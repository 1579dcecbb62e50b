"""Candidates of a call with their evidence, what a call is about besides persons, and decisions that only grow.

Deleting a call takes its links, candidates and decisions with it; nothing else ever takes a decision away.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations

revision = "0005_candidates"
down_revision: str | None = "0004_register_whole"
branch_labels = None
depends_on = None

CALL_ID = sa.String(36)
MOMENT = sa.DateTime(timezone=True)
ABOUT = ("lease_id", "leases"), ("apartment_id", "apartments"), ("fault_report_id", "fault_reports")
OPEN = sa.text("decided_by IS NULL AND status IN ('none', 'several')")
RULES = "'number-of-lease-party', 'number-of-person', 'number-of-ended-lease', 'number-formerly', 'number-of-employer'"
REFUSAL = "decisions about calls are append-only"


def upgrade() -> None:
    """Let the tables grow, and the decisions only grow."""
    _outbound()
    _links()
    _decisions()
    _candidates()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
    else:
        _append_only_sqlite()


def downgrade() -> None:
    """Refuse: going back would drop what people said of calls."""
    raise NotImplementedError("there is no way back before the candidates; restore a backup")


def _outbound() -> None:
    # one statement for both databases: Alembic would make the whole table anew on SQLite for the check
    op.execute(
        "ALTER TABLE calls ADD COLUMN dialled_e164 VARCHAR CONSTRAINT ck_calls_dialled_is_outbound"
        " CHECK (dialled_e164 IS NULL OR direction = 'outbound')"
    )
    op.create_index("ix_calls_dialled_e164_started_at", "calls", ["dialled_e164", "started_at"])


@contextmanager
def _changed(table: sa.Table, **kwargs: object) -> Iterator[BatchOperations]:
    """Change a table; SQLite makes it anew, of what is given here, for it reads no checks back."""
    with op.batch_alter_table(table.name, copy_from=table, table_kwargs=kwargs) as batch:
        yield batch


def _cascade(batch: BatchOperations, table: str, column: str, referred: str, referred_column: str) -> None:
    name = f"fk_{table}_{column}_{referred}"
    batch.drop_constraint(name, type_="foreignkey")
    batch.create_foreign_key(name, referred, [column], [referred_column], ondelete="CASCADE")


def _add_about(batch: BatchOperations, table: str) -> None:
    for column, referred in ABOUT:
        batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch.create_foreign_key(f"fk_{table}_{column}_{referred}", referred, [column], ["id"])


def _links() -> None:
    links = sa.Table(
        "call_links",
        sa.MetaData(),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_links"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_links_call_id_calls"),
        sa.CheckConstraint("status IN ('one', 'several', 'none', 'withheld')", name="ck_call_links_status"),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name="ck_call_links_decided_by_whom_and_when"
        ),
        sa.CheckConstraint("(rule = 'decided') = (decided_by IS NOT NULL)", name="ck_call_links_decided_has_its_rule"),
    )
    with _changed(links) as batch:
        _cascade(batch, "call_links", "call_id", "calls", "id")
        _add_about(batch, "call_links")
        batch.create_check_constraint(
            "ck_call_links_about_is_decided",
            "decided_by IS NOT NULL OR (lease_id IS NULL AND apartment_id IS NULL AND fault_report_id IS NULL)",
        )
    for column, _ in ABOUT:
        _index_where_given("call_links", column)
    op.create_index("ix_call_links_open", "call_links", ["call_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    persons = sa.Table(
        "call_link_persons",
        sa.MetaData(),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "person_id", name="pk_call_link_persons"),
        sa.ForeignKeyConstraint(["call_id"], ["call_links.call_id"], name="fk_call_link_persons_call_id_call_links"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_call_link_persons_person_id_persons"),
        sa.Index("ix_call_link_persons_person_id", "person_id"),
    )
    with _changed(persons) as batch:
        _cascade(batch, "call_link_persons", "call_id", "call_links", "call_id")


def _index_where_given(table: str, column: str) -> None:
    """Index the rows in which a column is given: nearly all calls leave it out, and cost nothing then."""
    given = sa.text(f"{column} IS NOT NULL")
    op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given)


def _decisions() -> None:
    decisions = sa.Table(
        "link_decisions",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_decisions"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_link_decisions_call_id_calls"),
        sa.CheckConstraint("decided_by <> ''", name="ck_link_decisions_decided_by"),
        sa.Index("ix_link_decisions_call_id", "call_id"),
        sqlite_autoincrement=True,
    )
    with _changed(decisions, sqlite_autoincrement=True) as batch:
        _cascade(batch, "link_decisions", "call_id", "calls", "id")
        _add_about(batch, "link_decisions")
        batch.add_column(sa.Column("withdraws", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_check_constraint(
            "ck_link_decisions_withdraws",
            "NOT withdraws OR (lease_id IS NULL AND apartment_id IS NULL AND fault_report_id IS NULL)",
        )
    persons = sa.Table(
        "link_decision_persons",
        sa.MetaData(),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "person_id", name="pk_link_decision_persons"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["link_decisions.id"], name="fk_link_decision_persons_decision_id_link_decisions"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_link_decision_persons_person_id_persons"),
    )
    with _changed(persons) as batch:
        _cascade(batch, "link_decision_persons", "decision_id", "link_decisions", "id")


def _candidates() -> None:
    op.create_table(
        "call_candidates",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("number_since", sa.Date(), nullable=True),
        sa.Column("number_until", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lease_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "person_id", name="pk_call_candidates"),
        sa.ForeignKeyConstraint(
            ["call_id"], ["call_links.call_id"], name="fk_call_candidates_call_id_call_links", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_call_candidates_person_id_persons", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lease_id"], ["leases.id"], name="fk_call_candidates_lease_id_leases", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_call_candidates_organisation_id_organisations",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(f"rule IN ({RULES})", name="ck_call_candidates_rule"),
        sa.CheckConstraint("number_since <= number_until", name="ck_call_candidates_number_days"),
        sa.CheckConstraint("since <= until", name="ck_call_candidates_days"),
        sa.CheckConstraint(
            "(rule = 'number-of-employer') = (organisation_id IS NOT NULL)", name="ck_call_candidates_employer"
        ),
    )
    for column in ("person_id", "lease_id"):
        op.create_index(f"ix_call_candidates_{column}", "call_candidates", [column])
    _index_where_given("call_candidates", "organisation_id")


# table, its parent, and the column by which it belongs to it: a row may go only when its parent is gone
KEPT = (("link_decisions", "calls", "call_id"), ("link_decision_persons", "link_decisions", "decision_id"))


def _append_only_postgresql() -> None:
    for table, parent, column in KEPT:
        op.execute(
            f"""
            CREATE FUNCTION {table}_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF NOT EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{column}) THEN
                        RETURN OLD;
                    END IF;
                END IF;
                RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
            END $$
            """  # noqa: S608 (names of our own)
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_are_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_are_append_only()"
        )


def _append_only_sqlite() -> None:
    for table, parent, column in KEPT:
        same = "id = NEW.id" if column == "call_id" else "decision_id = NEW.decision_id AND person_id = NEW.person_id"
        for name, event in (
            ("no_update", f"UPDATE ON {table}"),
            ("no_delete", f"DELETE ON {table} WHEN EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.{column})"),  # noqa: S608
            # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
            ("no_replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"),  # noqa: S608
        ):
            op.execute(f"CREATE TRIGGER {table}_{name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")

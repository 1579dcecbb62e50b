"""What verifications of the audit found: so that two persons can acknowledge exactly that."""

import sqlalchemy as sa
from alembic import op

revision = "0022_audit_findings"
down_revision: str | None = "0021_audit_actions"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, which only grows; tell of a verification what the log was, and how much was known."""
    # added one by one: a table that is made anew would lose its triggers
    op.add_column("audit_verifications", sa.Column("known", sa.Integer(), nullable=True))
    op.add_column("audit_verifications", sa.Column("root", sa.LargeBinary(), nullable=True))
    op.create_table(
        "audit_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verification_id", sa.Integer(), nullable=False),
        sa.Column("tampering", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("first_id", BIG, nullable=True),
        sa.Column("last_id", BIG, nullable=True),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("acknowledged_in", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_findings"),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["audit_verifications.id"],
            name="fk_audit_findings_verification_id_audit_verifications",
        ),
    )
    op.create_index("ix_audit_findings_verification_id", "audit_findings", ["verification_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_findings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_findings "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )
        return
    for name, event in (
        ("update", "UPDATE ON audit_findings"),
        ("delete", "DELETE ON audit_findings"),
        # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
        ("replace", "INSERT ON audit_findings WHEN EXISTS (SELECT 1 FROM audit_findings WHERE id = NEW.id)"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_findings_no_{name} BEFORE {event} "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )


def downgrade() -> None:
    """Drop them: the next verification finds it all again."""
    op.drop_table("audit_findings")
    op.drop_column("audit_verifications", "root")
    op.drop_column("audit_verifications", "known")

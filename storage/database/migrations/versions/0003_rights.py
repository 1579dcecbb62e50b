"""The tables of rights: accounts, permissions, sessions, purposes, listenings, and the append-only audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003_rights"
down_revision: str | None = "0002_register"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)
LISTENING_ID = sa.String(36)
SHA256 = sa.String(64)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

PURPOSES = (
    ("verify", "Puhutun todentaminen", "Verifiering av vad som sagts", "Verifying what was said"),
    ("training", "Henkilökunnan koulutus", "Personalutbildning", "Staff training"),
    ("own-call", "Oman puhelun kuuntelu", "Eget samtal", "Own call"),
    ("request", "Rekisteröidyn pyyntö", "Begäran från den registrerade", "Request of a data subject"),
    ("technical", "Tekninen selvitys", "Teknisk utredning", "Technical investigation"),
)


def upgrade() -> None:
    """Make the tables, seed the purposes, and let the audit only grow."""
    _accounts()
    _secrets()
    _purposes()
    _listenings()
    _audit()
    if op.get_bind().dialect.name == "postgresql":
        _append_only_postgresql()
    else:
        _append_only_sqlite()


def downgrade() -> None:
    """Refuse: going back would drop the audit."""
    raise NotImplementedError("there is no way back before the rights; restore a backup")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("password_set_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login", name="uq_accounts_login"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_accounts_agent_id_agents"),
        sa.CheckConstraint(
            "(password_hash IS NULL) = (password_set_at IS NULL)", name="ck_accounts_password_has_moment"
        ),
    )
    op.create_table(
        "account_permissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_account_permissions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_permissions_account_id_accounts"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="ck_account_permissions_validity"),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="ck_account_permissions_revoked"),
    )
    op.create_index("ix_account_permissions_account_id", "account_permissions", ["account_id"])


def _secrets() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_one_time_links"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_one_time_links_account_id_accounts"),
    )
    op.create_index("ix_one_time_links_account_id", "one_time_links", ["account_id"])
    op.create_table(
        "sessions",
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sessions"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id_accounts"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ck_sessions_ended"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])


def _purposes() -> None:
    purposes = op.create_table(
        "purposes",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=False),
        sa.Column("name_sv", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_purposes"),
    )
    names = ("code", "name_fi", "name_sv", "name_en")
    op.bulk_insert(
        purposes,
        [
            {"position": position, **dict(zip(names, purpose, strict=True))}
            for position, purpose in enumerate(PURPOSES, start=1)
        ],
    )


def _listenings() -> None:
    op.create_table(
        "listenings",
        sa.Column("id", LISTENING_ID, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_listenings"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_listenings_account_id_accounts"),
        sa.ForeignKeyConstraint(["purpose"], ["purposes.code"], name="fk_listenings_purpose_purposes"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("listening_id", LISTENING_ID, nullable=True),
        sa.Column("first_byte", BIG, nullable=True),
        sa.Column("stop_byte", BIG, nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.CheckConstraint("(first_byte IS NULL) = (stop_byte IS NULL)", name="ck_audit_range_is_whole"),
        sa.CheckConstraint(
            "first_byte IS NULL OR (0 <= first_byte AND first_byte < stop_byte)", name="ck_audit_range_is_forward"
        ),
        sa.CheckConstraint(
            "first_byte IS NULL OR (call_id IS NOT NULL AND purpose IS NOT NULL AND listening_id IS NOT NULL)",
            name="ck_audit_range_has_reason",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_call_id_id", "audit", ["call_id", "id"])
    op.create_index("ix_audit_login_id", "audit", ["login", "id"])


def _append_only_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
        """
    )


def _append_only_sqlite() -> None:
    for name, event in (
        ("audit_no_update", "UPDATE ON audit"),
        ("audit_no_delete", "DELETE ON audit"),
        # INSERT OR REPLACE deletes without the trigger above unless recursive_triggers is on
        ("audit_no_replace", "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"),
    ):
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")

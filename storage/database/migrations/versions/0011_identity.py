"""Second factors, log-in elsewhere, counted attempts, and sessions that can be told apart.

Sessions of before do not say by what they were begun: they end, and everybody logs in again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0011_identity"
down_revision: str | None = "0010_audit_chain"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SHA256 = sa.String(64)
SESSION_ID = sa.String(36)
STANDS = sa.text("removed_at IS NULL")
IS_LINKED = sa.text("removed_at IS NULL AND subject IS NOT NULL")


def upgrade() -> None:
    """Make sessions anew with what is known of them, and make the new tables."""
    _sessions()
    _totp_secrets()
    _recovery_codes()
    _passkeys()
    _pending_log_ins()
    _provider_identities()
    _attempt_counts()


def downgrade() -> None:
    """Refuse: going back would let people in without their second factor."""
    raise NotImplementedError("there is no way back before second factors; restore a backup")


def _sessions() -> None:
    bind = op.get_bind()
    before = sa.table(
        "sessions",
        sa.column("token_sha256", SHA256),
        sa.column("account_id", sa.Integer()),
        *(sa.column(name, MOMENT) for name in ("started_at", "seen_at", "expires_at", "ended_at")),
        sa.column("ended_because", sa.String()),
    )
    kept = [_ended(row) for row in bind.execute(sa.select(before)).mappings()]
    op.drop_table("sessions")
    made = op.create_table(
        "sessions",
        sa.Column("id", SESSION_ID, nullable=False),
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("second_factor_at", MOMENT, nullable=True),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_sha256", name="uq_sessions_token_sha256"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sessions_account_id_accounts"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ck_sessions_ended"),
        sa.CheckConstraint("method IN ('password', 'passkey', 'provider')", name="ck_sessions_method"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    if kept:
        op.bulk_insert(made, kept)


def _ended(row: Mapping[Any, Any]) -> dict[str, Any]:
    told = {
        **row,
        "id": str(uuid4()),
        "method": "password",
        "confirmed_at": row["started_at"],
        "second_factor_at": None,
        "browser": "",
        "address": None,
    }
    return told if row["ended_at"] else {**told, "ended_at": datetime.now(UTC), "ended_because": "upgraded"}


def _totp_secrets() -> None:
    op.create_table(
        "totp_secrets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=True),
        sa.Column("kek_version", sa.Integer(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_totp_secrets"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_totp_secrets_account_id_accounts"),
        sa.CheckConstraint(
            "(sealed_secret IS NULL) = (removed_at IS NOT NULL)", name="ck_totp_secrets_removed_is_forgotten"
        ),
    )
    _one_that_stands("totp_secrets", "account_id", ["account_id"])


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("code_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("replaced_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_recovery_codes_account_id_accounts"),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("user_handle", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_passkeys_account_id_accounts"),
    )
    op.create_index("ix_passkeys_account_id", "passkeys", ["account_id"])
    op.create_table(
        "passkey_ceremonies",
        sa.Column("challenge_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("challenge_sha256", name="pk_passkey_ceremonies"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_passkey_ceremonies_account_id_accounts"),
        sa.CheckConstraint("kind IN ('add', 'log-in', 'confirm')", name="ck_passkey_ceremonies_kind"),
    )


def _pending_log_ins() -> None:
    op.create_table(
        "pending_log_ins",
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_pending_log_ins"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_pending_log_ins_account_id_accounts"),
        sa.CheckConstraint("method IN ('password', 'provider')", name="ck_pending_log_ins_method"),
    )


def _provider_identities() -> None:
    op.create_table(
        "provider_identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("linked_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_provider_identities"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_provider_identities_account_id_accounts"),
        sa.CheckConstraint("(subject IS NULL) = (linked_at IS NULL)", name="ck_provider_identities_linked"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="ck_provider_identities_removed"),
    )
    _one_that_stands("provider_identities", "account_id", ["account_id"])
    _one_that_stands("provider_identities", "email", ["issuer", "email"])
    _one_that_stands("provider_identities", "subject", ["issuer", "subject"], where=IS_LINKED)


def _attempt_counts() -> None:
    op.create_table(
        "attempt_counts",
        sa.Column("key", SHA256, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_attempt_counts"),
        sa.CheckConstraint("count >= 0", name="ck_attempt_counts_count"),
    )
    op.create_index("ix_attempt_counts_ends_at", "attempt_counts", ["ends_at"])


def _one_that_stands(table: str, name: str, columns: list[str], *, where: sa.TextClause = STANDS) -> None:
    """Let no two rows that stand share these columns; those of the past may."""
    op.create_index(
        f"uq_{table}_{name}_stands", table, columns, unique=True, sqlite_where=where, postgresql_where=where
    )

"""The tables of calls: agents, calls, disclosures, recordings, garbage."""

import sqlalchemy as sa
from alembic import op

revision = "0001_calls"
down_revision: str | None = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)
SHA256 = sa.String(64)


def upgrade() -> None:
    """Make the tables."""
    _agents()
    _calls()
    _recordings()


def downgrade() -> None:
    """Refuse: going back would drop every call."""
    raise NotImplementedError("there is no way back before the first schema; restore a backup")


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aor", sa.String(), nullable=False),
        sa.Column("sip_user", sa.String(), nullable=False),
        sa.Column("ha1", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("aor", name="uq_agents_aor"),
        sa.UniqueConstraint("sip_user", name="uq_agents_sip_user"),
    )
    op.create_table(
        "agent_groups",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "group_name", name="pk_agent_groups"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_groups_agent_id_agents", ondelete="CASCADE"
        ),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", CALL_ID, nullable=False),
        sa.Column("sip_call_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("service_number", sa.String(), nullable=False),
        sa.Column("service_name", sa.String(), nullable=False),
        sa.Column("caller_e164", sa.String(), nullable=True),
        sa.Column("caller_raw", sa.String(), nullable=False),
        sa.Column("caller_display_name", sa.String(), nullable=False),
        sa.Column("caller_withheld", sa.Boolean(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("agent_name", sa.String(), nullable=True),
        sa.Column("agent_aor", sa.String(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("archived_at", MOMENT, nullable=False),
        sa.Column("facts_mac", sa.LargeBinary(), nullable=True),
        sa.Column("facts_key_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_calls_agent_id_agents"),
        sa.CheckConstraint("state IN ('recorded', 'not_recorded')", name="ck_calls_state"),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name="ck_calls_direction"),
        sa.CheckConstraint("(answered_at IS NULL) = (duration_ms IS NULL)", name="ck_calls_answered_has_duration"),
        sa.CheckConstraint("state = 'not_recorded' OR answered_at IS NOT NULL", name="ck_calls_recorded_was_answered"),
        sa.CheckConstraint("NOT (caller_withheld AND caller_e164 IS NOT NULL)", name="ck_calls_withheld_has_no_number"),
        sa.CheckConstraint("duration_ms >= 0", name="ck_calls_duration_not_negative"),
        sa.CheckConstraint("ended_at >= started_at", name="ck_calls_ended_after_start"),
    )
    op.create_index("ix_calls_started_at_id", "calls", ["started_at", "id"])
    op.create_index("ix_calls_agent_id_started_at", "calls", ["agent_id", "started_at"])
    op.create_index("ix_calls_caller_e164_started_at", "calls", ["caller_e164", "started_at"])
    op.create_table(
        "disclosures_played",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "position", name="pk_disclosures_played"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_disclosures_played_call_id_calls"),
    )


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("sample_rate_hz", sa.Integer(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("object_size_bytes", sa.Integer(), nullable=False),
        sa.Column("object_sha256", SHA256, nullable=False),
        sa.Column("peaks_key", sa.String(), nullable=False),
        sa.Column("peaks_size_bytes", sa.Integer(), nullable=False),
        sa.Column("peaks_sha256", SHA256, nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_recordings"),
        sa.UniqueConstraint("object_key", name="uq_recordings_object_key"),
        sa.UniqueConstraint("peaks_key", name="uq_recordings_peaks_key"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_recordings_call_id_calls"),
    )
    op.create_table(
        "garbage",
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("object_key", name="pk_garbage"),
    )

"""Calls that are ringing or being talked, for the screen of the agent whose phone rings."""

import sqlalchemy as sa
from alembic import op

revision = "0006_live_calls"
down_revision: str | None = "0005_candidates"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "live_calls",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("service_number", sa.String(), nullable=False),
        sa.Column("service_name", sa.String(), nullable=False),
        sa.Column("caller_e164", sa.String(), nullable=True),
        sa.Column("caller_withheld", sa.Boolean(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("picked_by", sa.String(), nullable=True),
        sa.Column("picked_at", MOMENT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_live_calls"),
        sa.CheckConstraint(
            "NOT (caller_withheld AND caller_e164 IS NOT NULL)", name="ck_live_calls_withheld_has_no_number"
        ),
        sa.CheckConstraint("(picked_by IS NULL) = (picked_at IS NULL)", name="ck_live_calls_picked_by_whom_and_when"),
        sa.CheckConstraint("revision > 0", name="ck_live_calls_revision"),
    )
    op.create_index("ix_live_calls_arrived_at", "live_calls", ["arrived_at"])
    op.create_table(
        "live_call_agents",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "agent_id", name="pk_live_call_agents"),
        sa.ForeignKeyConstraint(
            ["call_id"], ["live_calls.call_id"], name="fk_live_call_agents_call_id_live_calls", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_live_call_agents_agent_id_agents"),
        sa.CheckConstraint("state IN ('ringing', 'rang', 'answered')", name="ck_live_call_agents_state"),
    )
    op.create_index("ix_live_call_agents_agent_id", "live_call_agents", ["agent_id"])
    op.create_table(
        "live_call_persons",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "person_id", name="pk_live_call_persons"),
        sa.ForeignKeyConstraint(
            ["call_id"], ["live_calls.call_id"], name="fk_live_call_persons_call_id_live_calls", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_live_call_persons_person_id_persons"),
    )


def downgrade() -> None:
    """Drop the tables: what is in them follows from the spool, but for picks of calls that are going on."""
    op.drop_table("live_call_persons")
    op.drop_table("live_call_agents")
    op.drop_table("live_calls")

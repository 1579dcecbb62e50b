"""Listening: purposes that ask for a case number, restrictions of processing, and where a recording's seconds are."""

import sqlalchemy as sa
from alembic import op

revision = "0013_listening"
down_revision: str | None = "0012_permissions"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)
DESPITE_RESTRICTION = ("request",)  # the handling of the subject's own request: GDPR article 18(2)


def upgrade() -> None:
    """Widen the purposes and the listenings, and make the two tables."""
    _purposes()
    op.add_column("listenings", sa.Column("case_number", sa.String(), nullable=True))
    _restrictions()
    op.create_table(
        "recording_frames",
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("frame_samples", sa.Integer(), nullable=False),
        sa.Column("starts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_recording_frames"),
        sa.ForeignKeyConstraint(
            ["call_id"], ["recordings.call_id"], name="fk_recording_frames_call_id_recordings", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Refuse: restrictions that data subjects were promised would be lost."""
    raise NotImplementedError("there is no way back before the restrictions; restore a backup")


def _purposes() -> None:
    op.add_column("purposes", sa.Column("requires_case", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("purposes", sa.Column("case_pattern", sa.String(), nullable=True))
    op.add_column("purposes", sa.Column("despite_restriction", sa.Boolean(), server_default=sa.false(), nullable=False))
    purposes = sa.table("purposes", sa.column("code", sa.String()), sa.column("despite_restriction", sa.Boolean()))
    op.execute(purposes.update().where(purposes.c.code.in_(DESPITE_RESTRICTION)).values(despite_restriction=sa.true()))


def _restrictions() -> None:
    op.create_table(
        "processing_restrictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("imposed_at", MOMENT, nullable=False),
        sa.Column("imposed_by", sa.String(), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_processing_restrictions"),
        sa.ForeignKeyConstraint(["purpose"], ["purposes.code"], name="fk_processing_restrictions_purpose_purposes"),
        sa.CheckConstraint("kind IN ('restriction', 'objection')", name="ck_processing_restrictions_kind"),
        sa.CheckConstraint(
            "(call_id IS NOT NULL AND person_id IS NULL AND agent_id IS NULL)"
            " OR (call_id IS NULL AND person_id IS NOT NULL AND agent_id IS NULL)"
            " OR (call_id IS NULL AND person_id IS NULL AND agent_id IS NOT NULL)",
            name="ck_processing_restrictions_one_subject",
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL)",
            name="ck_processing_restrictions_lifted",
        ),
        sa.CheckConstraint(
            "lifted_at IS NULL OR lifted_at >= imposed_at", name="ck_processing_restrictions_lifted_later"
        ),
    )
    stands = sa.text("lifted_at IS NULL")
    for column in ("call_id", "person_id", "agent_id"):
        op.create_index(
            f"ix_processing_restrictions_{column}",
            "processing_restrictions",
            [column],
            sqlite_where=stands,
            postgresql_where=stands,
        )

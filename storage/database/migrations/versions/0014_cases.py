"""Cases of data subjects: what was asked, the calls it is about, what was done, decided and handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0014_cases"
down_revision: str | None = "0013_listening"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_case_numbers"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("person_no", sa.String(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("identity_method", sa.String(), nullable=True),
        sa.Column("identity_at", MOMENT, nullable=True),
        sa.Column("identity_by", sa.String(), nullable=True),
        sa.Column("paused_since", sa.Date(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("extended_months", sa.Integer(), nullable=False),
        sa.Column("extension_reasons", sa.String(), nullable=True),
        sa.Column("extension_told_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reasons", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("carried_out_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_cases_account_id_accounts"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_cases_agent_id_agents"),
        sa.ForeignKeyConstraint(["assigned_to"], ["accounts.id"], name="fk_cases_assigned_to_accounts"),
        sa.UniqueConstraint("case_no", name="uq_cases_case_no"),
        sa.CheckConstraint(
            "channel IN ('in-person', 'in-writing', 'mail', 'e-mail', 'own-page')", name="ck_cases_channel"
        ),
        sa.CheckConstraint("(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name="ck_cases_closed"),
        sa.CheckConstraint("state NOT IN ('decided', 'closed') OR outcome IS NOT NULL", name="ck_cases_decided"),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL) AND (outcome"
            " IS NULL) = (reasons IS NULL)",
            name="ck_cases_decision",
        ),
        sa.CheckConstraint("extended_months BETWEEN 0 AND 2", name="ck_cases_extended_months"),
        sa.CheckConstraint(
            "(extended_months = 0) = (extension_reasons IS NULL) AND (extended_months = 0) = (extension_told_on"
            " IS NULL)",
            name="ck_cases_extension_is_told",
        ),
        sa.CheckConstraint(
            "(identity_method IS NULL) = (identity_at IS NULL) AND (identity_method IS NULL) = (identity_by IS NULL)",
            name="ck_cases_identity",
        ),
        sa.CheckConstraint(
            "identity_method IN ('document-shown', 'strong-identification', 'signature-compared', 'called-back',"
            " 'known-in-person', 'own-account', 'guardian-authorised')",
            name="ck_cases_identity_method",
        ),
        sa.CheckConstraint("state <> 'in-work' OR identity_method IS NOT NULL", name="ck_cases_in_work_is_identified"),
        sa.CheckConstraint(
            "kind IN ('access', 'rectification', 'erasure', 'restriction', 'objection')", name="ck_cases_kind"
        ),
        sa.CheckConstraint("language IN ('fi', 'sv', 'en')", name="ck_cases_language"),
        sa.CheckConstraint(
            "outcome IN ('granted', 'partly-granted', 'refused', 'nothing-kept')", name="ck_cases_outcome"
        ),
        sa.CheckConstraint("(state = 'identity-asked') = (paused_since IS NOT NULL)", name="ck_cases_paused"),
        sa.CheckConstraint("paused_days >= 0", name="ck_cases_paused_days"),
        sa.CheckConstraint("(person_id IS NULL) = (person_no IS NULL)", name="ck_cases_person_is_whole"),
        sa.CheckConstraint(
            "state IN ('received', 'identity-asked', 'in-work', 'decided', 'closed', 'withdrawn')",
            name="ck_cases_state",
        ),
        sa.CheckConstraint(
            "CASE subject_kind WHEN 'customer' THEN agent_id IS NULL AND account_id IS NULL ELSE person_id IS"
            " NULL AND (agent_id IS NOT NULL OR account_id IS NOT NULL) END",
            name="ck_cases_subject",
        ),
        sa.CheckConstraint("subject_name <> ''", name="ck_cases_subject_is_named"),
        sa.CheckConstraint("subject_kind IN ('customer', 'employee')", name="ck_cases_subject_kind"),
    )
    op.create_index("ix_cases_account_id", "cases", ["account_id"])
    op.create_index("ix_cases_agent_id", "cases", ["agent_id"])
    op.create_index("ix_cases_person_id", "cases", ["person_id"])
    op.create_index("ix_cases_state", "cases", ["state"])
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_events"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_events_case_id_cases"),
    )
    op.create_index("ix_case_events_case_id", "case_events", ["case_id"])
    op.create_table(
        "case_calls",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(36), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("is_included", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", "call_id", name="pk_case_calls"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_calls_case_id_cases"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_case_calls_decided"),
        sa.CheckConstraint("found_by IN ('linked', 'several', 'answered', 'added')", name="ck_case_calls_found_by"),
        sa.CheckConstraint(
            "is_included IS NULL OR is_included OR reason <> ''", name="ck_case_calls_left_out_for_a_reason"
        ),
    )
    op.create_index("ix_case_calls_call_id", "case_calls", ["call_id"])
    op.create_table(
        "subject_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(36), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_notes"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_subject_notes_agent_id_agents"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_subject_notes_case_id_cases"),
        sa.CheckConstraint(
            "call_id IS NOT NULL OR person_id IS NOT NULL OR agent_id IS NOT NULL", name="ck_subject_notes_beside"
        ),
        sa.CheckConstraint("text <> ''", name="ck_subject_notes_text"),
    )
    op.create_index("ix_subject_notes_call_id", "subject_notes", ["call_id"])
    op.create_index("ix_subject_notes_person_id", "subject_notes", ["person_id"])
    op.create_table(
        "case_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("to_whom", sa.String(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("identity_method", sa.String(), nullable=False),
        sa.Column("copy_id", sa.String(), nullable=True),
        sa.Column("copy_sha256", sa.String(64), nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_deliveries"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_deliveries_case_id_cases"),
        sa.CheckConstraint("(copy_id IS NULL) = (copy_sha256 IS NULL)", name="ck_case_deliveries_copy"),
        sa.CheckConstraint(
            "identity_method IN ('document-shown', 'strong-identification', 'signature-compared', 'called-back',"
            " 'known-in-person', 'own-account', 'guardian-authorised')",
            name="ck_case_deliveries_identity_method",
        ),
        sa.CheckConstraint(
            "way IN ('in-person', 'mail', 'registered-mail', 'secure-e-mail', 'own-page')",
            name="ck_case_deliveries_way",
        ),
    )
    op.create_index("ix_case_deliveries_case_id", "case_deliveries", ["case_id"])


def downgrade() -> None:
    """Forget the cases."""
    op.drop_table("case_deliveries")
    op.drop_table("subject_notes")
    op.drop_table("case_calls")
    op.drop_table("case_events")
    op.drop_table("cases")
    op.drop_table("case_numbers")

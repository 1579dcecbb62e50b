"""Hand-overs to somebody outside, partners and the calls opened to them, published documents."""

import sqlalchemy as sa
from alembic import op

revision = "0017_disclosures"
down_revision: str | None = "0016_retention"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CALL_ID = sa.String(36)


def upgrade() -> None:
    """Make the tables."""
    _handovers()
    _partners()
    _documents()


def downgrade() -> None:
    """Forget them."""
    for table in (
        "document_acknowledgements",
        "document_texts",
        "document_versions",
        "partner_calls",
        "partners",
        "handover_persons",
        "handover_calls",
        "handovers",
    ):
        op.drop_table(table)


def _handovers() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_kind", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("basis_detail", sa.String(), nullable=False),
        sa.Column("contents", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("partner_account_id", sa.Integer(), nullable=True),
        sa.Column("handed_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_account", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("voided_by", sa.String(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_handovers"),
        sa.ForeignKeyConstraint(
            ["partner_account_id"], ["accounts.id"], name="fk_handovers_partner_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_account"], ["accounts.id"], name="fk_handovers_recorded_by_account_accounts"
        ),
        sa.CheckConstraint(
            "recipient_kind IN ('partner', 'authority', 'insurer', 'court', 'other')",
            name="ck_handovers_recipient_kind",
        ),
        sa.CheckConstraint(
            "basis IN ('contract', 'legal-obligation', 'public-task', 'legitimate-interest', 'consent',"
            " 'vital-interest', 'processor')",
            name="ck_handovers_basis",
        ),
        sa.CheckConstraint(
            "way IN ('partner-account', 'encrypted-file', 'secure-mail', 'in-person', 'post', 'spoken', 'other')",
            name="ck_handovers_way",
        ),
        sa.CheckConstraint("contents <> ''", name="ck_handovers_has_contents"),
        sa.CheckConstraint("expires_at IS NULL OR expires_at > handed_at", name="ck_handovers_expires_later"),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL)",
            name="ck_handovers_voided",
        ),
    )
    op.create_index("ix_handovers_handed_at", "handovers", ["handed_at"])
    for table, column, kind in (
        ("handover_calls", "call_id", CALL_ID),
        ("handover_persons", "person_id", sa.Integer()),
    ):
        op.create_table(
            table,
            sa.Column("handover_id", sa.Integer(), nullable=False),
            sa.Column(column, kind, nullable=False),
            sa.PrimaryKeyConstraint("handover_id", column, name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=f"fk_{table}_handover_id_handovers"),
        )
        op.create_index(f"ix_{table}_{column}", table, [column])


def _partners() -> None:
    op.create_table(
        "partners",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_partners"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_partners_account_id_accounts"),
        sa.CheckConstraint("organisation <> ''", name="ck_partners_has_organisation"),
    )
    op.create_table(
        "partner_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("call_id", CALL_ID, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_until", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_partner_calls"),
        sa.ForeignKeyConstraint(["account_id"], ["partners.account_id"], name="fk_partner_calls_account_id_partners"),
        sa.CheckConstraint("opened_until > opened_at", name="ck_partner_calls_opened"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="ck_partner_calls_closed"),
    )
    op.create_index("ix_partner_calls_account_id_call_id", "partner_calls", ["account_id", "call_id"])


def _documents() -> None:
    op.create_table(
        "document_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by_account", sa.Integer(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document_versions"),
        sa.UniqueConstraint("kind", "number", name="uq_document_versions_kind_number"),
        sa.ForeignKeyConstraint(
            ["published_by_account"], ["accounts.id"], name="fk_document_versions_published_by_account_accounts"
        ),
        sa.CheckConstraint(
            "kind IN ('processing-record', 'recordings-statement', 'customers-statement', 'employees-notice')",
            name="ck_document_versions_kind",
        ),
        sa.CheckConstraint("number > 0", name="ck_document_versions_number"),
    )
    op.create_table(
        "document_texts",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "language", name="pk_document_texts"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["document_versions.id"], name="fk_document_texts_version_id_document_versions"
        ),
        sa.CheckConstraint("language IN ('fi', 'sv', 'en')", name="ck_document_texts_language"),
    )
    op.create_table(
        "document_acknowledgements",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version_id", "account_id", name="pk_document_acknowledgements"),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["document_versions.id"],
            name="fk_document_acknowledgements_version_id_document_versions",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_document_acknowledgements_account_id_accounts"
        ),
    )

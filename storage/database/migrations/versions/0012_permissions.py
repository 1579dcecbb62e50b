"""Scopes, reasons, roles, teams and excluded persons.

Own calls and all calls were one task each; now seeing and hearing are two, on a scope. Whoever held the one holds both,
on the scope he had, with the days and the granter that he had.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_permissions"
down_revision: str | None = "0011_identity"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SCOPES = {"own-calls": "own", "all-calls": "all"}
NO_REASON = "granted before reasons were asked for"
KEPT = ("account_id", "valid_from", "valid_until", "granted_at", "granted_by", "revoked_at", "revoked_by")

# The roles that every house has; the administrator changes them as he likes
CALLER = ("link-customers", "view-register")
ROLES = (
    ("agent", "Asiakaspalvelija", "Kundtjänsteman", "Agent", ("view-calls:own", "listen:own", *CALLER)),
    (
        "trainer",
        "Kouluttaja",
        "Utbildare",
        "Trainer",
        ("view-calls:all", "listen:all", *CALLER, "view-ledger"),
    ),
    ("supervisor", "Esihenkilö", "Chef", "Supervisor", ("view-calls:team", "listen:team", "view-register")),
    (
        "privacy-officer",
        "Tietosuojavastaava",
        "Dataskyddsombud",
        "Privacy officer",
        (
            "handle-cases",
            "record-disclosures",
            "manage-retention",
            "manage-holds",
            "publish-documents",
            "view-audit",
            "view-look-ups",
            "view-register",
            "view-ledger",
            "find-by-identity-code",
        ),
    ),
    (
        "approver",
        "Hyväksyjä",
        "Godkännare",
        "Approver",
        ("approve-exports", "approve-deletions", "approve-grants"),
    ),
    (
        "administrator",
        "Pääkäyttäjä",
        "Administratör",
        "Administrator",
        ("administer-accounts", "administer-purposes"),
    ),
)


def upgrade() -> None:
    """Give every permission its scope and its reason, and make the tables of roles, teams, exclusions."""
    _permissions()
    _roles()
    _teams()
    _exclusions()


def downgrade() -> None:
    """Refuse: going back would drop who may hear what, and why."""
    raise NotImplementedError("there is no way back before scopes; restore a backup")


def _permissions() -> None:
    with op.batch_alter_table("account_permissions") as table:
        for name in ("reach", "service", "reason", "role", "approved_by"):
            table.add_column(sa.Column(name, sa.String(), nullable=True))
    held = sa.table("account_permissions", *(sa.column(name) for name in ("task", "reach", "reason", *KEPT)))
    op.execute(held.update().values(reach="all", reason=NO_REASON))
    for task, reach in SCOPES.items():
        both = sa.select(
            sa.literal("listen"), sa.literal(reach), sa.literal(NO_REASON), *(held.c[name] for name in KEPT)
        ).where(held.c.task == task)
        op.execute(held.insert().from_select(["task", "reach", "reason", *KEPT], both))
        op.execute(held.update().where(held.c.task == task).values(task="view-calls", reach=reach))
    with op.batch_alter_table("account_permissions") as table:
        table.alter_column("reach", existing_type=sa.String(), nullable=False)
        table.alter_column("reason", existing_type=sa.String(), nullable=False)
        table.create_check_constraint("ck_account_permissions_reach", "reach IN ('own', 'team', 'service', 'all')")
        table.create_check_constraint("ck_account_permissions_service", "(reach = 'service') = (service IS NOT NULL)")
        table.create_check_constraint("ck_account_permissions_reason", "reason <> ''")


def _roles() -> None:
    roles = op.create_table(
        "roles",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_fi", sa.String(), nullable=False),
        sa.Column("name_sv", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_roles"),
        sa.CheckConstraint("name_fi <> ''", name="ck_roles_name_fi"),
    )
    permits = op.create_table(
        "role_permits",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("permit", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("role", "permit", name="pk_role_permits"),
        sa.ForeignKeyConstraint(["role"], ["roles.code"], name="fk_role_permits_role_roles", ondelete="CASCADE"),
    )
    op.bulk_insert(
        roles,
        [
            {"code": code, "position": position, "name_fi": name_fi, "name_sv": name_sv, "name_en": name_en}
            for position, (code, name_fi, name_sv, name_en, _) in enumerate(ROLES, start=1)
        ],
    )
    op.bulk_insert(permits, [{"role": role[0], "permit": permit} for role in ROLES for permit in role[4]])


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    for table, who, of in (("team_members", "agent_id", "agents"), ("team_leaders", "account_id", "accounts")):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("team_id", sa.Integer(), nullable=False),
            sa.Column(who, sa.Integer(), nullable=False),
            sa.Column("valid_from", MOMENT, nullable=False),
            sa.Column("valid_until", MOMENT, nullable=True),
            sa.Column("added_by", sa.String(), nullable=False),
            sa.Column("ended_by", sa.String(), nullable=True),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=f"fk_{table}_team_id_teams"),
            sa.ForeignKeyConstraint([who], [f"{of}.id"], name=f"fk_{table}_{who}_{of}"),
            sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=f"ck_{table}_validity"),
        )
        op.create_index(f"ix_{table}_team_id", table, ["team_id"])
    op.create_index("ix_team_members_agent_id_team_id", "team_members", ["agent_id", "team_id"])
    op.create_index("ix_team_leaders_account_id", "team_leaders", ["account_id"])


def _exclusions() -> None:
    op.create_table(
        "exclusions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("excluded_at", MOMENT, nullable=False),
        sa.Column("excluded_by", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exclusions"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_exclusions_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_exclusions_person_id_persons", ondelete="CASCADE"
        ),
        sa.CheckConstraint("(agent_id IS NULL) <> (person_id IS NULL)", name="ck_exclusions_one_is_excluded"),
        sa.CheckConstraint("reason <> ''", name="ck_exclusions_reason"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_exclusions_ended_by"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ck_exclusions_ended_because"),
    )
    op.create_index("ix_exclusions_agent_id", "exclusions", ["agent_id"])
    op.create_index("ix_exclusions_person_id", "exclusions", ["person_id"])

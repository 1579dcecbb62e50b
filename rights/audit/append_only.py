"""Rights of the database's roles on the audit: who is not the owner of its tables may read it and add to it.

Triggers refuse every change already; but an owner can take triggers away. Where the processes are another role than the
owner (containers/database-role.sh), nothing that they run can.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.database.engine import Database

GROWS_ONLY = (
    "audit",
    "audit_persons",
    "audit_chain",
    "audit_sealed",
    "audit_checkpoints",
    "audit_verifications",
    "audit_findings",
)
_OTHERS_RIGHTS = text(
    "SELECT DISTINCT grantee FROM information_schema.role_table_grants "
    "WHERE table_schema = current_schema() AND table_name = ANY(:tables) AND grantee <> current_user "
    "AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') ORDER BY grantee"
)


def withdraw_rights(database: Database) -> list[str]:
    """Leave other roles than the owner of the tables, who runs this, no right to change the audit; tell which had one.

    Of the tail they may change the row, of the subjects they may destroy keys. SQLite has no roles.
    """
    if database.engine.dialect.name != "postgresql":
        return []
    with database.begin() as session:
        roles = list(session.scalars(_OTHERS_RIGHTS, {"tables": [*GROWS_ONLY]}))
        for role in roles:
            _withdraw(session, _quoted(session, role))
    return roles


def may_change_the_audit(database: Database) -> bool:
    """Tell whether our role could change rows of the audit, were there no triggers: always on SQLite."""
    if database.engine.dialect.name != "postgresql":
        return True
    with database.read() as session:
        return bool(session.scalar(text("SELECT has_table_privilege('audit', 'UPDATE')")))


def _withdraw(session: Session, role: str) -> None:
    tables = ", ".join(GROWS_ONLY)
    for statement in (
        f"REVOKE ALL ON {tables}, audit_tail, audit_subjects FROM {role}",
        f"GRANT SELECT, INSERT ON {tables}, audit_subjects TO {role}",
        f"GRANT SELECT, UPDATE ON audit_tail TO {role}",
        f"GRANT UPDATE (secret, forgotten_at) ON audit_subjects TO {role}",
    ):
        session.execute(text(statement))


def _quoted(session: Session, role: str) -> str:
    if role == "PUBLIC":
        return role
    return session.connection().dialect.identifier_preparer.quote_identifier(role)

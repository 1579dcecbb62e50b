"""Changes an audit past its triggers, as the owner of a database can."""

from sqlalchemy import text

from storage.database.engine import Database

CHAIN_TABLES = ("audit", "audit_persons", "audit_chain", "audit_sealed", "audit_checkpoints", "audit_tail")


def disarm(database: Database) -> None:
    """Take the triggers away, as the owner of a database can."""
    with database.begin() as session:
        if database.engine.dialect.name == "postgresql":
            for table in CHAIN_TABLES:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))  # the foreign keys' too
            return
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))


def tamper(database: Database, *statements: str) -> None:
    with database.engine.connect() as connection:
        connection.execution_options(tallenne_foreign_keys=False)
        with connection.begin():
            for statement in statements:
                connection.execute(text(statement))

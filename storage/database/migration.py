"""Brings a database to the schema that this version needs, and refuses to work on any other."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from calls.errors import BadConfigurationError, IntegrityError, UnavailableError
from storage.database.engine import FOREIGN_KEYS, Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x7A11E44E  # any number that no other user of the database's advisory locks takes


def head() -> str:
    """Tell the revision that this version needs."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise BadConfigurationError(what="the migrations are missing", where=str(MIGRATIONS), remedy="install again")
    return revision


def current(database: Database) -> str | None:
    """Tell the revision of a database; None for an empty one. Raise UnavailableError where it is away."""
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except (OperationalError, InterfaceError) as error:
        raise UnavailableError(
            what=f"the database does not answer: {error.orig}",
            where=database.where,
            remedy="see that it runs and that the address in [database] is right",
        ) from error


def upgrade(database: Database, *, to: str = "head") -> None:
    """Bring a database to the newest schema (or ``to``), all in one transaction; nothing happens at the newest.

    Two processes may do so at once: the second waits, and finds nothing to do.
    """
    # SQLite changes a table by making it anew, which would break every reference to the old one while it lasts;
    # PRAGMA foreign_keys is the connection's, so the option is given before the transaction begins
    try:
        with database.engine.connect().execution_options(**{FOREIGN_KEYS: False}) as connection, connection.begin():
            _upgrade(connection, to=to)
    except (OperationalError, InterfaceError) as error:
        raise UnavailableError(
            what=f"the database cannot be migrated: {error.orig}", where=database.where, remedy="see that it runs"
        ) from error


def require_head(database: Database) -> None:
    """Raise BadConfigurationError unless the database has exactly the schema of this version."""
    found, needed = current(database), head()
    if found == needed:
        return
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    newer = found is not None and found not in known
    raise BadConfigurationError(
        what=f"the schema is at {found or 'nothing'}, this version needs {needed}",
        where=database.where,
        remedy="it was made by a newer version: install that one"
        if newer
        else "run 'tallenne init', which migrates it",
    )


def _upgrade(connection: Connection, *, to: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise IntegrityError(what=f"the migration would break {len(broken)} references", where=str(broken[0][0]))

"""The edge's registrations: where each softphone was last seen. A small SQLite file that Kamailio alone writes.

It is a copy of what Kamailio's registrar holds in memory, written every few seconds, so that a restarted edge rings
the agents at once and does not wait until each telephone registers anew. It may be lost: a minute later all are back.
Its tables are those of Kamailio's own package, so that they are right for the version that is installed.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from calls.errors import BadConfigurationError

SCHEMA_FOLDER = Path("/usr/share/kamailio/db_sqlite")
_SCHEMA_FILES = ("standard-create.sql", "usrloc-create.sql")

_Shape = list[tuple[object, ...]]


def prepare_registrations(path: Path, *, schema_folder: Path = SCHEMA_FOLDER) -> None:
    """Make the file where there is none; one that is broken, or another Kamailio's, is replaced by an empty one.

    Raises BadConfigurationError where Kamailio's package with the tables is not installed.
    """
    schema = _schema(schema_folder)
    if _shape_of(path) == _wanted_shape(schema):
        return
    for leftover in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        leftover.unlink(missing_ok=True)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(schema)


def _schema(folder: Path) -> str:
    try:
        return "".join((folder / name).read_text(encoding="ascii") for name in _SCHEMA_FILES)
    except OSError as error:
        raise BadConfigurationError(
            what=f"the tables of Kamailio's registrar cannot be read: {error.strerror}",
            where=str(error.filename),
            remedy="apt install kamailio-sqlite-modules",
        ) from error


def _wanted_shape(schema: str) -> _Shape:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return _shape(connection)


def _shape_of(path: Path) -> _Shape | None:
    """Give the tables of a file and their versions; None where it is missing or no database."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            return _shape(connection)
    except sqlite3.DatabaseError:
        return None


def _shape(connection: sqlite3.Connection) -> _Shape:
    return [
        *connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"),
        *connection.execute("SELECT table_name, table_version FROM version ORDER BY table_name"),
    ]

"""What is migrated once a run and not once for each home: SQLite databases, by the same migrations.

Every test that installs has a home of its own, and to migrate its database took more than half a second. The first
home of a run is migrated as every home is; those after it get a copy of its database before anything was in it.
"""

import sqlite3
from functools import cache

import pytest

from storage.database import migration
from storage.database.engine import Database
from tallenne import installing

_EMPTY = "SELECT count(*) = 0 FROM sqlite_master"
_migrated = pytest.StashKey[sqlite3.Connection]()


def pytest_configure(config: pytest.Config) -> None:
    """Let homes be installed with a copy, and the newest revision be read from its files once."""
    migration.head = cache(migration.head)

    def upgrade_once(database: Database) -> None:
        if migration.current(database) == migration.head():
            return
        if database.engine.dialect.name != "sqlite" or not _is_empty(database):
            migration.upgrade(database)
        elif _migrated in config.stash:
            _copy(config.stash[_migrated], database)
        else:
            migration.upgrade(database)
            config.stash[_migrated] = _copied(database)

    installing.upgrade = upgrade_once  # type: ignore[attr-defined,assignment]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the copy go."""
    if _migrated in config.stash:
        config.stash[_migrated].close()


def _is_empty(database: Database) -> bool:
    with database.read() as session:
        return bool(session.connection().exec_driver_sql(_EMPTY).scalar())


def _copied(database: Database) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", check_same_thread=False)
    with database.engine.connect() as connection:
        _driver(connection.connection.driver_connection).backup(made)
    return made


def _copy(migrated: sqlite3.Connection, database: Database) -> None:
    raw = database.engine.raw_connection()
    try:
        migrated.backup(_driver(raw.driver_connection))
    finally:
        raw.close()


def _driver(connection: object) -> sqlite3.Connection:
    assert isinstance(connection, sqlite3.Connection)
    return connection

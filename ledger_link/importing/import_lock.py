"""One import at a time, from its reading to its commit: what was read as unchanged must stay so."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from calls.errors import UnavailableError
from storage.database.engine import Database

_LOCK = 0x7A11E450  # any number that no other user of the database's advisory locks takes


@contextmanager
def import_lock(database: Database) -> Iterator[None]:
    """Hold the lock; raise UnavailableError where another import has it. It ends with the process that holds it."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
                raise _busy(database)
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
        return
    path = Path(f"{database.engine.url.database}-import")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(database) from None
        yield
    finally:
        os.close(descriptor)


def _busy(database: Database) -> UnavailableError:
    return UnavailableError(
        what="another import of the register is running", where=database.where, remedy="try again when it is done"
    )

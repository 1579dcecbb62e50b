"""The one engine: how a transaction begins on SQLite and on PostgreSQL, and what a failure is called."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from calls.errors import BadConfigurationError, UnavailableError

BUSY_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 5
READ_ONLY = "tallenne_read_only"
FOREIGN_KEYS = "tallenne_foreign_keys"
_SECRETS = frozenset({"password", "sslpassword"})
"""What libpq takes of an address's query and nobody is to read there."""


class Database:
    """Sessions in one transaction each. Threads may share one; after a fork each process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writers = sessionmaker(engine, expire_on_commit=False)
        self._readers = sessionmaker(
            engine.execution_options(**{READ_ONLY: True, **_read_only_of(engine)}), expire_on_commit=False
        )

    @property
    def where(self) -> str:
        """The database's address, without the password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def address(self) -> str:
        """What :func:`open_database` takes to open the same database in another process, but for the password."""
        return self.engine.url._replace(password=None).render_as_string(hide_password=False)

    @property
    def password(self) -> str | None:
        """The password, for the same purpose."""
        return None if self.engine.url.password is None else str(self.engine.url.password)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back by an exception.

        On SQLite the write lock is taken at once (BEGIN IMMEDIATE), so that no transaction that has read can fail
        to write afterwards. Rows stay usable after the end. Raise UnavailableError where the database is away.
        """
        with self._translated(), self._writers.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session on one snapshot, which may not write; raise UnavailableError as ``begin``.

        It ends with a commit, though there is nothing to commit: at a rollback psycopg throws away every statement
        that the connection has prepared, and PostgreSQL would plan each question anew that a page asks.
        """
        with self._translated(), self._readers() as session:
            yield session
            session.expunge_all()  # as its end does: what was read stays usable, and nothing is written
            session.commit()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            cause = str(getattr(error, "orig", None) or error).strip()
            raise UnavailableError(
                what=f"the database does not answer as it should: {cause}",
                where=self.where,
                remedy="see that it runs and that the address in [database] is right",
            ) from error


def open_database(url: str, *, password: str | None = None) -> Database:
    """Open ``sqlite:///path`` or ``postgresql+psycopg://user@host/name``; nothing connects before it is used.

    Parameters are hidden from error texts (they hold personal data), and a password inside the address is refused:
    addresses end up in logs.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise BadConfigurationError(what=f"not a database address: {error}", where="[database] url") from error
    if address.password is not None or _SECRETS & address.query.keys():
        raise BadConfigurationError(
            what="the address holds a password", where="[database] url", remedy="put it into a file: password_file"
        )
    match address.get_backend_name():
        case "sqlite":
            return Database(_sqlite(address))
        case "postgresql":
            return Database(_postgresql(address, password=password))
        case other:
            raise BadConfigurationError(what=f"no such database here: {other}", where="[database] url")


def _read_only_of(engine: Engine) -> dict[str, Any]:
    """SQLite's readers see one snapshot by nature (WAL); PostgreSQL's are asked to."""
    snapshot = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    return snapshot if engine.dialect.name == "postgresql" else {}


def _postgresql(address: URL, *, password: str | None) -> Engine:
    # our questions are short: to compile one (JIT) takes longer than to answer it
    options = "-c timezone=UTC -c jit=off"
    return create_engine(
        address.set(password=password) if password else address,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": options},
    )


def _sqlite(address: URL) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        # isolation_level None: the driver begins nothing by itself, _begin below does (SQLAlchemy's documented way
        # to transactional DDL and to a choice of BEGIN on Python before 3.12)
        connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None},
    )

    @event.listens_for(engine, "do_connect")
    def _private(_dialect: Any, _record: Any, arguments: Any, _keywords: Any) -> None:  # noqa: ANN401
        """Make a new file readable by its owner alone: it holds personal data. Its WAL takes the same mode.

        One that is there must not be opened: to close any descriptor of a file gives up every POSIX lock that this
        process has on it, also those of its other connections. The next process to close the database would then take
        itself for the last one and remove the WAL under them, and what they commit afterwards nobody else ever sees
        (sqlite.org/howtocorrupt.html section 2.2).
        """
        path = Path(arguments[0])
        if path.parent.is_dir() and not path.exists():
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
        connection.execute("PRAGMA journal_mode = WAL")
        # WAL with the usual NORMAL may lose the last commits in a power cut, and a committed row is what allows
        # the archive to empty the spool (invariant 4)
        connection.execute("PRAGMA synchronous = FULL")
        # what is erased is overwritten, and not left in the free space of the file (some builds do so by themselves)
        connection.execute("PRAGMA secure_delete = ON")
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        read_only = options.get(READ_ONLY, False)
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if options.get(FOREIGN_KEYS, True) else 'OFF'}")
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _lower(value: str | bytes | float | None) -> str | bytes | float | None:
    """SQLite's own ``lower`` knows ASCII alone; PostgreSQL's knows Å, Ä and Ö, so this one does too."""
    return value.lower() if isinstance(value, str) else value

"""Keeps a relink from missing a call that is being linked by the register of before an import.

On PostgreSQL a transaction may read the register, an import and its relink may come and go, and only then is the call
committed that the first one linked: nobody would ever link it again. So whoever links holds a shared lock to the end
of the transaction, and a relink first waits until all who hold it are done. On SQLite one transaction writes at a time.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

_LOCK = 0x7A11E44F  # any number that no other user of the database's advisory locks takes


def hold_linking(session: Session) -> None:
    """Say that this transaction links calls by the register as it reads it from here on."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})


def await_linking(session: Session) -> None:
    """Wait until every transaction that links is over; later ones read what is committed by now."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

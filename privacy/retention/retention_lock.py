"""Keeps a hold from being put on a call in the moment in which its shredding is claimed.

Who puts or releases a hold, who takes in a request (what it asks for is held until it is answered), and who claims a
deletion, takes this lock to the end of his transaction; a claim waits also for those who link calls to persons just
now. On SQLite one transaction writes at a time.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger_link.linking.linking_lock import await_linking

_LOCK = 0x7A11E460  # any number that no other user of the database's advisory locks takes


def lock_holds(session: Session) -> None:
    """Let nobody else change or rely on the holds until this transaction is over."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def lock_for_claim(session: Session) -> None:
    """Let holds and links stand as they are until this transaction is over, or changed after it."""
    await_linking(session)
    lock_holds(session)

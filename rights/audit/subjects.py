"""Personal detail in the audit: sealed by subject and year, so that it can be forgotten and no row changes.

Invariants
----------
1. What :data:`PERSONAL` names, and the name of who acted, stands in no column of ``audit``: it is in
   ``audit_sealed``, under its subject's key of the calendar year in which it was written.
2. A sealed part opens for its own audit row and subject alone.
3. Forgetting destroys keys and touches no audit row; what is written of the same subject later has another key.
4. What goes with a year is of that year alone, so a caller can let it go when the year has been over for long enough.

The key is a column of the same database: it is there to be destroyed, not to hide anything from who reads the database.
"""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, event, select, text, update
from sqlalchemy.orm import Session, SessionTransaction

from calls.clock import Clock
from ledger_link.values.day import day_of, start_of
from rights.audit.chain_rows import SealedRow, SubjectRow
from rights.audit.sealing import KEY_BYTES, NONCE_BYTES, bound_to
from storage.database.engine import Database
from storage.database.pages import pages

WORDS = frozenset({"note", "reason", "reasons"})
"""What somebody said in words: it is about the one person whom a row names, if it names one."""
PERSONAL = WORDS | {"name", "address", "typed", "email", "asked_for"}
"""What of a row's detail is sealed."""
_KNOWN = "tallenne_audit_subjects"
_KEYS_A_STATEMENT = 500


def subject_of_login(login: str) -> str:
    """Name the owner of a login, or the operator, as a subject."""
    return f"login:{login}"


def subject_of_person(person_id: int) -> str:
    """Name a person of the register as a subject."""
    return f"person:{person_id}"


def parted(
    personal: Mapping[str, object], *, login: str | None, account: object, persons: Collection[int], day: str
) -> dict[str, dict[str, object]]:
    """Tell whose each piece of the personal part of a row is, by subject.

    Words are of the one person whom the row is about; all else, and words about several, of who acted, or of the
    account that somebody tried to be, or of all strangers of that day.
    """
    if login is None:
        login = account if isinstance(account, str) else None
    other = subject_of_login(login) if login is not None else f"unknown:{day}"
    about = {*persons}
    theirs = subject_of_person(about.pop()) if len(about) == 1 else other
    parts: dict[str, dict[str, object]] = {}
    for key, told in personal.items():
        parts.setdefault(theirs if key in WORDS else other, {})[key] = told
    return parts


def seal(session: Session, personal: Mapping[str, object], *, audit_id: int, subject: str, clock: Clock) -> SealedRow:
    """Seal the personal part of an audit row; the caller adds what he is given to that row."""
    key = _key_of(session, subject, at=clock.now())
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(personal, ensure_ascii=False, sort_keys=True).encode()
    secret = cast("bytes", key.secret)  # a destroyed one is no key of anybody
    sealed = nonce + AESGCM(secret).encrypt(nonce, plain, bound_to(audit_id, key.id))
    return SealedRow(audit_id=audit_id, subject_id=key.id, sealed=sealed, subject=key)


def forget_subject(session: Session, subject: str, *, clock: Clock) -> int:
    """Destroy every key of a subject in the caller's transaction; give how many there were.

    What the audit sealed of it can be read by nobody from then on, and the chain stays whole. When the transaction
    stands, :func:`wipe_forgotten` takes the keys' bytes from the disk too. The caller audits why.
    """
    return _destroy(session, SubjectRow.subject == subject, clock=clock)


def keys_of_years(session: Session, *, until: int) -> list[int]:
    """Give the numbers of the keys that are there of a year and those before it.

    A process of before keys had years, which still ran during the upgrade, makes them without one: they are as old as
    the moment says at which they were made.
    """
    made_before = SubjectRow.made_at < start_of(date(until + 1, 1, 1))
    there = select(SubjectRow.id).where(SubjectRow.year <= until, made_before, SubjectRow.secret.is_not(None))
    return list(session.scalars(there.order_by(SubjectRow.id)))


def forget_keys(session: Session, keys: Sequence[int], *, clock: Clock) -> int:
    """Destroy keys by their numbers, as :func:`forget_subject` does; give how many there were."""
    parts = pages(keys, size=_KEYS_A_STATEMENT)
    return sum(_destroy(session, SubjectRow.id.in_(part), clock=clock) for part in parts)


def wipe_forgotten(database: Database) -> None:
    """Take destroyed keys from where the database still has their bytes: its log, or its dead rows."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM audit_subjects")
        return
    raw = database.engine.raw_connection()  # no transaction: the log cannot be folded into the file within one
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()


@event.listens_for(Session, "after_soft_rollback")
def _remember_none(session: Session, _undone: SessionTransaction) -> None:
    """Look keys up anew: one of them may have been made by what was undone."""
    session.info.pop(_KNOWN, None)


def _destroy(session: Session, which: ColumnElement[bool], *, clock: Clock) -> int:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))  # zeroes what it frees
    found = session.execute(
        update(SubjectRow)
        .where(which, SubjectRow.secret.is_not(None))
        .values(secret=None, forgotten_at=clock.now())
        .returning(SubjectRow.id)
    )
    _known(session).clear()
    return len(found.all())


def _key_of(session: Session, subject: str, *, at: datetime) -> SubjectRow:
    known, named = _known(session), (subject, day_of(at).year)
    if named not in known:
        found = session.scalars(
            select(SubjectRow)
            .where(SubjectRow.subject == subject, SubjectRow.year == named[1], SubjectRow.secret.is_not(None))
            .order_by(SubjectRow.id)
            .limit(1)
        ).first()
        if found is None:
            row = SubjectRow(subject=subject, year=named[1], secret=os.urandom(KEY_BYTES), made_at=at)
            session.add(row)
            session.flush()
            return row
        known[named] = found
    return known[named]


def _known(session: Session) -> dict[tuple[str, int], SubjectRow]:
    known: dict[tuple[str, int], SubjectRow] = session.info.setdefault(_KNOWN, {})
    return known

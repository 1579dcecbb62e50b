"""Counted attempts: how often something may be tried in a window of time, whichever process is asked.

Invariants
----------
1. An attempt is counted before it is made, so that many at once are no more than the limit; what succeeds may be given
   back.
2. A window begins with its first attempt and ends after its length, whatever is tried in it. One that would last
   longer was begun by a clock that ran ahead, and is over: else nobody came in until that moment.
3. The key of a count is a keyed hash of what is counted: nobody's login, address or mistyped password stands here.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.identity.log_in_rows import AttemptCountRow
from rights.identity.sessions import CLOCKS_APART


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """So many attempts in a window of this length."""

    name: str
    most: int
    window: timedelta

    def key(self, secret: bytes, whose: str) -> str:
        """Give the key under which somebody's attempts are counted."""
        return hmac.digest(secret, f"attempts {self.name} {whose}".encode(), "sha256").hex()


def take_attempt(session: Session, limit: AttemptLimit, key: str, *, clock: Clock) -> bool:
    """Count an attempt; tell whether it is within the limit. Windows that are over are deleted."""
    now = clock.now()
    session.execute(delete(AttemptCountRow).where(AttemptCountRow.ends_at <= now, AttemptCountRow.key != key))
    ends_at = AttemptCountRow.ends_at
    is_over = or_(ends_at <= now, ends_at > now + limit.window + CLOCKS_APART)
    insert = insert_postgresql if session.get_bind().dialect.name == "postgresql" else insert_sqlite
    fresh = {"key": key, "ends_at": now + limit.window, "count": 1}
    counted = session.scalar(
        insert(AttemptCountRow)
        .values(fresh)
        .on_conflict_do_update(
            index_elements=[AttemptCountRow.key],
            set_={
                "ends_at": case((is_over, fresh["ends_at"]), else_=AttemptCountRow.ends_at),
                "count": case((is_over, 1), else_=AttemptCountRow.count + 1),
            },
        )
        .returning(AttemptCountRow.count)
    )
    return counted is not None and counted <= limit.most


def give_back(session: Session, key: str) -> None:
    """Count one attempt less: it succeeded, or was not made."""
    session.execute(
        update(AttemptCountRow)
        .where(AttemptCountRow.key == key, AttemptCountRow.count > 0)
        .values(count=AttemptCountRow.count - 1)
    )

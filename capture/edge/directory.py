"""The edge's directory: who may register, and who is in which group. A small SQLite file that Kamailio reads.

It is derived: the truth is in the database, and the whole directory is written anew, in one transaction, whenever an
agent changes. The edge reads it for every registration and every ringing group, so a change is in force at once.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS subscriber (sip_user TEXT PRIMARY KEY, ha1 TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS member (
    group_name TEXT NOT NULL, position INTEGER NOT NULL, sip_user TEXT NOT NULL,
    PRIMARY KEY (group_name, sip_user)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A softphone's account: ``ha1`` is MD5(user:realm:password), ``groups`` maps a group to the place in it."""

    sip_user: str
    ha1: str
    groups: dict[str, int]


def publish(path: Path, subscribers: Iterable[Subscriber]) -> None:
    """Replace what the directory says by ``subscribers``; readers see the old or the new, never a part."""
    rows = list(subscribers)
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM subscriber")
        connection.execute("DELETE FROM member")
        connection.executemany("INSERT INTO subscriber VALUES (?, ?)", [(row.sip_user, row.ha1) for row in rows])
        connection.executemany(
            "INSERT INTO member VALUES (?, ?, ?)",
            [(group, position, row.sip_user) for row in rows for group, position in row.groups.items()],
        )

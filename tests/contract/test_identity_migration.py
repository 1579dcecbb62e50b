"""Sessions from before they said by what they were begun, on both databases."""

from datetime import UTC, datetime, timedelta

from fixtures_rights import HandClock
from sqlalchemy import select, text

from rights.identity.log_in import actor_of_session
from rights.identity.tokens import token_sha256
from rights.tables import SessionRow
from storage.database.engine import Database
from storage.database.migration import upgrade

OPEN, ENDED = "open", "ended"
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
BEFORE = (
    """INSERT INTO accounts (id, login, name, created_at, created_by)
       VALUES (1, 'sanna', 'Sanna Laine', '2026-11-03 09:00:00', 'cli:root')""",
    """INSERT INTO sessions (token_sha256, account_id, started_at, seen_at, expires_at)
       VALUES (:open, 1, '2026-11-03 09:30:00', '2026-11-03 09:31:00', '2026-11-03 19:30:00')""",
    """INSERT INTO sessions (token_sha256, account_id, started_at, seen_at, expires_at, ended_at, ended_because)
       VALUES (:ended, 1, '2026-11-03 09:10:00', '2026-11-03 09:11:00', '2026-11-03 19:10:00',
               '2026-11-03 09:12:00', 'logged-out')""",
)


def test_sessions_of_before_are_kept_and_ended(empty_database: Database) -> None:
    upgrade(empty_database, to="0010_audit_chain")
    with empty_database.begin() as session:
        for statement in BEFORE:
            session.execute(text(statement), {"open": token_sha256(OPEN), "ended": token_sha256(ENDED)})
    upgrade(empty_database)
    with empty_database.read() as session:
        rows = session.scalars(select(SessionRow).order_by(SessionRow.started_at)).all()
        assert [(row.ended_because, row.method, row.second_factor_at) for row in rows] == [
            ("logged-out", "password", None),
            ("upgraded", "password", None),
        ]
        assert rows[0].ended_at == AT - timedelta(minutes=18)
        assert rows[1].started_at == rows[1].confirmed_at == AT
        assert len({row.id for row in rows}) == 2
    clock = HandClock(AT + timedelta(minutes=2))
    assert actor_of_session(empty_database, token=OPEN, clock=clock) is None

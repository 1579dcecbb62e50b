"""Permissions of before scopes are read at head: who saw and heard, sees and hears the same."""

from datetime import UTC, datetime

from sqlalchemy import text

from rights.access.permissions import permissions_of, permit_of_row
from storage.database.engine import Database
from storage.database.migration import upgrade

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_own_and_all_calls_become_seeing_and_hearing_on_their_scopes(empty_database: Database) -> None:
    upgrade(empty_database, to="0011_identity")
    with empty_database.begin() as session:
        session.execute(
            text("INSERT INTO accounts (id, login, name, created_at, created_by) VALUES (1, 's', 'S', :at, 'cli:x')"),
            {"at": AT},
        )
        for number, task in enumerate(("own-calls", "all-calls", "view-register"), start=1):
            session.execute(
                text(
                    "INSERT INTO account_permissions (id, account_id, task, valid_from, granted_at, granted_by, "
                    "revoked_at, revoked_by) VALUES (:id, 1, :task, :at, :at, 'cli:x', :ended, :by)"
                ),
                {"id": 100 + number, "task": task, "at": AT, "ended": AT if task == "all-calls" else None,
                 "by": "cli:x" if task == "all-calls" else None},
            )  # fmt: skip
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT setval(pg_get_serial_sequence('account_permissions', 'id'), 200)"))
    upgrade(empty_database)
    with empty_database.read() as session:
        rows = [(str(permit_of_row(row)), row.revoked_by, row.granted_by) for row in permissions_of(session, 1)]
    assert sorted(rows, key=str) == [
        ("listen:all", "cli:x", "cli:x"),
        ("listen:own", None, "cli:x"),
        ("view-calls:all", "cli:x", "cli:x"),
        ("view-calls:own", None, "cli:x"),
        ("view-register", None, "cli:x"),
    ]

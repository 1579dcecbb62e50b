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


def test_who_answers_requests_comes_to_hear_for_copies_and_words_of_before_stand(empty_database: Database) -> None:
    upgrade(empty_database, to="0027_audit_years")
    case = """INSERT INTO cases (case_no, kind, subject_kind, subject_name, channel, language, received_on, request,
              reply_to, state, opened_at, opened_by, paused_days, extended_months)
              VALUES ('T-2026-0001', 'access', 'customer', 'Aino', 'mail', 'fi', '2026-11-02', 'x', '', 'received',
              '2026-11-02 09:00:00', 'outi', 0, 0)"""
    word = """INSERT INTO copy_reviews (case_no, call_id, said_by, said_at)
              VALUES ('T-2026-0001', 'c', 'outi', '2026-11-03 09:00:00')"""
    changed = "INSERT INTO role_permits (role, permit) VALUES ('privacy-officer', 'view-calls:all')"
    with empty_database.begin() as session:
        for statement in (case, word, changed):
            session.execute(text(statement))
    upgrade(empty_database)
    held = "SELECT permit FROM role_permits WHERE role = '{}'"
    with empty_database.read() as session:
        officer = session.execute(text(held.format("privacy-officer"))).scalars().all()
        others = session.execute(text(held.format("approver"))).scalars().all()
        words = session.execute(text("SELECT said_by, left_ms, because FROM copy_reviews")).all()
    assert {"handle-cases", "hear-for-copies", "view-calls:all"} <= set(officer)
    assert len(officer) == len(set(officer))
    assert "hear-for-copies" not in others
    assert [tuple(one) for one in words] == [("outi", None, None)]


def test_a_role_that_answers_no_requests_any_more_is_left_as_it_is(empty_database: Database) -> None:
    upgrade(empty_database, to="0027_audit_years")
    with empty_database.begin() as session:
        session.execute(text("DELETE FROM role_permits WHERE role = 'privacy-officer' AND permit = 'handle-cases'"))
    upgrade(empty_database)
    with empty_database.read() as session:
        permits = session.execute(text("SELECT permit FROM role_permits WHERE role = 'privacy-officer'")).scalars()
        assert "hear-for-copies" not in set(permits)

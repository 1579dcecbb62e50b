"""Transactions mean the same on both databases."""

import stat
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError, StatementError

from calls.clock import SystemClock
from calls.errors import BadConfigurationError, TallenneError, UnavailableError
from storage.database.calls import AgentGroupRow, AgentRow, GarbageRow
from storage.database.engine import Database, open_database

CLOCK = SystemClock()


def garbage(key: str) -> GarbageRow:
    return GarbageRow(object_key=key, since_at=CLOCK.now(), reason="test")


def test_begin_commits_and_rolls_back(database: Database) -> None:
    with database.begin() as session:
        session.add(garbage("kept"))
    with pytest.raises(RuntimeError, match="stop"), database.begin() as session:  # noqa: PT012 (the body is the case)
        session.add(garbage("lost"))
        session.flush()
        raise RuntimeError("stop")
    with database.read() as session:
        assert session.scalars(select(GarbageRow.object_key)).all() == ["kept"]


def test_read_cannot_write(database: Database) -> None:
    with pytest.raises((SQLAlchemyError, TallenneError), match=r"(?i)read-?only"), database.read() as session:  # noqa: PT012 (the body is the case)
        session.add(garbage("x"))
        session.flush()
    with database.begin() as session:  # the connection goes back to the pool as it was
        session.add(garbage("y"))


def test_a_reader_sees_one_snapshot(database: Database) -> None:
    with database.read() as session:
        assert session.scalars(select(GarbageRow)).all() == []
        with database.begin() as writer:
            writer.add(garbage("later"))
        assert session.scalars(select(GarbageRow)).all() == []
    with database.read() as session:
        assert len(session.scalars(select(GarbageRow)).all()) == 1


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add(AgentGroupRow(agent_id=99, group_name="x", position=0))


def test_a_writer_that_read_first_is_not_refused_for_another_writer(database: Database) -> None:
    """Counting up by read-then-write from four threads loses nothing (SQLite: BEGIN IMMEDIATE)."""
    with database.begin() as session:
        session.add(garbage("row"))
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(5):
                with database.begin() as session:
                    row = session.scalars(select(GarbageRow).with_for_update()).one()
                    row.reason = f"{row.reason}+"
        except BaseException as error:  # noqa: BLE001 (whatever it is, the test has to show it)
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert session.scalars(select(GarbageRow)).one().reason == "test" + "+" * 20


def test_lower_knows_finnish_letters(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.lower("ÅÄÖ Šž"))) == "åäö šž"


def test_naive_times_are_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 (that is the case)
    with pytest.raises(StatementError, match="naive"), database.begin() as session:
        session.add(GarbageRow(object_key="x", since_at=naive, reason=""))


def test_errors_do_not_tell_personal_data(database: Database) -> None:
    agent = {"name": "Secret Person", "aor": "sip:a@b", "sip_user": "a", "ha1": "h", "created_at": CLOCK.now()}
    with database.begin() as session:
        session.add(AgentRow(**agent))
    with pytest.raises(IntegrityError) as caught, database.begin() as session:
        session.add(AgentRow(**agent))
    assert "Secret Person" not in str(caught.value).split("DETAIL")[0]
    assert "parameters hidden" in str(caught.value)


def test_a_database_that_is_away_is_unavailable(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/none/x.sqlite", f"postgresql+psycopg://postgres@/x?host={tmp_path}"):
        database = open_database(url)
        with pytest.raises(UnavailableError), database.read() as session:
            session.execute(text("SELECT 1"))


def test_a_password_in_the_address_is_refused() -> None:
    for address in ("user:hunter2@host/db", "user@host/db?password=hunter2", "user@host/db?sslpassword=hunter2"):
        with pytest.raises(BadConfigurationError, match="password") as caught:
            open_database(f"postgresql+psycopg://{address}")
        assert "hunter2" not in str(caught.value)
    with pytest.raises(BadConfigurationError):
        open_database("mysql://host/db")


def test_password_is_hidden_in_messages() -> None:
    database = open_database("postgresql+psycopg://user@host/db", password="hunter2")  # noqa: S106 (made up)
    assert "hunter2" not in database.where
    assert database.engine.url.password == "hunter2"  # noqa: S105 (made up)


def test_a_new_sqlite_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    database = open_database(f"sqlite:///{path}")
    with database.begin() as session:
        session.execute(text("CREATE TABLE x (y INTEGER)"))
        modes = [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("new.sqlite*")]
    assert modes == [0o600] * len(modes)
    assert len(modes) > 1
    database.dispose()


def test_a_second_connection_leaves_the_first_its_locks(sqlite_url: str) -> None:
    """Otherwise the next process to close the file would remove its log under us, and our commits would be lost."""
    path = sqlite_url.removeprefix("sqlite:///")

    def ask(statement: str) -> str:
        program = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
        done = subprocess.run(
            [sys.executable, "-c", program, path, statement], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    database = open_database(sqlite_url)
    try:
        with database.read() as first:
            assert first.execute(text("SELECT count(*) FROM calls")).scalar() == 0  # from here on it holds its locks
            with database.read() as second:
                assert second.execute(text("SELECT count(*) FROM calls")).scalar() == 0
        ask("SELECT count(*) FROM calls")  # comes, goes, and would take itself for the last one
        with database.begin() as session:
            session.execute(text("CREATE TABLE kept (fact TEXT)"))
            session.execute(text("INSERT INTO kept VALUES ('seen')"))
        assert ask("SELECT fact FROM kept") == "[('seen',)]"
    finally:
        database.dispose()


def test_postgresql_answers_without_compiling_first(postgresql_url: str) -> None:
    database = open_database(postgresql_url)
    with database.read() as session:
        assert session.scalar(text("SHOW jit")) == "off"
    database.dispose()


def test_postgresql_plans_a_question_once_however_often_it_is_read(postgresql_url: str) -> None:
    """A read that ended with a rollback would make psycopg throw away what the connection has prepared."""
    database = open_database(postgresql_url)
    question = select(GarbageRow.object_key).where(GarbageRow.reason == "planned once")
    told = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE '%garbage%'"
    for _ in range(10):  # psycopg prepares what is asked for the sixth time
        with database.read() as session:
            session.scalars(question).all()
    with database.read() as session:
        assert session.scalars(text(told)).all() == [5]
    database.dispose()


def test_what_was_read_stays_usable_and_is_not_written(database: Database) -> None:
    with database.begin() as session:
        session.add(garbage("as it was"))
    with database.read() as session:
        row = session.scalars(select(GarbageRow)).one()
        row.reason = "changed by whoever read it"
    assert row.object_key == "as it was"
    with database.read() as session:
        assert session.scalars(select(GarbageRow.reason)).all() == ["test"]

"""The audit of a house that was restored from yesterday's backup: found, acknowledged by two persons, and known.

SQLite alone, for the backup is a file: that both databases tell known findings apart is seen in test_audit_known.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fixtures_rights import OPERATOR, RunCommand, added_account
from sqlalchemy import select

from calls.errors import ExitCode
from rights.access.actor import Actor, operator_actor
from rights.access.deciding import decide_and_do
from rights.access.tasks import Task
from rights.audit.acknowledging import ask_to_acknowledge
from rights.audit.signing_key import load_signing_key
from rights.audit.trail import Action, record
from rights.audit.verifications import findings_of, last_verification
from rights.identity.accounts import actor_of
from rights.tables import AccountRow
from tallenne.house import House

MIKKO = operator_actor("mikko")
WHY = "Palautettu eilisen varmuuskopio levyn rikkouduttua"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def work(house: House, run_command: RunCommand, *, rows: int) -> None:
    """Let something be done, and sign it."""
    for _ in range(rows):
        with house.database.begin() as session:
            record(session, actor=OPERATOR, action=Action.CALL_SHOWN, clock=house.clock)
    assert run_command("audit", "checkpoint").exit_code == ExitCode.OK


@pytest.fixture
def auditor(house: House) -> Actor:
    """Somebody who may see the log; the account is in the backup too."""
    with house.database.begin() as session:
        added_account(session, name="Tiia Tarkastaja", login="tiia", tasks=[Task.VIEW_AUDIT], clock=house.clock)
        account_id = session.scalars(select(AccountRow.id)).one()
    with house.database.read() as session:
        actor = actor_of(session, account_id, house.clock)
    assert actor is not None
    return actor


def acknowledge(house: House, auditor: Actor) -> None:
    key = load_signing_key(house.settings.path(house.settings.keys.folder))
    with house.database.begin() as session:
        verification = last_verification(session)
        assert verification is not None
        found = [row.id for row in findings_of(session, verification)]
        asked = ask_to_acknowledge(session, found, reason=WHY, by=auditor, clock=house.clock)
        decide_and_do(session, asked.id, is_approved=True, by=MIKKO, clock=house.clock, audit_key=lambda: key)


def test_restored_house_knows_what_it_lost_and_still_finds_what_is_done_to_it_later(
    house: House, auditor: Actor, run_command: RunCommand, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.sqlite"
    work(house, run_command, rows=3)
    file = Path(str(house.database.engine.url.database))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    for _ in range(3):
        work(house, run_command, rows=5)
    house.database.dispose()
    for name in (file.name + "-wal", file.name + "-shm"):
        (file.parent / name).unlink(missing_ok=True)
    file.write_bytes(backup.read_bytes())

    lost = run_command("audit", "verify")
    assert lost.exit_code == ExitCode.BROKEN
    kinds = [line.partition(":")[0] for line in lost.stdout.splitlines()]
    assert kinds[:-1] == ["tail-cut", "checkpoint-missing"]
    acknowledge(house, auditor)
    known = run_command("audit", "verify")
    assert (known.exit_code, known.stdout.count("known: ")) == (ExitCode.OK, 2)
    assert f"acknowledged by {auditor.login} and {MIKKO.login} on " in known.stdout
    assert known.stdout.count(WHY) == 2
    for _ in range(4):  # the log outgrows what was lost
        work(house, run_command, rows=6)
        told = run_command("audit", "verify", "--json")
        plain = json.loads(told.stdout)
        assert (told.exit_code, plain["findings"], plain["whole"]) == (ExitCode.OK, [], True)
        assert plain["known"][0]["reason"] == WHY
    assert "whole but for " in run_command("audit", "verify").stdout

    with house.database.begin() as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            driver.execute(f"DROP TRIGGER {name}")
        driver.execute("UPDATE audit SET login = 'somebody else' WHERE id = 6")
    tampered = run_command("audit", "verify")
    assert (tampered.exit_code, tampered.stdout.startswith("edited: audit row 6")) == (ExitCode.BROKEN, True)
    assert "1 findings, and " in tampered.stdout

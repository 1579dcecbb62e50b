"""A lost machine comes back from yesterday's backup by the steps of docs/guide/backup.md; an erased call does not."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from fixtures_home import Home
from sqlalchemy import select, update

from calls.errors import IntegrityError
from privacy.retention.retention_rows import CallDeletionRow, RetentionRunRow
from rights.access.actor import operator_actor
from rights.audit.trail import Action, record
from storage.database.calls import CallRow, RecordingRow
from storage.recordings import open_recording
from storage.vault.call_shares import FILE
from tallenne.finding import Health
from tallenne.house import House
from tallenne.keeping_health import shares_health


def archive_two(home: Home) -> tuple[str, str]:
    house = House(home.folder)
    calls = CallMaker(house.spool).recorded().call_id, CallMaker(house.spool).recorded(seconds=2).call_id
    assert "2 calls archived" in home.run("archive", "--once")
    return calls


def back_up(home: Home, backup: Path) -> None:
    """Copy what the guide says, while the store is stopped: not the shares."""
    backup.mkdir()
    with closing(sqlite3.connect(home.folder / "tallenne.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", (str(backup / "tallenne.sqlite"),))
    for name in ("objects", "keys", "prompts"):
        shutil.copytree(home.folder / name, backup / name, ignore=shutil.ignore_patterns("shares", "*.sock"))
    shutil.copy2(home.folder / "tallenne.toml", backup)


def erase(home: Home, call_id: str) -> None:
    """Let a call go, as if a case had decided so; by the real run, key first."""
    house = House(home.folder)
    with house.database.begin() as session:
        now = house.clock.now()
        session.add(
            CallDeletionRow(
                call_id=call_id,
                state="scheduled",
                because="policy",
                scheduled_at=now - timedelta(days=14),
                scheduled_by="system:retention",
                shred_from=now,
            )
        )
        session.execute(update(CallRow).values(started_at=now - timedelta(hours=1), ended_at=now))
    house.retention.shredder.run()
    house.database.dispose()
    assert house.keys.shares.is_erased(call_id)


def restore(home: Home, backup: Path, shares: Path) -> None:
    """Steps 1 to 3: everything of the machine is gone; the shares come from the other disk as they are today."""
    shutil.rmtree(home.folder)
    shutil.copytree(backup, home.folder)
    (home.folder / "keys" / "shares").mkdir(mode=0o700)
    shutil.copy2(shares / FILE, home.folder / "keys" / "shares" / FILE)
    for path in (home.folder, home.folder / "keys"):
        path.chmod(0o700)


def test_a_lost_machine_comes_back_and_an_erased_call_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, backup, shares = Home(tmp_path / "home"), tmp_path / "backup", tmp_path / "other-disk"
    home.settings["TALLENNE_KEYS__SHARE_COPIES"] = f'["{shares}"]'
    for name, value in home.settings.items():
        monkeypatch.setenv(name, value)
        home.environment[name] = value
    home.run("init")
    with home.store():
        erased, kept = archive_two(home)
        home.run("retention", "run", "--once")
    back_up(home, backup)
    with home.store():
        erase(home, erased)

    restore(home, backup, shares)
    home.run("init")
    house = House(home.folder)
    assert [finding.health for finding in shares_health(house)] == [Health.BAD]  # of the one that came back
    with home.store():
        back = home.run_check()["findings"]
        assert {finding["name"] for finding in back} == {erased}
        with house.database.read() as session:
            rows = {row.call_id: row for row in session.scalars(select(RecordingRow))}
        assert open_recording(rows[kept], objects=house.objects, keys=house.keys).size_bytes > 0
        with pytest.raises(IntegrityError):
            open_recording(rows[erased], objects=house.objects, keys=house.keys)
        assert "1 came back and go again" in home.run("retention", "run", "--once")
        with house.database.begin() as session:  # half a minute later
            later = house.clock.now() - timedelta(minutes=1)
            session.execute(update(CallDeletionRow).values(objects_deleted_at=later))
        assert "1 erased" in home.run("retention", "run", "--once")
        assert home.run_check()["findings"] == []
        assert [finding.health for finding in shares_health(house)] == [Health.GOOD]
    house.database.dispose()


def test_a_house_from_an_old_backup_erases_nothing_before_a_word(home: Home) -> None:
    home.run("retention", "run", "--once")
    house = House(home.folder)
    with house.database.begin() as session:
        session.execute(update(RetentionRunRow).values(began_at=house.clock.now() - timedelta(days=9)))
        record(session, actor=operator_actor("test"), action=Action.LOGGED_IN, clock=house.clock)
    assert home.try_to("retention", "run", "--once").returncode == 1
    home.run("retention", "go-on", "--reason", "restored the backup of the 2nd")
    home.run("retention", "run", "--once")
    house.database.dispose()

"""``tallenne retention`` as a process over a real store: what is old goes, the check agrees, the end is in order."""

import json
import signal
from datetime import timedelta

import pytest
from fixtures_archive import CallMaker
from fixtures_home import DEADLINE_S, Home
from fixtures_waiting import until
from sqlalchemy import func, select, update

from privacy.retention.retention_rows import CallDeletionRow, RetentionPolicyRow, RetentionRunRow
from privacy.retention.run import BEAT_FILE
from storage.database.calls import CallRow
from tallenne.house import House


def test_an_old_call_is_planned_scheduled_and_erased(home: Home) -> None:
    house = House(home.folder)
    old, new = CallMaker(house.spool).recorded().call_id, CallMaker(house.spool).recorded(seconds=2).call_id
    assert "2 calls archived" in home.run("archive", "--once")
    with house.database.begin() as session:
        now = house.clock.now()
        began, ended = now - timedelta(days=401), now - timedelta(days=400)
        session.execute(update(CallRow).values(started_at=began, ended_at=ended))
        session.execute(update(CallRow).where(CallRow.id == new).values(ended_at=now))
        for purpose in ("verify", "training"):
            session.add(
                RetentionPolicyRow(
                    purpose=purpose, keep_count=12, keep_unit="months", reason="x", made_by="liisa", made_at=now
                )
            )
    told = json.loads(home.run("retention", "plan", "--json"))
    assert (told["due"], sum(told["by_month"].values()), told["gaps"]) == (1, 1, {})
    assert home.run("retention", "run", "--once").startswith("1 scheduled")
    with house.database.begin() as session:  # two weeks later
        session.execute(update(CallDeletionRow).values(shred_from=now))
    home.run("retention", "run", "--once")
    with house.database.begin() as session:  # and half a minute after that
        session.execute(update(CallDeletionRow).values(objects_deleted_at=now - timedelta(minutes=1)))
    assert "1 erased" in home.run("retention", "run", "--once")
    with house.database.read() as session:
        assert session.scalars(select(CallRow.id)).all() == [new]
    assert len(list(house.objects.all("calls/"))) == 2
    assert house.keys.shares.is_erased(old)
    report = home.run_check()
    assert [finding["name"] for finding in report["findings"]] == [new]  # whose days this test moved
    house.database.dispose()


def test_a_period_is_tried_in_the_plan_before_it_is_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "applicants without a lease" not in home.run("retention", "plan")
    monkeypatch.setitem(home.environment, "TALLENNE_RETENTION__APPLICANT_YEARS", "2")
    assert "register, applicants without a lease: last known of by" in home.run("retention", "plan")


def test_a_house_that_was_away_waits_for_a_word(home: Home) -> None:
    house = House(home.folder)
    home.run("retention", "run", "--once")
    with house.database.begin() as session:
        session.execute(update(RetentionRunRow).values(began_at=house.clock.now() - timedelta(days=30)))
    done = home.try_to("retention", "run", "--once")
    assert done.returncode == 1
    assert "nothing goes by a policy: the clock went from" in done.stderr
    assert home.run("retention", "go-on", "--reason", "closed for the summer").startswith("may go on: the clock went")
    assert home.run("retention", "run", "--once").startswith("0 scheduled")
    assert "nothing is doubted" in home.try_to("retention", "go-on", "--reason", "again").stderr
    house.database.dispose()


def test_the_house_runs_it_and_ends_it_in_order(home: Home) -> None:
    house = House(home.folder)
    beat = house.retention.folder / BEAT_FILE
    process = home.start("retention", "run")
    try:
        until(beat.exists, what="the retention has looked", timeout_s=DEADLINE_S)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CallRow)) == 0
    house.database.dispose()

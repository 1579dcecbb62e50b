"""The doctor tells what ends a recording, and what lets one stay for ever: shares, periods, the run that erases."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from fixtures_archive import CallMaker
from sqlalchemy import select, update

from ledger_link.linking.linker import link_call
from ledger_link.tables.persons import PersonRow
from privacy.retention.period import Period, Unit
from privacy.retention.retention_rows import (
    CallDeletionRow,
    RetentionHaltRow,
    RetentionPolicyRow,
    RetentionRunRow,
    RowDeletionRow,
)
from storage.archive.archive import Archive
from storage.database.calls import RecordingRow
from tallenne.finding import Finding, Health
from tallenne.house import House
from tallenne.installing import install
from tallenne.keeping_health import documents_health, retention_health, shares_health

MONTH = Period(1, Unit.MONTHS)


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with one archived call; its objects are files, its shares have a copy."""
    monkeypatch.setenv("TALLENNE_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("TALLENNE_OBJECTS__STORE", "files")
    monkeypatch.setenv("TALLENNE_KEYS__SHARE_COPIES", f'["{tmp_path / "other-disk"}"]')
    install(tmp_path / "home")
    house = House(tmp_path / "home")
    house.objects.prepare()
    CallMaker(house.spool).recorded()
    archive = Archive(
        spool=house.spool,
        database=house.database,
        objects=house.objects,
        keys=house.keys,
        clock=house.clock,
        link=partial(link_call, clock=house.clock),
    )
    assert archive.run_once() == 1
    yield house
    house.database.dispose()


def told(findings: Iterator[Finding]) -> list[tuple[str, Health]]:
    return [(finding.subject, finding.health) for finding in findings]


def test_a_share_that_is_missing_is_told_with_where_it_still_is(house: House, tmp_path: Path) -> None:
    shares, copy = Path(house.keys.shares.places[0]), Path(house.keys.shares.places[1])
    assert told(shares_health(house)) == [("key shares", Health.GOOD)]
    copy.rename(tmp_path / "away")
    (finding,) = shares_health(house)
    assert (finding.health, finding.what) == (Health.BAD, f"the copy {copy} lacks 1 of 1 shares")
    shutil.copy2(tmp_path / "away", copy)
    shares.rename(tmp_path / "lost")
    (finding,) = shares_health(house)
    assert finding.health is Health.BAD
    assert finding.what.startswith("1 of 1 recordings have no share")
    assert finding.remedy == f"copy {copy} to it"
    copy.unlink()
    (finding,) = shares_health(house)
    assert finding.remedy == "put the file back from a copy"


def test_shares_without_a_copy_are_doubted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLENNE_KEYS__SHARE_COPIES", "[]")
    (finding,) = shares_health(House(house.home))
    assert (finding.health, finding.remedy) == (
        Health.DOUBTFUL,
        "name a folder on another disk in keys.share_copies",
    )


def test_an_erased_share_of_a_recording_that_came_back_is_missing(house: House) -> None:
    with house.database.read() as session:
        call_id = session.scalars(select(RecordingRow.call_id)).one()
    house.keys.shares.erase(call_id, at=house.clock.now())
    assert set(house.keys.shares.lacking([call_id]).values()) == {1}


def test_a_service_without_a_period_is_told(house: House) -> None:
    gaps = [finding for finding in retention_health(house) if finding.subject == "periods"]
    assert len(gaps) == len(house.service_purposes)
    assert {(gap.health, "no period for" in gap.what) for gap in gaps} == {(Health.DOUBTFUL, True)}
    with house.database.begin() as session:
        for purpose in sorted({one for purposes in house.service_purposes.values() for one in purposes}):
            session.add(
                RetentionPolicyRow(
                    purpose=purpose,
                    keep_count=MONTH.count,
                    keep_unit=MONTH.unit,
                    reason="x",
                    made_by="x",
                    made_at=house.clock.now(),
                )
            )
    assert "periods" not in dict(told(retention_health(house)))


def test_a_run_that_does_not_come_or_does_not_work_is_told(house: House) -> None:
    now = house.clock.now()
    assert ("retention", Health.DOUBTFUL) in told(retention_health(house))
    house.retention.run_once()
    assert ("retention", Health.GOOD) in told(retention_health(house))
    with house.database.begin() as session:
        session.add(
            CallDeletionRow(
                call_id="0",
                state="scheduled",
                because="policy",
                scheduled_at=now,
                scheduled_by="x",
                shred_from=now - timedelta(days=3),
            )
        )
    (late,) = [finding for finding in retention_health(house) if finding.subject == "retention"]
    assert (late.health, late.what) == (Health.DOUBTFUL, "1 calls should have been erased days ago")
    with house.database.begin() as session:
        session.execute(update(CallDeletionRow).values(shred_from=now))
        line = {"kind": "tenants", "subject": "7", "policy": "x", "rows": 1, "scheduled_at": now}
        session.add(RowDeletionRow(state="scheduled", goes_on=now.date() - timedelta(days=4), **line))
    (late,) = [finding for finding in retention_health(house) if finding.subject == "retention"]
    assert late.what.startswith("1 persons, requests, hand-overs or leases' vouchers should have")
    with house.database.begin() as session:
        session.execute(update(RetentionRunRow).values(began_at=now - timedelta(days=3)))
    (late,) = [finding for finding in retention_health(house) if finding.subject == "retention"]
    assert late.what.startswith("its daily run was last on")
    with house.database.begin() as session:  # it is begun each minute, and dies
        session.add(RetentionRunRow(began_at=now, scheduled=0, withdrawn=0, erased=0, register_rows=0))
    (late,) = [finding for finding in retention_health(house) if finding.subject == "retention"]
    assert late.what.startswith("its daily run was last on")
    with house.database.begin() as session:
        session.add(RetentionHaltRow(because="clock", found_at=now, what="the clock went", calls=0))
    (halt,) = [finding for finding in retention_health(house) if finding.subject == "retention"]
    assert (halt.health, halt.what) == (Health.BAD, "nothing goes by a policy: the clock went")


def test_what_the_documents_lack_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    unnamed = "controller.name, controller.address, controller.email or telephone"
    documents, letters = documents_health(house)
    assert documents.what == f"they cannot be published without {unnamed}"
    assert letters.what == f"no request of a data subject is answered by a letter without {unnamed}"
    for name in ("NAME", "ADDRESS", "EMAIL"):
        monkeypatch.setenv(f"TALLENNE_CONTROLLER__{name}", "x@example.fi")
    assert list(documents_health(House(house.home))) == []


def test_who_keeps_recordings_elsewhere_is_to_be_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NAME", "ADDRESS", "EMAIL"):
        monkeypatch.setenv(f"TALLENNE_CONTROLLER__{name}", "x@example.fi")
    monkeypatch.setenv("TALLENNE_OBJECTS__STORE", "s3")
    assert list(documents_health(House(house.home))) == []  # the embedded store is the house's own
    monkeypatch.setenv("TALLENNE_OBJECTS__EMBEDDED", "false")
    monkeypatch.setenv("TALLENNE_OBJECTS__ENDPOINT", "https://s3.eu-north-1.amazonaws.com")
    (finding,) = documents_health(House(house.home))
    assert (finding.health, finding.what) == (Health.DOUBTFUL, "they cannot be published without objects.provider")
    monkeypatch.setenv("TALLENNE_OBJECTS__PROVIDER", "Pilvi Oy")
    monkeypatch.setenv("TALLENNE_OBJECTS__PROVIDER_COUNTRY", "FI")
    assert list(documents_health(House(house.home))) == []


def test_what_is_kept_for_ever_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def told_of(house: House) -> list[str]:
        return [finding.remedy for finding in retention_health(house) if finding.subject == "other periods"]

    assert told_of(house) == [
        "set retention.case_years",
        "set retention.register_person_years",
        "set retention.applicant_years",
        "set audit.detail_years",
    ]
    monkeypatch.setenv("TALLENNE_RETENTION__CASE_YEARS", "5")
    monkeypatch.setenv("TALLENNE_RETENTION__REGISTER_PERSON_YEARS", "3")
    monkeypatch.setenv("TALLENNE_RETENTION__APPLICANT_YEARS", "2")
    monkeypatch.setenv("TALLENNE_AUDIT__DETAIL_YEARS", "10")
    whole = House(house.home)
    assert told_of(whole) == []
    names = dict.fromkeys(("first_names", "call_name", "surname", "search_name"), "Hilja")
    with whole.database.begin() as session:
        session.add(PersonRow(person_no="P-1", non_disclosure=False, **names))
    assert told_of(whole) == ["leave them out of the next import, or give them a role"]
    whole.database.dispose()

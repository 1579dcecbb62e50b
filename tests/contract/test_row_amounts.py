"""More persons, requests, hand-overs or vouchers than a day should see wait for a word, each kind by itself."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from fixtures_periods import YEAR_END, Keeper
from fixtures_rights import OPERATOR, Office
from sqlalchemy import text, update

from ledger_link.tables.charges import ChargeRow
from privacy.retention.doubts import ALWAYS_ALLOWED, HaltKind
from privacy.retention.guard import Guard
from privacy.retention.retention_rows import RetentionHaltRow, RowDeletionRow
from privacy.retention.row_kind import RowKind
from storage.database.engine import Database
from storage.database.migration import upgrade


@pytest.fixture
def keeper(office: Office) -> Keeper:
    return Keeper(office)


def scheduled(office: Office, kind: RowKind, count: int, *, rows: int = 1, through: date | None = None) -> None:
    """Put lines on the list that are due today."""
    now = office.clock.now()
    with office.database.begin() as session:
        session.add_all(
            RowDeletionRow(
                kind=kind,
                subject=f"T-2020-{number:04}",
                state="scheduled",
                policy="x",
                through=through,
                rows=rows,
                scheduled_at=now - timedelta(days=15),
                goes_on=now.date(),
            )
            for number in range(count)
        )


def test_more_of_a_kind_than_a_day_should_see_waits_for_a_word_and_the_rest_goes(office: Office) -> None:
    guard = Guard(database=office.database, clock=office.clock, most_days_away=7, most_percent_a_day=10)
    scheduled(office, RowKind.TENANTS, ALWAYS_ALLOWED)
    assert guard.halts() == frozenset()
    scheduled(office, RowKind.APPLICANTS, 1)  # both are persons
    scheduled(office, RowKind.CASES, ALWAYS_ALLOWED)
    assert guard.halts() == {HaltKind.PERSONS}
    (doubt,) = guard.go_on(reason="the board set a period for the first time", by=OPERATOR)
    assert (doubt.kind, doubt.calls) == (HaltKind.PERSONS, ALWAYS_ALLOWED + 1)
    assert doubt.what.startswith("101 of 0 persons of the register would go")
    assert guard.halts() == frozenset()
    office.clock.advance(hours=25)
    assert guard.halts() == {HaltKind.PERSONS}  # the word was for that day
    with office.database.begin() as session:
        session.execute(update(RowDeletionRow).values(state="withdrawn"))
    assert guard.halts() == frozenset()


def test_a_financial_year_of_vouchers_is_no_doubt_and_more_of_them_is(keeper: Keeper) -> None:
    office = keeper.office
    guard = Guard(database=office.database, clock=office.clock, most_days_away=7, most_percent_a_day=1)
    lease_id = keeper.lease("V-1")
    for month in range(1, 13):
        keeper.rent(lease_id, date(2019, month, 1))
    with office.database.begin() as session:
        session.add_all(
            ChargeRow(charge_no=f"K-{number}", lease_id=lease_id, kind="rent", due_on=YEAR_END, amount_cents=1)
            for number in range(ALWAYS_ALLOWED)
        )
    scheduled(office, RowKind.LEASES, 1, rows=ALWAYS_ALLOWED + 24, through=YEAR_END)
    assert guard.doubts() == []
    scheduled(office, RowKind.PAYMENTS, 1, rows=1, through=YEAR_END)
    (doubt,) = guard.doubts()
    assert (doubt.kind, doubt.what) == (HaltKind.VOUCHERS, "125 of 124 vouchers would go in one day")


def test_what_went_today_counts_with_what_would_go(office: Office) -> None:
    guard = Guard(database=office.database, clock=office.clock, most_days_away=7, most_percent_a_day=10)
    scheduled(office, RowKind.HANDOVERS, ALWAYS_ALLOWED)
    with office.database.begin() as session:
        session.execute(update(RowDeletionRow).values(state="done", done_at=office.clock.now()))
    scheduled(office, RowKind.CASES, 1)
    assert guard.doubts() == []
    with office.database.begin() as session:
        session.execute(
            update(RowDeletionRow).where(RowDeletionRow.kind == "cases").values(kind="handovers", subject="7")
        )
    (doubt,) = guard.doubts()
    assert doubt.kind is HaltKind.HANDOVERS


def test_halts_of_before_stay_and_halts_of_each_kind_may_be(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database, to="0024_copy_reviews")
    with database.begin() as session:
        for because in ("clock", "amount"):
            session.execute(text(_halt(because)))
    upgrade(database)
    with database.begin() as session:
        told = session.execute(text("SELECT id, because, calls FROM retention_halts ORDER BY id")).all()
        assert [tuple(row) for row in told] == [(1, "clock", 7), (2, "amount", 7)]
        session.add(RetentionHaltRow(because="vouchers", found_at=datetime(2026, 11, 2, tzinfo=UTC), what="x", calls=1))
        assert session.scalar(text("SELECT count(*) FROM row_deletions")) == 0
    for wrong in ("clock", "anything"):  # one of a kind stands at a time; no other kinds
        with pytest.raises(Exception, match=r"(?i)unique|check"), database.begin() as session:
            session.execute(text(_halt(wrong)))


def _halt(because: str) -> str:
    return (
        "INSERT INTO retention_halts (because, found_at, what, calls)"  # noqa: S608 (words of this test)
        f" VALUES ('{because}', '2026-11-02 09:00:00', 'x', 7)"
    )

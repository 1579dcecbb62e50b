"""What goes by a period besides calls is on a list for two weeks first, and goes after its facts were asked again."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from fixtures_periods import APPLIED_ON, TWO_YEARS, UNTIL_GONE, YEAR_END, Keeper
from fixtures_rights import Office
from sqlalchemy import delete, select

from ledger_link.importing.import_lock import import_lock
from ledger_link.tables.person_roles import OwnRole, PersonRoleRow
from ledger_link.tables.persons import PersonRow
from privacy.retention import register_rows, row_list
from privacy.retention.doubts import HaltKind
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import RowsReport, plan_register
from privacy.retention.retention_rows import HoldRow, RowDeletionRow
from privacy.retention.row_kind import RowKind
from privacy.retention.row_list import Listed, lines
from privacy.retention.row_periods import row_periods
from privacy.retention.settings import RetentionSettings
from rights.audit.trail import Action
from storage.database.engine import Database


@pytest.fixture
def keeper(office: Office) -> Keeper:
    return Keeper(office)


def test_a_person_is_on_the_list_for_two_whole_weeks_and_then_gone_with_a_proof(keeper: Keeper) -> None:
    person_id, listed_at = keeper.applicant(), keeper.office.clock.moment
    assert keeper.run() == RowsReport(scheduled=1)
    assert keeper.states() == {("applicants", str(person_id)): "scheduled"}
    assert keeper.goes_on() == date(2026, 11, 17)  # the 3rd to the 16th are whole days
    with keeper.office.database.read() as session:
        made = plan_register(session, TWO_YEARS, clock=keeper.office.clock)
    assert (made.applicants, made.listed) == (1, {RowKind.APPLICANTS: Listed(1, 1, date(2026, 11, 17))})
    keeper.office.clock.moment = datetime(2026, 11, 16, 21, 59, tzinfo=UTC)  # a minute before midnight in Finland
    assert keeper.run() == RowsReport()
    assert keeper.persons() == {person_id}
    keeper.office.clock.advance(minutes=1)
    assert keeper.run() == RowsReport(deleted=3)
    assert (keeper.persons(), keeper.state()) == (set(), "done")
    assert keeper.run() == RowsReport()
    with keeper.office.database.read() as session:
        [proof] = proofs(session)
    assert (proof.subject, proof.rows, proof.scheduled_at, proof.deleted_at) == (
        "persons",
        3,
        listed_at,
        keeper.office.clock.moment,
    )
    assert keeper.audited(Action.DELETION_SCHEDULED) == [
        {
            "kind": "applicants",
            "subjects": [str(person_id)],
            "policy": "applicants without a lease: 2 years after their newest day",
            "goes_on": "2026-11-17",
        }
    ]


def test_a_hold_takes_a_line_off_and_what_it_held_waits_two_weeks_anew(keeper: Keeper) -> None:
    person_id = keeper.applicant()
    keeper.run()
    hold_id = keeper.hold(person_id)
    period = next(one for one in row_periods(TWO_YEARS, today=date(2026, 11, 2)) if one.kind is RowKind.APPLICANTS)
    with keeper.office.database.read() as session:
        assert [line.stays for line in lines(session, period, most=9)] == [True]
    keeper.pass_days(5)
    assert keeper.run() == RowsReport(withdrawn=1)
    assert keeper.state() == "withdrawn"
    keeper.end_hold(hold_id)
    keeper.pass_days(5)
    assert keeper.run() == RowsReport(scheduled=1)
    assert keeper.goes_on() == date(2026, 11, 27)
    keeper.pass_days(14)
    assert keeper.run() == RowsReport()
    keeper.pass_days(1)
    assert keeper.run() == RowsReport(deleted=3)
    assert keeper.audited(Action.DELETION_WITHDRAWN) == [
        {"kind": "applicants", "subjects": [str(person_id)], "because": "kept"}
    ]


def test_the_facts_are_asked_again_in_the_very_transaction_that_deletes(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hold that is put after the list was looked through, and before anything goes."""
    person_id = keeper.applicant()
    keeper.run()
    keeper.office.clock.moment += UNTIL_GONE
    monkeypatch.setattr(register_rows, "take_off", lambda *_, **__: keeper.hold(person_id) * 0)
    assert keeper.run().deleted == 0
    assert (keeper.persons(), keeper.state()) == ({person_id}, "withdrawn")


@pytest.mark.parametrize("settings", [RetentionSettings(), RetentionSettings(applicant_years=3)])
def test_a_longer_period_or_none_takes_a_line_off_on_its_last_day_too(
    keeper: Keeper, settings: RetentionSettings
) -> None:
    person_id = keeper.applicant()
    keeper.run()
    keeper.office.clock.moment += UNTIL_GONE
    keeper.settings = settings
    assert keeper.run() == RowsReport(withdrawn=1)
    assert (keeper.persons(), keeper.state()) == ({person_id}, "withdrawn")


def test_a_lease_is_one_line_with_its_vouchers_through_a_settled_day(keeper: Keeper) -> None:
    lease_id = keeper.lease("V-1")
    for month in (1, 6):
        keeper.rent(lease_id, date(2018, month, 1))
    keeper.rent(lease_id, date(2019, 5, 1), paid=False)
    keeper.rent(lease_id, date(2020, 5, 1))
    keeper.stray_payment(date(2017, 1, 1))
    assert keeper.run() == RowsReport(scheduled=2)
    with keeper.office.database.read() as session:
        made = plan_register(session, TWO_YEARS, clock=keeper.office.clock)
        told = {row.kind: (row.subject, row.through, row.rows) for row in session.scalars(select(RowDeletionRow))}
    assert told == {"leases": ("V-1", date(2018, 6, 1), 4), "payments": ("unmatched", YEAR_END, 1)}
    assert made.rows == {"charges": 2, "payments": 3}
    assert made.listed[RowKind.LEASES] == Listed(1, 4, date(2026, 11, 17))
    keeper.office.clock.moment += UNTIL_GONE
    assert keeper.run() == RowsReport(deleted=5)
    assert keeper.vouchers() == 3
    assert keeper.run() == RowsReport()


def test_no_more_goes_of_a_lease_than_was_listed(keeper: Keeper) -> None:
    """A new year frees more of it while it is on the list: what was seen goes, the rest is listed after it."""
    keeper.office.clock.moment = datetime(2026, 12, 28, 9, tzinfo=UTC)
    lease_id = keeper.lease("V-1")
    keeper.rent(lease_id, date(2019, 5, 1))
    keeper.rent(lease_id, date(2020, 5, 1))
    assert keeper.run() == RowsReport(scheduled=1)
    keeper.pass_days(14)
    assert keeper.run() == RowsReport()
    keeper.pass_days(1)
    assert keeper.run() == RowsReport(deleted=2, scheduled=1)
    assert keeper.goes_on() == date(2027, 1, 27)
    keeper.office.clock.moment += UNTIL_GONE
    assert keeper.run() == RowsReport(deleted=2)


def test_vouchers_that_nobody_saw_on_the_list_take_its_line_off(keeper: Keeper) -> None:
    """An import that adds old vouchers, settled as they are, or a debt that was forgotten."""
    first, second = keeper.lease("V-1"), keeper.lease("V-2")
    for lease_id in (first, second):
        keeper.rent(lease_id, date(2018, 1, 1))
    keeper.stray_payment(date(2018, 1, 1))
    assert keeper.run().scheduled == 3
    keeper.rent(first, date(2017, 1, 1))
    keeper.rent(second, date(2016, 1, 1), paid=False)
    keeper.stray_payment(date(2018, 2, 1))
    keeper.pass_days(10)
    assert keeper.run() == RowsReport(withdrawn=3, scheduled=2)
    assert keeper.states() == {
        ("leases", "V-1"): "scheduled",
        ("leases", "V-2"): "withdrawn",
        ("payments", "unmatched"): "scheduled",
    }
    keeper.pass_days(14)
    assert keeper.run() == RowsReport()
    keeper.pass_days(1)
    assert keeper.run() == RowsReport(deleted=6)


def test_nothing_of_the_register_goes_while_an_import_runs_and_it_goes_the_next_day(keeper: Keeper) -> None:
    person_id = keeper.applicant()
    keeper.run()
    keeper.office.clock.moment += UNTIL_GONE
    with import_lock(keeper.office.database):
        assert keeper.run() == RowsReport()
    assert (keeper.persons(), keeper.state()) == ({person_id}, "scheduled")
    keeper.pass_days(1)
    assert keeper.run() == RowsReport(deleted=3)


def test_what_is_halted_stays_on_the_list(keeper: Keeper) -> None:
    keeper.applicant()
    keeper.rent(keeper.lease("V-1"), date(2018, 1, 1))
    assert keeper.run(HaltKind.PERSONS).scheduled == 2
    keeper.office.clock.moment += UNTIL_GONE
    assert keeper.run(HaltKind.PERSONS) == RowsReport(deleted=2)
    assert set(keeper.states().values()) == {"scheduled", "done"}
    assert keeper.run(HaltKind.VOUCHERS) == RowsReport(deleted=3)


def test_a_run_that_dies_between_two_pages_leaves_the_next_one_nothing_undone(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        keeper.applicant()
    monkeypatch.setattr(row_list, "LINES_A_TRANSACTION", 1)
    monkeypatch.setattr(register_rows, "A_PAGE", 1)
    dying = Dying(monkeypatch)
    dying.in_(row_list, "_put_page_on", after=2)
    with pytest.raises(KeyboardInterrupt):
        keeper.run()
    assert list(keeper.states().values()) == ["scheduled"] * 2
    dying.no_more()
    assert keeper.run() == RowsReport(scheduled=1)
    keeper.office.clock.moment += UNTIL_GONE
    dying.in_(register_rows, "_delete", after=2)
    with pytest.raises(KeyboardInterrupt):
        keeper.run()
    assert sorted(keeper.states().values()) == ["done", "done", "scheduled"]
    assert len(keeper.persons()) == 1
    dying.no_more()
    wiped: list[Database] = []
    monkeypatch.setattr(register_rows, "wipe_forgotten", wiped.append)
    assert keeper.run() == RowsReport(deleted=3)
    assert wiped
    with keeper.office.database.read() as session:
        assert [proof.rows for proof in proofs(session)] == [3, 3, 3]
    wiped.clear()
    assert keeper.run() == RowsReport()  # one that dies before it wipes, too, is made good by the next
    assert wiped


class Dying:
    """Ends the process, as it were, when a function is called once more than so often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._changed: list[tuple[object, str, object]] = []

    def in_(self, module: object, name: str, *, after: int) -> None:
        real: Callable[..., object] = getattr(module, name)
        left = after

        def wrapped(*arguments: object, **named: object) -> object:
            nonlocal left
            if not left:
                raise KeyboardInterrupt
            left -= 1
            return real(*arguments, **named)

        self._monkeypatch.setattr(module, name, wrapped)
        self._changed.append((module, name, real))

    def no_more(self) -> None:
        while self._changed:
            self._monkeypatch.setattr(*self._changed.pop())


def test_what_a_restored_backup_brings_back_goes_as_its_list_says_and_is_listed_where_it_has_none(
    keeper: Keeper,
) -> None:
    """The list is in the backup with what it names. What stood there goes on its day; the rest waits two weeks."""
    listed, other = keeper.applicant(), keeper.applicant()
    hold_id = keeper.hold(other)
    keeper.run()
    keeper.pass_days(10)
    with keeper.office.database.begin() as session:  # the backup of this day, come back weeks later
        session.execute(delete(HoldRow).where(HoldRow.id == hold_id))
    keeper.pass_days(20)
    assert keeper.run() == RowsReport(deleted=3, scheduled=1)
    assert keeper.persons() == {other}
    with keeper.office.database.begin() as session:  # rows alone that were put back by hand: their line is done
        session.add(
            PersonRow(
                id=listed,
                person_no="P-back",
                non_disclosure=False,
                **dict.fromkeys(("first_names", "call_name", "surname", "search_name"), "Hilja"),
            )
        )
        session.flush()
        session.add(PersonRoleRow(person_id=listed, role=OwnRole.APPLICANT, starts_on=APPLIED_ON))
    assert keeper.run() == RowsReport(scheduled=1)
    assert keeper.states()["applicants", str(listed)] == "scheduled"
    keeper.office.clock.moment += UNTIL_GONE
    assert keeper.run().deleted == 5
    assert keeper.persons() == set()

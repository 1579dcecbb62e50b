"""Personal detail of the log goes by calendar years, said two weeks before, and what is needed stays."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import OPERATOR, HandClock, Office, RunCommand
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from tampered_databases import disarm, tamper

from privacy.cases.case_words import CaseKind
from privacy.retention import audit_detail
from privacy.retention.audit_detail import detail_due, due_year, forget_old_detail
from privacy.retention.retention_rows import HoldRow
from rights.access.actor import operator_actor
from rights.audit.chain_rows import SubjectRow
from rights.audit.subjects import forget_subject, keys_of_years, subject_of_login
from rights.audit.trail import Action, record
from rights.audit.verifications import note_verification
from rights.audit.verifying import verify
from rights.listening.restriction_rows import RestrictionRow
from rights.tables import AuditRow
from storage.database.engine import Database
from storage.database.migration import upgrade
from tallenne.house import House

MIKKO, EEVA = operator_actor("mikko", person="Mikko Salo"), operator_actor("eeva", person="Eeva Aho")
THREE_YEARS = 3


def write(office: Office, *, call_id: str | None = None, persons: list[int] | None = None) -> None:
    """Let Mikko look at something."""
    with office.database.begin() as session:
        detail = {"reason": "soitti itse"}
        record(
            session,
            actor=MIKKO,
            action=Action.CALL_SHOWN,
            call_id=call_id,
            persons=persons,
            detail=detail,
            clock=office.clock,
        )


def forgotten(office: Office, years: int | None = THREE_YEARS) -> int:
    return forget_old_detail(office.database, years, clock=office.clock)


def at_new_year(office: Office, year: int) -> None:
    """Let it be the morning of a year's first day in Finland, before it is in UTC."""
    office.clock.moment = datetime(year - 1, 12, 31, 22, 30, tzinfo=UTC)


def names(office: Office) -> list[str | None]:
    """Give the names of who looked, the oldest row first."""
    wanted = select(AuditRow).where(AuditRow.action == Action.CALL_SHOWN).order_by(AuditRow.id)
    with office.database.read() as session:
        return [row.name for row in session.scalars(wanted)]


def said(office: Office, action: Action = Action.AUDIT_DETAIL_DUE) -> list[dict[str, object]]:
    with office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id))
        return [json.loads(row.detail or "{}") for row in rows]


def test_each_year_has_keys_of_its_own_and_who_is_forgotten_loses_them_all(office: Office) -> None:
    write(office)
    at_new_year(office, 2027)
    write(office)
    write(office)
    with office.database.read() as session:
        keys = session.execute(select(SubjectRow.subject, SubjectRow.year).order_by(SubjectRow.id)).all()
        assert [tuple(key) for key in keys] == [("login:cli:mikko", 2026), ("login:cli:mikko", 2027)]
    with office.database.begin() as session:
        assert forget_subject(session, subject_of_login("cli:mikko"), clock=office.clock) == 2
    assert names(office) == [None] * 3
    assert verify(office.database, []).is_whole


def test_a_session_that_lives_over_new_year_seals_with_the_new_years_key(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=MIKKO, action=Action.CALL_SHOWN, clock=office.clock)
        at_new_year(office, 2027)
        record(session, actor=MIKKO, action=Action.CALL_SHOWN, clock=office.clock)
    with office.database.read() as session:
        assert list(session.scalars(select(SubjectRow.year).order_by(SubjectRow.year))) == [2026, 2027]


@pytest.mark.parametrize(
    ("years", "today", "due"),
    [(None, date(2040, 6, 1), None), (3, date(2026, 12, 31), 2022), (3, date(2027, 1, 1), 2023)],
)
def test_a_year_is_due_when_so_many_whole_ones_have_passed_since(
    years: int | None, today: date, due: int | None
) -> None:
    assert due_year(years, today=today) == due


def test_nothing_goes_unless_the_house_was_told_and_the_log_has_said_it_for_two_weeks(office: Office) -> None:
    write(office)
    at_new_year(office, 2029)
    write(office)
    assert forgotten(office) == 0  # 2026 has been over for two years
    at_new_year(office, 2030)
    assert forgotten(office, None) == 0
    assert (said(office), names(office)) == ([], ["Mikko Salo (cli:mikko)"] * 2)
    assert forgotten(office) == 0
    told = {"until_year": 2026, "years": 3, "goes_on": "2030-01-15"}
    assert said(office) == [told]
    office.clock.advance(days=13)
    assert forgotten(office) == 0
    office.clock.advance(days=1)
    with office.database.read() as session:
        due = detail_due(session, THREE_YEARS, clock=office.clock)
    assert due is not None
    assert (due.until_year, due.goes_on, len(due.keys)) == (2026, date(2030, 1, 15), 1)
    assert forgotten(office) == 1
    assert names(office) == [None, "Mikko Salo (cli:mikko)"]
    assert forgotten(office) == 0
    assert said(office) == [told]
    done = {"until_year": 2026, "years": 3, "keys": 1, "keys_kept": 0}
    assert said(office, Action.AUDIT_DETAIL_FORGOTTEN) == [done]
    assert verify(office.database, []).is_whole


def test_a_longer_period_takes_back_what_was_said_and_a_shorter_one_is_said_anew(office: Office) -> None:
    write(office)
    at_new_year(office, 2030)
    assert forgotten(office) == 0
    office.clock.advance(days=20)
    assert forgotten(office, 5) == 0
    assert forgotten(office, None) == 0
    assert forgotten(office) == 0  # the two weeks begin again
    assert [(one["until_year"], one["years"]) for one in said(office)] == [
        (2026, 3),
        (2024, 5),
        (None, None),
        (2026, 3),
    ]
    office.clock.advance(days=13)
    assert forgotten(office) == 0
    office.clock.advance(days=1)
    assert forgotten(office) == 1


def test_what_a_hold_needs_stays_as_long_as_it_stands(office: Office) -> None:
    call_id, person_id = office.add_call(agent_id=office.sanna_id), office.add_person("Aino", "Virtanen")
    write(office, call_id=call_id)
    with office.database.begin() as session:
        words = {"reason": "muutti"}
        about = {"persons": [person_id], "detail": words, "clock": office.clock}
        record(session, actor=EEVA, action=Action.CALL_SHOWN, **about)  # type: ignore[arg-type]
        record(session, actor=OPERATOR, action=Action.CALL_SHOWN, clock=office.clock)
        now, review = office.clock.now(), date(2031, 1, 1)
        told = {"reason": "käräjät", "review_on": review, "put_by": "paula", "put_at": now}
        holds = [HoldRow(call_id=call_id, **told), HoldRow(person_id=person_id, **told)]
        session.add_all(holds)
    at_new_year(office, 2030)
    forgotten(office)
    office.clock.advance(days=14)
    assert forgotten(office) == 1  # the operator's name
    everybody = ["Mikko Salo (cli:mikko)", "Eeva Aho (cli:eeva)", None]
    assert names(office) == everybody
    assert [one["keys_kept"] for one in said(office, Action.AUDIT_DETAIL_FORGOTTEN)] == [3]
    for hold, keys, left in ((holds[0], 1, [None, *everybody[1:]]), (holds[1], 2, [None, None, None])):
        with office.database.begin() as session:
            session.delete(session.get_one(HoldRow, hold.id))
        assert forgotten(office) == keys
        assert names(office) == left


def test_what_an_open_request_needs_stays_until_it_is_closed(desk: PrivacyDesk) -> None:
    office = desk.office
    account_id = office.add_account("sanna", agent_id=office.sanna_id)
    sanna = office.actor(account_id)
    with office.database.begin() as session:
        record(session, actor=sanna, action=Action.CALL_SHOWN, clock=office.clock)
    at_new_year(office, 2030)
    case_no = desk.open(CaseKind.OBJECTION, agent_id=office.sanna_id).case_no
    forgotten(office)
    office.clock.advance(days=14)
    forgotten(office)
    assert names(office) == ["Sanna Example"]
    with office.database.begin() as session:
        session.execute(
            text("UPDATE cases SET closed_at = :now, state = 'withdrawn' WHERE case_no = :case_no"),
            {"now": office.clock.now(), "case_no": case_no},
        )
    assert forgotten(office) == 1
    assert names(office) == [None]


def test_what_an_employee_had_restricted_stays_until_that_is_lifted(office: Office) -> None:
    sanna = office.actor(office.add_account("sanna", agent_id=office.sanna_id))
    with office.database.begin() as session:
        record(session, actor=sanna, action=Action.CALL_SHOWN, clock=office.clock)
        told = {"case_number": "T-2026-0001", "reason": "oikeusvaade", "imposed_by": "paula"}
        stands = RestrictionRow(
            kind="restriction", agent_id=office.sanna_id, imposed_at=office.clock.now(), purpose=None, **told
        )
        session.add(stands)
    write(office)
    at_new_year(office, 2030)
    forgotten(office)
    office.clock.advance(days=14)
    assert forgotten(office) == 2  # Mikko's, and that of who added the account
    assert names(office) == ["Sanna Example", None]
    with office.database.begin() as session:
        row = session.get_one(RestrictionRow, stands.id)
        row.lifted_at, row.lifted_by, row.lifted_reason = office.clock.now(), "paula", "ratkaistu"
    assert forgotten(office) == 1
    assert names(office) == [None, None]


def test_a_key_without_a_year_is_as_old_as_the_moment_at_which_it_was_made(office: Office) -> None:
    """A process of the version before, which still ran during the upgrade, made it."""
    made_at = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # 2027 in Finland
    with office.database.begin() as session:
        session.add(SubjectRow(subject="login:eeva", year=0, secret=bytes(32), made_at=made_at))
    with office.database.read() as session:
        assert (keys_of_years(session, until=2026), len(keys_of_years(session, until=2027))) == ([], 1)


def test_nothing_goes_while_the_log_has_findings_that_nobody_knows_of(office: Office) -> None:
    write(office)
    at_new_year(office, 2030)
    forgotten(office)
    office.clock.advance(days=14)
    disarm(office.database)
    tamper(office.database, "UPDATE audit SET login = 'somebody' WHERE id = 1")
    note_verification(office.database, verify(office.database, []), clock=office.clock)
    assert forgotten(office) == 0
    tamper(office.database, "UPDATE audit SET login = 'cli:mikko' WHERE id = 1")
    note_verification(office.database, verify(office.database, []), clock=office.clock)
    assert forgotten(office) == 1


def test_a_run_that_was_killed_is_finished_by_the_next(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    write(office)
    at_new_year(office, 2030)
    forgotten(office)
    office.clock.advance(days=14)

    def killed(*_: object, **_named: object) -> None:
        raise KeyboardInterrupt

    for step in ("forget_keys", "record", "wipe_forgotten"):
        with monkeypatch.context() as patched:
            patched.setattr(audit_detail, step, killed)
            with pytest.raises(KeyboardInterrupt):
                forgotten(office)
        is_gone = step == "wipe_forgotten"
        assert names(office) == [None if is_gone else "Mikko Salo (cli:mikko)"], step
    wiped: list[Database] = []
    monkeypatch.setattr(audit_detail, "wipe_forgotten", wiped.append)
    assert forgotten(office) == 0
    assert wiped == [office.database]
    assert len(said(office, Action.AUDIT_DETAIL_FORGOTTEN)) == 1


def test_keys_of_before_there_were_years_are_of_the_newest_rows_year_and_stay_as_they_are(
    make_empty_database: Callable[[], Database],
) -> None:
    database = make_empty_database()
    upgrade(database, to="0024_copy_reviews")
    with database.begin() as session:
        for at in ("2022-05-01 10:00:00", "2024-12-31 22:30:00"):
            session.execute(text("INSERT INTO audit (at, action) VALUES (:at, 'logged-out')"), {"at": at})
        add = "INSERT INTO audit_subjects (subject, secret, made_at) VALUES ('login:eeva', :secret, '2022-05-01')"
        session.execute(text(add), {"secret": bytes(32)})
    upgrade(database)
    with database.begin() as session:
        key = session.scalars(select(SubjectRow)).one()
        assert (key.subject, key.year, key.secret) == ("login:eeva", 2025, bytes(32))
    for change in ("year = 2010", "secret = NULL, forgotten_at = made_at, year = 2010"):
        with pytest.raises(DatabaseError, match="append-only"), database.begin() as session:
            session.execute(text(f"UPDATE audit_subjects SET {change}"))  # noqa: S608 (see above)
    with database.begin() as session:
        session.execute(text("UPDATE audit_subjects SET secret = NULL, forgotten_at = made_at"))


def test_a_house_without_rows_has_no_key_to_date(make_empty_database: Callable[[], Database]) -> None:
    database = make_empty_database()
    upgrade(database)
    with database.read() as session:
        assert session.scalars(select(SubjectRow)).all() == []


def test_a_clock_that_ran_ahead_shortens_no_two_weeks(office: Office) -> None:
    write(office)
    at_new_year(office, 2030)
    forgotten(office)
    office.clock.advance(days=-1)  # set right: 2029 again, in which nothing is due
    assert forgotten(office) == 0
    assert said(office)[-1]["until_year"] == 2025
    office.clock.advance(days=15)
    assert forgotten(office) == 0
    assert [one["goes_on"] for one in said(office)] == ["2030-01-15", "2030-01-14", "2030-01-29"]


def test_a_house_lets_detail_go_by_its_setting_and_its_plan_says_what_is_about_to(
    house: House, run_command: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.database.begin() as session:
        record(session, actor=MIKKO, action=Action.CALL_SHOWN, clock=HandClock(datetime(2012, 5, 1, tzinfo=UTC)))
    assert house.retention.forget_detail() == 0
    assert json.loads(run_command("retention", "plan", "--json").stdout)["log_detail"] is None
    monkeypatch.setenv("TALLENNE_AUDIT__DETAIL_YEARS", "10")
    clock = HandClock()
    told = House(house.home, clock=clock)
    monkeypatch.setattr("tallenne.command_line.House", lambda _home: told)
    try:
        plain = json.loads(run_command("retention", "plan", "--json").stdout)
        assert plain["log_detail"] == {"until_year": 2015, "goes_on": None, "keys": 1}
        assert "until 2015: the next run says it in the log" in run_command("retention", "plan").stdout
        assert told.retention.run_once().detail_keys == 0
        plain = json.loads(run_command("retention", "plan", "--json").stdout)
        assert plain["log_detail"] == {"until_year": 2015, "goes_on": "2026-11-16", "keys": 1}
        assert "until 2015: go on 2026-11-16 or later" in run_command("retention", "plan").stdout
        clock.advance(days=7)
        assert told.retention.run_once().detail_keys == 0
        clock.advance(days=7)
        assert told.retention.run_once().detail_keys == 1
        assert json.loads(run_command("retention", "plan", "--json").stdout)["log_detail"] is None
    finally:
        told.database.dispose()

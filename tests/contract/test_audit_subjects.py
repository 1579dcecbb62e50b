"""Personal detail in the audit is sealed by subject: a person can be forgotten, and the chain stays whole."""

import json
from pathlib import Path

import pytest
from fixtures_rights import OPERATOR, Office
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from calls.errors import IntegrityError
from rights.access.actor import operator_actor
from rights.audit.chain_rows import SubjectRow
from rights.audit.subjects import forget_subject, subject_of_login, subject_of_person, wipe_forgotten
from rights.audit.trail import Action, record
from rights.audit.verifying import verify
from rights.tables import AuditRow

MIKKO = operator_actor("mikko", person="Mikko Salo")


def read(office: Office) -> list[AuditRow]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))


def write(office: Office) -> None:
    """Three rows: about one person, about several, and of somebody unknown."""
    with office.database.begin() as session:
        about_one = {"address": "192.0.2.1", "reason": "hän muutti", "page": "person"}
        record(session, actor=MIKKO, action=Action.CALL_SHOWN, persons=[7], detail=about_one, clock=office.clock)
        about_all = {"reason": "puhelu siirtyi"}
        record(session, actor=MIKKO, action=Action.CALL_SHOWN, persons=[7, 8], detail=about_all, clock=office.clock)
        stranger = {"address": "198.51.100.7"}
        record(session, actor=None, action=Action.LOG_IN_REFUSED, detail=stranger, clock=office.clock)


def forget(office: Office, subject: str) -> int:
    with office.database.begin() as session:
        return forget_subject(session, subject, clock=office.clock)


def test_personal_detail_stands_in_no_column_and_is_read_as_it_was_written(office: Office) -> None:
    write(office)
    with office.database.read() as session:
        columns = str(session.execute(text("SELECT * FROM audit")).all())
    for personal in ("Mikko Salo", "192.0.2.1", "198.51.100.7", "muutti", "siirtyi"):
        assert personal not in columns
    one, several, unknown = read(office)
    assert one.name == several.name == "Mikko Salo (cli:mikko)"
    told = {"address": "192.0.2.1", "reason": "hän muutti", "page": "person", "persons": [7]}
    assert json.loads(one.detail or "") == told
    assert (unknown.name, json.loads(unknown.detail or "")) == (None, {"address": "198.51.100.7"})


def test_person_who_is_forgotten_takes_his_own_words_with_him_alone(office: Office) -> None:
    write(office)
    assert forget(office, subject_of_person(7)) == 1
    one, several, _ = read(office)
    assert json.loads(one.detail or "") == {"address": "192.0.2.1", "page": "person", "persons": [7]}
    assert json.loads(several.detail or "")["reason"] == "puhelu siirtyi"
    assert one.name == "Mikko Salo (cli:mikko)"
    assert verify(office.database, []).is_whole


def test_forgotten_account_leaves_its_login_and_no_name(office: Office) -> None:
    write(office)
    assert forget(office, subject_of_login("cli:mikko")) == 1
    assert forget(office, subject_of_login("cli:mikko")) == 0
    one, several, _ = read(office)
    assert (one.login, one.name, several.name) == ("cli:mikko", None, None)
    assert json.loads(one.detail or "") == {"reason": "hän muutti", "page": "person", "persons": [7]}
    write(office)  # what he does later is told again, with another key
    assert read(office)[3].name == "Mikko Salo (cli:mikko)"
    assert read(office)[0].name is None
    assert verify(office.database, []).is_whole


def test_attempts_of_strangers_are_forgotten_by_the_day(office: Office) -> None:
    write(office)
    office.clock.advance(days=1)
    write(office)
    assert forget(office, "unknown:2026-11-02") == 1
    rows = read(office)
    assert (rows[2].detail, json.loads(rows[5].detail or "")) == (None, {"address": "198.51.100.7"})


def test_known_account_of_a_refused_log_in_is_its_subject(office: Office) -> None:
    with office.database.begin() as session:
        detail = {"address": "192.0.2.9", "account": "sanna"}
        record(session, actor=None, action=Action.LOG_IN_REFUSED, detail=detail, clock=office.clock)
    assert forget(office, subject_of_login("sanna")) == 1
    assert json.loads(read(office)[0].detail or "") == {"account": "sanna"}


def test_sealed_part_of_one_row_opens_in_no_other(office: Office) -> None:
    write(office)
    row, other, _ = read(office)
    row.sealed[0].sealed = other.sealed[0].sealed
    with pytest.raises(IntegrityError, match="does not open"):
        _ = row.name


def test_destroyed_key_does_not_come_back_and_is_on_no_page_of_the_file(office: Office) -> None:
    write(office)
    with office.database.read() as session:
        secret = session.scalars(select(SubjectRow.secret).where(SubjectRow.subject == subject_of_person(7))).one()
    forget(office, subject_of_person(7))
    wipe_forgotten(office.database)
    again = text("UPDATE audit_subjects SET secret = :secret, forgotten_at = NULL WHERE secret IS NULL")
    with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
        session.execute(again, {"secret": secret})
    if office.database.engine.dialect.name == "sqlite":
        file = Path(office.database.engine.url.database or "")
        kept = [path.read_bytes() for path in file.parent.glob(f"{file.name}*")]
        assert secret
        assert not any(secret in data for data in kept)


def test_row_about_nobody_and_by_nobody_has_nothing_sealed(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=None, action=Action.REFUSED, detail={"wanted": "show"}, clock=office.clock)
        record(session, actor=OPERATOR, action=Action.REFUSED, clock=office.clock)
    nobody, operator = read(office)
    assert (nobody.sealed, nobody.detail) == ([], '{"wanted": "show"}')
    assert (operator.name, operator.detail) == ("cli:test", None)

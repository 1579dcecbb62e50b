"""The audit only grows, on both databases, whoever tries."""

import pytest
from fixtures_rights import OPERATOR, Office
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from calls.errors import BadDataError
from rights.audit.trail import Action, AuditedRange, record
from rights.listening.listeners import covered_bytes, listeners_of
from rights.listening.purposes import CUSTOMER_SERVICE, PurposeUse, active_purposes, all_purposes, require_purpose
from rights.tables import AuditRow, PurposeRow

CALL_ID = "0199a1b2-0000-7000-8000-000000000001"


def add_row(office: Office) -> None:
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.LOGGED_IN, clock=office.clock)


def test_rows_cannot_be_changed_or_deleted(office: Office) -> None:
    add_row(office)
    for statement in (
        "UPDATE audit SET login = 'somebody else'",
        "UPDATE audit SET action = 'nothing' WHERE id = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
    ):
        with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
            session.execute(text(statement))
    with office.database.read() as session:
        assert session.scalars(select(AuditRow.login)).all() == ["cli:test"]


def test_rows_cannot_be_replaced_or_truncated(office: Office) -> None:
    add_row(office)
    kind = office.database.engine.dialect.name
    statement = (
        "INSERT OR REPLACE INTO audit (id, at, action) VALUES (1, '2026-01-01 00:00:00', 'nothing')"
        if kind == "sqlite"
        else "TRUNCATE audit CASCADE"
    )
    with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
        session.execute(text(statement))


def test_orm_cannot_change_a_row_either(office: Office) -> None:
    add_row(office)
    with pytest.raises(DatabaseError, match="append-only"), office.database.begin() as session:
        session.scalars(select(AuditRow)).one().login = "somebody else"


def test_range_without_a_reason_or_length_is_refused(office: Office) -> None:
    for purpose, first_byte, stop_byte in ((None, 0, 1), ("verify", 5, 5), ("verify", -1, 5)):
        with pytest.raises(DatabaseError), office.database.begin() as session:
            record(
                session,
                actor=OPERATOR,
                action=Action.LISTENED,
                call_id=CALL_ID,
                purpose=purpose,
                audited_range=AuditedRange(CALL_ID, first_byte, stop_byte),
                clock=office.clock,
            )


def test_listeners_are_told_by_listening(office: Office) -> None:
    def listened(listening_id: str, first_byte: int, stop_byte: int, action: Action = Action.LISTENED) -> None:
        with office.database.begin() as session:
            record(
                session,
                actor=OPERATOR,
                action=action,
                call_id=CALL_ID,
                purpose="verify",
                audited_range=AuditedRange(listening_id, first_byte, stop_byte),
                clock=office.clock,
            )
        office.clock.advance(minutes=1)

    begun = office.clock.now()
    listened("first", 0, 100)
    listened("first", 50, 150)
    listened("second", 0, 10, Action.EXPORTED)
    with office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.CALL_SHOWN, call_id=CALL_ID, clock=office.clock)
    with office.database.read() as session:
        second, first = listeners_of(session, CALL_ID)
        assert listeners_of(session, "another") == []
    assert (first.login, first.purpose, first.heard_bytes, first.exported) == ("cli:test", "verify", 150, False)
    assert first.first_at == begun
    assert (first.last_at - begun).total_seconds() == 60
    assert (second.heard_bytes, second.exported) == (10, True)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=8))
def test_covered_bytes_counts_each_once(pieces: list[tuple[int, int]]) -> None:
    ranges = [(first, first + length) for first, length in pieces]
    assert covered_bytes(ranges) == len({byte for first, stop in ranges for byte in range(first, stop)})


def test_purposes_are_seeded_in_three_languages(office: Office) -> None:
    with office.database.read() as session:
        purposes = active_purposes(session)
    assert [purpose.code for purpose in purposes] == ["verify", "training", "own-call", "request", "technical"]
    assert [purposes[1].name(language) for language in ("fi", "sv", "en", "de")] == [
        "Henkilökunnan koulutus",
        "Personalutbildning",
        "Staff training",
        "Henkilökunnan koulutus",
    ]


def test_purposes_of_the_register_are_others(office: Office) -> None:
    with office.database.read() as session:
        codes = [purpose.code for purpose in active_purposes(session, use=PurposeUse.REGISTER)]
        assert codes == ["request", "technical", "lease-management", "rent-ledger", "letting", "identification"]
        for text_, use in (("training", PurposeUse.REGISTER), ("letting", PurposeUse.LISTENING)):
            with pytest.raises(BadDataError, match="no such purpose"):
                require_purpose(session, text_, use=use)
        for use in PurposeUse:  # what an ordinary look is recorded with is stated by nobody
            with pytest.raises(BadDataError, match="no such purpose"):
                require_purpose(session, CUSTOMER_SERVICE, use=use)
        assert all_purposes(session)[CUSTOMER_SERVICE].name("sv") == "Kundservice"


def test_purpose_is_read_by_code_or_name_and_a_retired_one_is_refused(office: Office) -> None:
    with office.database.begin() as session:
        assert require_purpose(session, " Training ", is_own=False).code == "training"
        assert require_purpose(session, "TEKNINEN selvitys", is_own=True).code == "technical"
        session.get_one(PurposeRow, "training").retired_at = office.clock.now()
        session.flush()
        with pytest.raises(BadDataError, match="one of verify, own-call"):
            require_purpose(session, "training", is_own=True)
        with pytest.raises(BadDataError, match="one of verify, request, technical"):
            require_purpose(session, "training", is_own=False)
        assert "training" in all_purposes(session)

"""What may not be decided or said of a case, because it is not so."""

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from sqlalchemy.orm import Session

from calls.errors import BadDataError
from privacy.cases.board import view_case
from privacy.cases.carrying_out import say_carried_out
from privacy.cases.case_calls import choose_call
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.handlers import handled_row
from privacy.cases.handling import decide


def decided(desk: PrivacyDesk, session: Session, case_no: str, outcome: Outcome) -> None:
    decide(session, case_no, outcome=outcome, reasons="Peruste.", by=desk.officer, clock=desk.office.clock)


def said(desk: PrivacyDesk, session: Session, case_no: str) -> None:
    say_carried_out(session, case_no, what="Poistettiin lähteestä.", by=desk.officer, clock=desk.office.clock)


@pytest.mark.parametrize("kind", CaseKind)
def test_nobody_is_told_that_nothing_is_kept_while_something_is(desk: PrivacyDesk, kind: CaseKind) -> None:
    office = desk.office
    for known in (desk.open(kind), desk.open(kind, agent_id=office.sanna_id)):
        shown = view_case(office.database, desk.officer, known.case_no, clock=office.clock)
        assert Outcome.NOTHING_KEPT not in shown.outcomes
        with pytest.raises(BadDataError, match="something is kept"), office.database.begin() as session:
            decided(desk, session, known.case_no, Outcome.NOTHING_KEPT)
    stranger = desk.open(kind, stranger="Veikko Vieras").case_no
    assert view_case(office.database, desk.officer, stranger, clock=office.clock).outcomes == tuple(Outcome)
    with office.database.begin() as session:
        decided(desk, session, stranger, Outcome.NOTHING_KEPT)


def test_who_did_not_prove_himself_is_offered_a_refusal_alone(desk: PrivacyDesk) -> None:
    case_no = desk.open(identity=None).case_no
    assert view_case(desk.office.database, desk.officer, case_no, clock=desk.office.clock).outcomes == (
        Outcome.REFUSED,
    )


def test_words_delete_no_call(desk: PrivacyDesk) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    kept, left_out = desk.open(CaseKind.ERASURE).case_no, desk.open(CaseKind.ERASURE).case_no
    with office.database.begin() as session:
        row = handled_row(session, desk.officer, left_out, for_change=True)
        choose_call(session, row, call_id, is_included=False, reason="Velka", by=desk.officer, clock=office.clock)
        for case_no in (kept, left_out):
            decided(desk, session, case_no, Outcome.GRANTED)
    with pytest.raises(BadDataError, match="still there"), office.database.begin() as session:
        said(desk, session, kept)
    assert desk.case(kept).waits_for_deed
    with office.database.begin() as session:
        said(desk, session, left_out)
    assert not desk.case(left_out).waits_for_deed


def test_an_erasure_is_not_decided_while_nobody_said_whose_a_call_is(desk: PrivacyDesk) -> None:
    office = desk.office
    office.add_person("Eino", "Virtanen", NUMBER)
    office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = desk.open(CaseKind.ERASURE).case_no
    with pytest.raises(BadDataError, match="not looked at"), office.database.begin() as session:
        decided(desk, session, case_no, Outcome.GRANTED)
    with office.database.begin() as session:
        decided(desk, session, case_no, Outcome.REFUSED)

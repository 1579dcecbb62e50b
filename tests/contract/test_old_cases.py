"""Cases go whole when their time is over, with a proof, and stay while something needs them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_copies import CopyDesk
from fixtures_periods import let_go
from sqlalchemy import delete, func, select

from calls.errors import NotFoundError
from privacy.cases.case import row_of
from privacy.cases.case_rows import (
    CaseCallRow,
    CaseDeliveryRow,
    CaseEventRow,
    CaseNumberRow,
    CaseRow,
    SubjectNoteRow,
)
from privacy.cases.case_words import CaseKind, DeliveryWay, IdentityMethod, Outcome
from privacy.cases.delivery import record_delivery
from privacy.cases.handling import decide, withdraw
from privacy.cases.kept_cases import KEPT_CASES
from privacy.cases.subject_notes import add_subject_note
from privacy.copies.blackouts import black_out
from privacy.copies.copies import withdraw as withdraw_copy
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.copy_texts import CASE_REQUEST, CopyText, key_of
from privacy.copies.mask import MaskReason
from privacy.copies.stored_copy import shred_copies
from privacy.retention.holds import held_among
from privacy.retention.proofs import proofs
from privacy.retention.retention_rows import HoldRow
from privacy.retention.settings import RetentionSettings
from rights.listening.restrictions import Restricted, RestrictionKind, restrict
from rights.tables import AccountRow, AuditRow
from storage.database.base import Base
from storage.database.calls import CallRow, DisclosureRow, RecordingRow

THREE_YEARS = RetentionSettings(case_years=3)
TABLES: tuple[type[Base], ...] = (CaseRow, CaseEventRow, CaseCallRow, CaseDeliveryRow, SubjectNoteRow)


def rows(desk: PrivacyDesk, *tables: type[Base]) -> int:
    with desk.office.database.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def deleted(desk: PrivacyDesk, settings: RetentionSettings = THREE_YEARS) -> int:
    return let_go(desk.office.database, settings, clock=desk.office.clock)


def closed(desk: PrivacyDesk, kind: CaseKind = CaseKind.ERASURE, *, agent_id: int | None = None) -> str:
    """Open, refuse and answer a case."""
    case_no, office = desk.open(kind, agent_id=agent_id).case_no, desk.office
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="Ei.", by=desk.officer, clock=office.clock)
        record_delivery(
            session,
            case_no,
            way=DeliveryWay.MAIL,
            to_whom="Aino",
            delivered_on=desk.today,
            identity_method=IdentityMethod.DOCUMENT_SHOWN,
            copy=None,
            by=desk.officer,
            clock=office.clock,
        )
    return case_no


def test_a_case_goes_whole_after_its_years_with_a_proof_and_not_a_day_before(desk: PrivacyDesk) -> None:
    office = desk.office
    office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no, day = closed(desk), timedelta(days=1)
    office.clock.moment = office.clock.now().replace(year=office.clock.now().year + 3) - day
    assert deleted(desk) == 0
    office.clock.moment += day
    assert deleted(desk, RetentionSettings()) == 0
    count = rows(desk, *TABLES)
    assert deleted(desk) == count > 3
    assert rows(desk, *TABLES) == 0
    assert deleted(desk) == 0
    with office.database.read() as session:
        [proof] = proofs(session)
        assert (proof.subject, proof.case_no, proof.rows) == ("cases", case_no, count)
        assert proof.policy == "cases: 3 years after they were closed"
        [row] = session.scalars(select(AuditRow).where(AuditRow.action == "case-deleted")).all()
        assert case_no in (row.detail or "")
        assert session.scalars(select(CaseNumberRow.last_number)).one() == 1  # never given again
        assert KEPT_CASES.is_missing(session, case_no)
        with pytest.raises(NotFoundError):
            row_of(session, case_no)


def hold(desk: PrivacyDesk, _case_no: str) -> None:
    with desk.office.database.begin() as session:
        session.add(
            HoldRow(
                person_id=desk.aino_id,
                reason="Riita",
                review_on=desk.today,
                put_by="outi",
                put_at=desk.office.clock.now(),
            )
        )


def restricted(desk: PrivacyDesk, case_no: str) -> None:
    with desk.office.database.begin() as session:
        restrict(
            session,
            Restricted(person_id=desk.aino_id),
            kind=RestrictionKind.OBJECTION,
            case_number=case_no,
            reason="x",
            purpose="training",
            by=desk.officer,
            clock=desk.office.clock,
        )


def asking_again(desk: PrivacyDesk, _case_no: str) -> None:
    desk.open(CaseKind.ERASURE)


@pytest.mark.parametrize("keep", [hold, restricted, asking_again])
def test_a_case_stays_while_something_needs_it(desk: PrivacyDesk, keep: Callable[[PrivacyDesk, str], None]) -> None:
    case_no = closed(desk)
    keep(desk, case_no)
    desk.office.clock.advance(days=5 * 366)
    assert deleted(desk) == 0
    assert desk.case(case_no).case_no == case_no


def test_a_case_stays_while_a_call_of_it_is_held_for_somebody_else(desk: PrivacyDesk) -> None:
    """An employee's case, of a call that is held with the customer who made it."""
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164=NUMBER)
    case_no = closed(desk, agent_id=office.sanna_id)
    hold(desk, case_no)
    with office.database.read() as session:
        assert session.scalars(select(CaseCallRow.call_id)).all() == [call_id]
        assert held_among(session, [call_id])
    office.clock.advance(days=5 * 366)
    assert deleted(desk) == 0


def test_a_note_that_stands_beside_data_keeps_its_case_and_others_go(desk: PrivacyDesk) -> None:
    office, case_no = desk.office, desk.open(CaseKind.RECTIFICATION).case_no
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Ok.", by=desk.officer, clock=office.clock)
        add_subject_note(session, case_no, text="Oikea nimi", by=desk.officer, clock=office.clock)
        withdraw(session, case_no, reasons="Perui", by=desk.officer, clock=office.clock)
    other = closed(desk)
    office.clock.advance(days=5 * 366)
    assert deleted(desk) > 0
    with office.database.read() as session:
        assert session.scalars(select(CaseRow.case_no)).all() == [case_no]
        assert [proof.case_no for proof in proofs(session)] == [other]


def test_a_note_beside_an_employee_goes_when_neither_a_call_of_his_nor_his_account_is_there(desk: PrivacyDesk) -> None:
    office = desk.office
    call_id = office.add_call(agent_id=office.sanna_id)
    account_id = office.add_account("sanna", agent_id=office.sanna_id)
    case_no = desk.open(CaseKind.RECTIFICATION, agent_id=office.sanna_id).case_no
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Ok.", by=desk.officer, clock=office.clock)
        add_subject_note(session, case_no, text="Nimi on Sanna.", by=desk.officer, clock=office.clock)
        withdraw(session, case_no, reasons="Perui", by=desk.officer, clock=office.clock)
    office.clock.advance(days=5 * 366)
    assert deleted(desk) == 0
    with office.database.begin() as session:
        session.get_one(AccountRow, account_id).disabled_at = office.clock.now()
    assert deleted(desk) == 0
    with office.database.begin() as session:
        for table, column in ((RecordingRow, RecordingRow.call_id), (DisclosureRow, DisclosureRow.call_id)):
            session.execute(delete(table).where(column == call_id))
        session.execute(delete(CallRow).where(CallRow.id == call_id))
    assert deleted(desk) > 0
    assert rows(desk, CaseRow, SubjectNoteRow) == 0


def test_copies_go_with_the_case_once_they_are_shredded(copy_desk: CopyDesk) -> None:
    desk, office = copy_desk.desk, copy_desk.desk.office
    copy_desk.call()
    case_no = copy_desk.case()
    request = "Haluan nähdä tietoni."
    with office.database.begin() as session:
        text = CopyText(key_of(CASE_REQUEST, request), CASE_REQUEST, request)
        black_out(session, case_no, text, "Haluan", reason=MaskReason.OTHER, by=desk.officer, clock=office.clock)
    copy = copy_desk.made(case_no)
    with office.database.begin() as session:
        withdraw_copy(session, copy.id, by=desk.officer, clock=office.clock)
        withdraw(session, case_no, reasons="Perui", by=desk.officer, clock=office.clock)
    office.clock.advance(days=5 * 366)
    assert deleted(desk) == 0  # its object is there still
    assert shred_copies(office.database, objects=copy_desk.objects, keys=copy_desk.keys, clock=office.clock) == 1
    assert deleted(desk) > 0
    assert rows(desk, CopyRow, CopyCallRow, *TABLES) == 0

"""An employee's erasure: whoever asks for it is no second person in it."""

import pytest
from fixtures_cases import PrivacyDesk
from sqlalchemy import select

from calls.errors import RefusedError
from privacy.cases.carrying_out import ask_erasure, carry_out_erasure
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.handling import decide
from privacy.retention.retention_rows import CallDeletionRow
from rights.access.approvals import decide as approve
from rights.access.tasks import Task


def test_whom_the_case_is_about_does_not_approve_his_own_deletion(desk: PrivacyDesk) -> None:
    office = desk.office
    office.add_call(agent_id=office.sanna_id)
    sanna = office.actor(office.add_account("sanna", Task.APPROVE_DELETIONS, agent_id=office.sanna_id))
    keeper = office.actor(office.add_account("kaisa", Task.APPROVE_DELETIONS))
    case_no = desk.open(CaseKind.ERASURE, agent_id=office.sanna_id).case_no
    with office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.GRANTED, reasons="Ei tarvita.", by=desk.officer, clock=office.clock)
        asked = ask_erasure(session, case_no, by=desk.officer, clock=office.clock)
        approve(session, asked.id, is_approved=True, by=sanna, clock=office.clock)
    with pytest.raises(RefusedError, match="a second person has not approved"), office.database.begin() as session:
        carry_out_erasure(session, case_no, by=desk.officer, clock=office.clock)
    with office.database.begin() as session:
        assert session.scalars(select(CallDeletionRow)).all() == []
        anew = ask_erasure(session, case_no, by=desk.officer, clock=office.clock)
        approve(session, anew.id, is_approved=True, by=keeper, clock=office.clock)
    with office.database.begin() as session:
        carry_out_erasure(session, case_no, by=desk.officer, clock=office.clock)

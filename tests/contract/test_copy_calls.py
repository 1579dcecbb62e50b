"""A copy holds the calls of its case, every one and no other, and ends with the first of them that is erased."""

import pytest
from fixtures_copies import CopyDesk
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError
from privacy.cases import gathering
from privacy.cases.board import view_case
from privacy.cases.gathered import Gathered
from privacy.copies import copy_plan
from privacy.copies.copies import withdraw, withdraw_copies_with
from privacy.copies.copy_state import CopyState
from privacy.copies.ordering import order_copy
from storage.vault.key_ring import KeyRing


def test_a_copy_does_not_leave_without_a_call_that_came_into_the_case_since(copy_desk: CopyDesk) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    copy_desk.call()
    case_no = copy_desk.case()
    made = copy_desk.made(case_no)
    copy_desk.call()
    view_case(office.database, desk.officer, case_no, clock=office.clock)  # the list follows the links
    with pytest.raises(BadDataError, match="does not hold"):
        copy_desk.released(made)
    with office.database.begin() as session:
        withdraw(session, made.id, by=desk.officer, clock=office.clock)
    copy_desk.released(copy_desk.made(case_no))


def test_a_call_that_is_erased_while_it_is_gathered_ends_the_copy(
    copy_desk: CopyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, desk, gather = copy_desk.desk.office, copy_desk.desk, gathering.gather
    call_id = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000001", recorded=False)
    case_no, ended = copy_desk.case(), []

    def gather_meanwhile(session: Session, keys: KeyRing, case_no: str, *, clock: Clock) -> Gathered:
        gathered = gather(session, keys, case_no, clock=clock)
        with office.database.begin() as other:
            ended.append(withdraw_copies_with(other, [call_id], by=None, clock=clock))
        return gathered

    monkeypatch.setattr(copy_plan, "gather", gather_meanwhile)
    copy_desk.reviewed(case_no)
    with office.database.begin() as session:
        ordered = order_copy(session, case_no, recipient=None, keys=copy_desk.keys, by=desk.officer, clock=office.clock)
    copy_desk.maker.make_next()
    assert ended == [1]
    assert copy_desk.copy(ordered).state is CopyState.WITHDRAWN

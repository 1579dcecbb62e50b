"""A copy leaves once a second person approved exactly it, while it is what the case says."""

import pytest
from fixtures_copies import CopyDesk
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.linking.link_decisions import decide as decide_link
from privacy.cases.case import row_of
from privacy.cases.case_calls import calls_of_case
from privacy.cases.case_words import Outcome
from privacy.cases.found_calls import follow_links
from privacy.cases.handling import decide as decide_case
from privacy.copies.copies import (
    deliver,
    passphrase_of,
    release,
    withdraw,
)
from privacy.copies.copy_rows import CopyCallRow
from privacy.copies.copy_state import CopyState, CopyStateError
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masks import mark
from privacy.copies.ordering import order_copy
from privacy.copies.release_checks import is_current
from privacy.copies.reviews import NotReviewedError
from rights.access.tasks import Task

THIRD = Mask(Lane.CUSTOMER, 1000, 2000, Way.SILENCE, MaskReason.THIRD_PERSON)


def test_nothing_leaves_before_a_second_person_approved_exactly_this(copy_desk: CopyDesk) -> None:
    case_no, office, desk = copy_desk.case(), copy_desk.desk.office, copy_desk.desk
    made = copy_desk.made(case_no)
    with pytest.raises(RefusedError), office.database.begin() as session:
        release(session, made.id, by=desk.officer, clock=office.clock)
    with pytest.raises(RefusedError):
        copy_desk.file(made)
    with pytest.raises(RefusedError), office.database.begin() as session:
        passphrase_of(session, made.id, keys=copy_desk.keys, by=desk.officer, clock=office.clock)
    with pytest.raises(CopyStateError), office.database.begin() as session:
        deliver(session, made.id, by=desk.officer, clock=office.clock)
    copy_desk.released(made)
    with office.database.begin() as session:
        withdraw(session, made.id, by=desk.officer, clock=office.clock)
    again = copy_desk.made(case_no)  # an approval is of one copy, and not of the case
    with pytest.raises(RefusedError), office.database.begin() as session:
        release(session, again.id, by=desk.officer, clock=office.clock)


def test_a_copy_does_not_leave_with_a_call_that_was_found_to_be_anothers(copy_desk: CopyDesk) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    copy_desk.call()
    wrong = office.add_call(agent_id=office.sanna_id, recorded=False)
    kaino = office.add_person("Kaino", "Salo", "+358401000077")
    case_no = copy_desk.case()
    made = copy_desk.made(case_no)
    with office.database.begin() as session:  # somebody sees that it was not Aino who called
        decide_link(session, wrong, (kaino,), decided_by="tiina", clock=office.clock)
    with pytest.raises(BadDataError, match="not in the case any more"):
        copy_desk.released(made)
    with office.database.begin() as session:
        withdraw(session, made.id, by=desk.officer, clock=office.clock)
    copy_desk.released(copy_desk.made(case_no))
    with office.database.read() as session:
        case_id = row_of(session, case_no).id
        assert wrong not in {call.call_id for call in calls_of_case(session, case_id)}


def test_a_copy_does_not_leave_without_a_mask_that_was_marked_since(copy_desk: CopyDesk) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    call_id, case_no = copy_desk.call(), copy_desk.case()
    made = copy_desk.made(case_no)
    office.clock.advance(minutes=1)
    mask = Mask(Lane.CUSTOMER, 0, 500, Way.SILENCE, MaskReason.THIRD_PERSON)
    with office.database.begin() as session:
        mark(session, case_no, call_id, mask, by=desk.officer, clock=office.clock)
    with pytest.raises(BadDataError, match="masks were changed"):
        copy_desk.released(made)


def test_a_call_that_is_linked_after_the_copy_was_made_keeps_it_from_leaving(copy_desk: CopyDesk) -> None:
    case_no, office, desk = copy_desk.case(), copy_desk.desk.office, copy_desk.desk
    made = copy_desk.made(case_no)
    with office.database.read() as session:
        assert is_current(session, case_no, made.id, ordered_at=made.ordered_at)
    call_id = copy_desk.call()  # nobody has opened the case since
    with pytest.raises(BadDataError, match="a call that the copy does not hold"):
        copy_desk.released(made)
    with office.database.begin() as session:
        withdraw(session, made.id, by=desk.officer, clock=office.clock)
    with pytest.raises(NotReviewedError) as refused, office.database.begin() as session:
        order_copy(session, case_no, recipient=None, keys=copy_desk.keys, by=desk.officer, clock=office.clock)
    assert refused.value.calls == 1
    with office.database.begin() as session:
        follow_links(session, row_of(session, case_no))
        assert not is_current(session, case_no, made.id, ordered_at=made.ordered_at)
    again = copy_desk.made(case_no)
    with office.database.read() as session:
        copied = session.scalars(select(CopyCallRow.call_id).where(CopyCallRow.copy_id == again.id)).all()
    assert copied == [call_id]
    assert copy_desk.released(again).state is CopyState.RELEASED


def test_a_released_copy_is_not_downloaded_once_a_call_of_it_was_found_to_be_anothers(copy_desk: CopyDesk) -> None:
    office = copy_desk.desk.office
    call_id, kaino = copy_desk.call(), office.add_person("Kaino", "Salo", "+358401000077")
    released = copy_desk.released(copy_desk.made(copy_desk.case()))
    assert copy_desk.file(released)
    with office.database.begin() as session:
        decide_link(session, call_id, (kaino,), decided_by="tiina", clock=office.clock)
    with pytest.raises(BadDataError, match="not in the case any more"):
        copy_desk.file(released)
    with pytest.raises(BadDataError, match="not in the case any more"), office.database.begin() as session:
        passphrase_of(session, released.id, keys=copy_desk.keys, by=copy_desk.desk.officer, clock=office.clock)


def test_the_list_of_a_decided_case_takes_no_new_call_into_its_copy(copy_desk: CopyDesk) -> None:
    case_no, office, desk = copy_desk.case(), copy_desk.desk.office, copy_desk.desk
    with office.database.begin() as session:
        decide_case(session, case_no, outcome=Outcome.GRANTED, reasons="Oikeus", by=desk.officer, clock=office.clock)
    made = copy_desk.made(case_no)
    copy_desk.call()
    assert copy_desk.released(made).state is CopyState.RELEASED


def test_whom_the_case_is_about_is_no_second_person(copy_desk: CopyDesk) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    copy_desk.call()
    sanna = office.actor(office.add_account("sanna", Task.APPROVE_EXPORTS, agent_id=office.sanna_id))
    made = copy_desk.made(copy_desk.case(agent_id=office.sanna_id))
    other, desk.approver = desk.approver, sanna
    with pytest.raises(RefusedError, match="a second person has not approved"):
        copy_desk.released(made)
    desk.approver = other
    assert copy_desk.released(made).state is CopyState.RELEASED


def test_a_copy_is_there_for_who_handles_its_case_alone(copy_desk: CopyDesk) -> None:
    office, desk = copy_desk.desk.office, copy_desk.desk
    call_id = copy_desk.call()
    case_no = copy_desk.case(agent_id=office.sanna_id)  # Sanna asks about herself
    made = copy_desk.released(copy_desk.made(case_no))
    sanna = office.actor(office.add_account("sanna", Task.HANDLE_CASES, agent_id=office.sanna_id))
    for stranger in (sanna, desk.approver):
        for deed in (
            lambda session, by: order_copy(
                session, case_no, recipient=None, keys=copy_desk.keys, by=by, clock=office.clock
            ),
            lambda session, by: release(session, made.id, by=by, clock=office.clock),
            lambda session, by: withdraw(session, made.id, by=by, clock=office.clock),
            lambda session, by: mark(session, case_no, call_id, THIRD, by=by, clock=office.clock),
            lambda session, by: passphrase_of(session, made.id, keys=copy_desk.keys, by=by, clock=office.clock),
        ):
            with pytest.raises(NotFoundError), office.database.begin() as session:
                deed(session, stranger)
        with pytest.raises(NotFoundError):
            copy_desk.file(made, by=stranger)

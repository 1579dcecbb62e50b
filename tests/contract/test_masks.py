"""Masks are of the calls of their case, within them, and kept as history."""

from collections.abc import Callable

import pytest
from fixtures_copies import CopyDesk

from calls.errors import BadDataError, NotFoundError
from privacy.copies.mask import Lane, Mask, MaskReason, Way
from privacy.copies.masks import changed_since, masks_of, unmark

THIRD = Mask(Lane.CUSTOMER, 1000, 2000, Way.SILENCE, MaskReason.THIRD_PERSON)
CODE = Mask(Lane.BOTH, 200, 900, Way.TONE, MaskReason.IDENTITY_CODE)


def test_masks_are_of_the_cases_own_calls_and_within_them(copy_desk: CopyDesk) -> None:
    call_id, case_no, office = copy_desk.call(), copy_desk.case(), copy_desk.desk.office
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000009")
    mask_id = copy_desk.masked(case_no, call_id, Mask(Lane.AGENT, 2500, 9000, Way.SILENCE, MaskReason.OTHER))
    with office.database.read() as session:
        assert [one.mask.to_ms for one in masks_of(session, case_no)[call_id]] == [3000]
    after = Mask(Lane.BOTH, 3000, 3001, Way.TONE, MaskReason.OTHER)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("not in the case", lambda: copy_desk.masked(case_no, other, THIRD)),
        (
            "ends at",
            lambda: copy_desk.masked(case_no, call_id, after),
        ),
        (
            "already",
            lambda: copy_desk.masked(case_no, call_id, Mask(Lane.AGENT, 2500, 3000, Way.SILENCE, MaskReason.OTHER)),
        ),
    ]
    for words, deed in refused:
        with pytest.raises(BadDataError, match=words):
            deed()
    made = copy_desk.made(case_no)
    assert made.made_at is not None
    with office.database.read() as session:
        assert not changed_since(session, case_no, made.made_at)
    office.clock.advance(minutes=1)
    with office.database.begin() as session:
        assert unmark(session, case_no, mask_id, by=copy_desk.desk.officer, clock=office.clock) == call_id
    with office.database.begin() as session:
        assert changed_since(session, case_no, made.made_at)
        assert masks_of(session, case_no) == {}
        with pytest.raises(NotFoundError):
            unmark(session, case_no, mask_id, by=copy_desk.desk.officer, clock=office.clock)
    assert copy_desk.actions().count("mask-removed") == 1

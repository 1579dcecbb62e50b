"""Hand-overs: recorded whole, found again from call, person and data subject, known to nobody else."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_rights import SEE_ALL, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from privacy.disclosures.handover import HandoverDraft
from privacy.disclosures.handover_rows import HandoverRow
from privacy.disclosures.handovers import (
    handovers_of_call,
    handovers_of_person,
    handovers_of_subject,
    handovers_told,
    list_handovers,
    record_handover,
    view_handover,
    void_handover,
)
from privacy.disclosures.kinds import Content, LegalBasis, RecipientKind, Way
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.tables import AuditPersonRow, AuditRow

DAY = timedelta(days=1)


def draft(office: Office, **changes: Any) -> HandoverDraft:  # noqa: ANN401 (fields of the draft)
    told: dict[str, Any] = {
        "recipient_kind": RecipientKind.INSURER,
        "recipient": "  Vakuutus   Oy ",
        "basis": LegalBasis.LEGITIMATE_INTEREST,
        "basis_detail": "vahinkoilmoitus 123/2026",
        "contents": frozenset({Content.CALL_FACTS, Content.AUDIO}),
        "description": "tallenne vesivahingosta",
        "way": Way.ENCRYPTED_FILE,
        "handed_at": office.clock.now(),
    }
    return HandoverDraft(**{**told, **changes})


@pytest.fixture
def officer(office: Office) -> Actor:
    """Who records hand-overs, and sees calls and persons."""
    return office.actor(office.add_account("paula", SEE_ALL, Task.RECORD_DISCLOSURES, Task.VIEW_REGISTER))


def test_handover_is_recorded_whole_and_audited(office: Office, officer: Actor) -> None:
    case_no = PrivacyDesk(office).open().case_no
    person_id, call_id = office.add_person("Aino", "Virtanen"), office.add_call(agent_id=office.sanna_id)
    contents = frozenset({Content.AUDIO, Content.LEASE})
    wanted = draft(
        office,
        contents=contents,
        call_ids=(call_id, call_id),
        person_ids=(person_id,),
        expires_at=office.clock.now() + 30 * DAY,
        case_no=f" {case_no.lower()} ",
    )
    number = record_handover(office.database, officer, wanted, clock=office.clock)
    told = view_handover(office.database, officer, number, clock=office.clock)
    assert (told.recipient, told.case_no) == ("Vakuutus Oy", case_no)
    assert (told.call_ids, told.person_ids) == ((call_id,), (person_id,))
    assert frozenset(told.contents) == contents
    assert told.recorded_by == "paula"
    assert not told.is_over(office.clock.now() + 29 * DAY)
    assert told.is_over(office.clock.now() + 30 * DAY)
    with office.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == Action.DISCLOSURE_RECORDED)).one()
        assert json.loads(row.detail or "")["handover"] == number
        assert "Vakuutus" not in (row.detail or "")
        about = session.scalars(select(AuditPersonRow.person_id).where(AuditPersonRow.audit_id == row.id)).all()
        assert about == [person_id]


@pytest.mark.parametrize(("case_no", "is_right"), [("T-2026-0404", False), ("5680/R/12/26", True), ("", True)])
def test_a_case_of_ours_is_there_and_anothers_is_as_it_was_written(
    office: Office, officer: Actor, case_no: str, *, is_right: bool
) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    wanted = draft(office, call_ids=(call_id,), case_no=case_no)
    if not is_right:
        with pytest.raises(BadDataError, match="no case of this number"):
            record_handover(office.database, officer, wanted, clock=office.clock)
        return
    number = record_handover(office.database, officer, wanted, clock=office.clock)
    assert view_handover(office.database, officer, number, clock=office.clock).case_no == (case_no or None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"contents": frozenset()}, "what was handed over"),
        ({"recipient": "  "}, "recipient"),
        ({"recipient": "a\x00b"}, "recipient"),
        ({"basis_detail": ""}, "basis_detail"),
        ({"description": "x" * 2001}, "description"),
        ({"call_ids": ()}, "need the calls"),
        ({"contents": frozenset({Content.LEDGER})}, "need the persons"),
        ({"contents": frozenset({Content.OTHER}), "call_ids": ()}, "whose data"),
        ({"expires_at": "before"}, "ends before"),
        ({"handed_at": "later"}, "in the future"),
        ({"call_ids": ("0199a1b2-0000-7000-8000-00000000ffff",)}, "no such call"),
        ({"person_ids": (12345,)}, "no such person"),
        ({"person_ids": (2**70,)}, "no such person"),
    ],
)
def test_handover_that_is_not_whole_is_refused(
    office: Office, officer: Actor, changes: dict[str, Any], told: str
) -> None:
    now = office.clock.now()
    moments = {"before": now - DAY, "later": now + DAY}
    meant = {
        name: moments[value] if isinstance(value, str) and value in moments else value
        for name, value in changes.items()
    }
    call_id = office.add_call(agent_id=office.sanna_id)
    with pytest.raises(BadDataError, match=told):
        record_handover(
            office.database, officer, draft(office, **{"call_ids": (call_id,), **meant}), clock=office.clock
        )
    with office.database.read() as session:
        assert session.scalars(select(HandoverRow)).all() == []


def test_nobody_records_without_the_task_nor_of_calls_that_he_does_not_see(office: Office) -> None:
    call_id, person_id = office.add_call(agent_id=office.sanna_id), office.add_person("Aino", "Virtanen")
    trainer = office.actor(office.add_account("tiina", SEE_ALL))
    blind = office.actor(office.add_account("pekka", Task.RECORD_DISCLOSURES))
    with pytest.raises(RefusedError):
        record_handover(office.database, trainer, draft(office, call_ids=(call_id,)), clock=office.clock)
    with pytest.raises(BadDataError, match="no such call"):
        record_handover(office.database, blind, draft(office, call_ids=(call_id,)), clock=office.clock)
    contact = draft(office, contents=frozenset({Content.CONTACT}), person_ids=(person_id,))
    with pytest.raises(BadDataError, match="no such person"):
        record_handover(office.database, blind, contact, clock=office.clock)
    with office.database.read() as session:
        refused = session.scalars(select(AuditRow).where(AuditRow.action == Action.REFUSED)).all()
        assert [row.login for row in refused] == ["tiina"]


def test_mistake_is_voided_once_with_its_reason_and_stays(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    number = record_handover(office.database, officer, draft(office, call_ids=(call_id,)), clock=office.clock)
    with pytest.raises(BadDataError):
        void_handover(office.database, officer, number, reason=" ", clock=office.clock)
    void_handover(office.database, officer, number, reason="väärä puhelu", clock=office.clock)
    told = view_handover(office.database, officer, number, clock=office.clock)
    assert (told.voided_by, told.void_reason) == ("paula", "väärä puhelu")
    with pytest.raises(NotFoundError):
        void_handover(office.database, officer, number, reason="again", clock=office.clock)
    with office.database.read() as session:
        assert [one.id for one in handovers_of_call(session, call_id)] == [number]
        assert handovers_of_subject(session, call_ids=[call_id]) == ()  # it never happened: no subject is told of it


def test_data_subject_is_told_of_his_own_and_of_nobody_elses(office: Office, officer: Actor) -> None:
    aino, matti = office.add_person("Aino", "Virtanen"), office.add_person("Matti", "Meikäläinen")
    first, second = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    both = draft(office, contents=frozenset({Content.AUDIO}), call_ids=(first, second))
    of_both = record_handover(office.database, officer, both, clock=office.clock)
    contacts = draft(office, contents=frozenset({Content.CONTACT}), person_ids=(aino, matti))
    of_contacts = record_handover(office.database, officer, contacts, clock=office.clock)
    with office.database.read() as session:
        assert [one.id for one in handovers_of_person(session, matti)] == [of_contacts]
        told = handovers_of_subject(session, call_ids=[first], person_id=aino)
        assert [(one.id, one.call_ids, one.person_ids) for one in told] == [
            (of_contacts, (), (aino,)),
            (of_both, (first,), ()),
        ]
        assert handovers_of_subject(session) == ()


def test_list_goes_on_to_older_ones_and_is_audited(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    numbers = [
        record_handover(office.database, officer, draft(office, call_ids=(call_id,)), clock=office.clock)
        for _ in range(3)
    ]
    page = list_handovers(office.database, officer, most=2, clock=office.clock)
    assert [one.id for one in page.handovers] == numbers[:0:-1]
    older = list_handovers(office.database, officer, before=page.older, most=2, clock=office.clock)
    assert ([one.id for one in older.handovers], older.older) == (numbers[:1], None)
    with office.database.read() as session:
        shown = session.scalars(select(AuditRow.detail).where(AuditRow.action == Action.DISCLOSURES_SHOWN)).all()
        assert [json.loads(detail or "")["handovers"] for detail in shown] == [numbers[:0:-1], numbers[:1]]


def test_who_may_not_know_is_told_as_if_there_were_none(office: Office, officer: Actor) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    number = record_handover(office.database, officer, draft(office, call_ids=(call_id,)), clock=office.clock)
    trainer = office.actor(office.add_account("tiina", SEE_ALL))
    for attempt in (number, number + 1):
        with pytest.raises(NotFoundError):
            view_handover(office.database, trainer, attempt, clock=office.clock)
    with pytest.raises(NotFoundError):
        list_handovers(office.database, trainer, clock=office.clock)
    with pytest.raises(NotFoundError):
        view_handover(office.database, officer, 2**70, clock=office.clock)
    with office.database.read() as session:
        assert handovers_told(session, trainer, call_id=call_id) == ()
        assert len(handovers_told(session, officer, call_id=call_id)) == 1

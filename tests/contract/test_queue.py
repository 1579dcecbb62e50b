"""The queue of calls of which nobody has said whose they were: who sees which, in what order, and what is audited."""

import json
from dataclasses import dataclass

import pytest
from fixtures_rights import ALL_CALLS, OWN_CALLS, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from ledger_link.linking.link import LinkStatus
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.calls.catalogue import get_call
from rights.calls.queue import COUNTED_AT_MOST, QueueCounts, QueueKind, list_queue, queue_counts
from rights.calls.viewing import view_call_with_cards
from rights.linking.customer_links import decide_link
from rights.tables import AuditRow

SHARED = "+358401000001"


@dataclass
class Queues:
    """An office where Aino and Pekka share a number, with somebody who links all calls and two who link their own."""

    office: Office
    aino: int
    pekka: int
    olli: Actor
    sanna: Actor
    mikko: Actor

    def waiting(self, actor: Actor, kind: QueueKind = QueueKind.OPEN) -> list[str]:
        page = list_queue(self.office.database, actor, kind, limit=50, clock=self.office.clock)
        return [call.id for call in page.calls]

    def decide(self, actor: Actor, call_id: str, *person_ids: int) -> None:
        decide_link(self.office.database, actor, call_id, person_ids, clock=self.office.clock)

    def counts(self, actor: Actor) -> QueueCounts:
        with self.office.database.read() as session:
            return queue_counts(session, actor)

    def audited(self, action: Action) -> list[AuditRow]:
        with self.office.database.read() as session:
            return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


@pytest.fixture
def queues(office: Office) -> Queues:
    own = (*OWN_CALLS, Task.LINK_CUSTOMERS)
    return Queues(
        office,
        office.add_person("Aino", "Virtanen", SHARED),
        office.add_person("Pekka", "Virtanen", SHARED),
        office.actor(office.add_account("olli", *ALL_CALLS, Task.LINK_CUSTOMERS)),
        office.actor(office.add_account("sanna", *own, agent_id=office.sanna_id)),
        office.actor(office.add_account("mikko", *own, agent_id=office.mikko_id)),
    )


def test_what_waits_is_what_neither_rule_nor_person_could_say(queues: Queues) -> None:
    office = queues.office
    office.add_person("Salla", "Salo", "+358401000002")
    shared = office.add_call(agent_id=office.sanna_id)
    unknown = office.add_call(agent_id=office.mikko_id, caller_e164="+358401000999")
    office.add_call(agent_id=office.sanna_id, caller_e164="+358401000002")
    withheld = office.add_call(agent_id=office.sanna_id, caller_e164=None, caller_withheld=True)
    assert queues.waiting(queues.olli) == [unknown, shared]
    assert queues.waiting(queues.olli, QueueKind.WITHHELD) == [withheld]
    assert queues.counts(queues.olli) == QueueCounts(open=2, withheld=1)
    queues.decide(queues.olli, shared, queues.pekka)
    queues.decide(queues.olli, unknown)
    queues.decide(queues.olli, withheld)
    assert queues.counts(queues.olli) == QueueCounts(open=0, withheld=0)
    assert queues.waiting(queues.olli) == queues.waiting(queues.olli, QueueKind.WITHHELD) == []


def test_everybody_sees_the_calls_that_he_may_see(queues: Queues) -> None:
    office = queues.office
    sannas, mikkos = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    nobodys = office.add_call(agent_id=None, recorded=False)
    assert queues.waiting(queues.sanna) == [sannas]
    assert queues.waiting(queues.mikko) == [mikkos]
    assert queues.waiting(queues.olli) == [nobodys, mikkos, sannas]
    assert queues.counts(queues.mikko) == QueueCounts(open=1, withheld=0)


def test_an_agent_says_whose_his_own_calls_were_and_no_others(queues: Queues) -> None:
    office = queues.office
    sannas, mikkos = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.mikko_id)
    queues.decide(queues.sanna, sannas, queues.aino)
    with office.database.read() as session:
        link = get_call(session, queues.sanna, sannas).link
    assert (link.status, link.decided_by) == (LinkStatus.ONE, "sanna")
    with pytest.raises(NotFoundError):
        queues.decide(queues.sanna, mikkos, queues.aino)
    hearer = office.actor(office.add_account("kuuntelija", *OWN_CALLS, agent_id=office.mikko_id))
    with pytest.raises(RefusedError):
        queues.decide(hearer, mikkos, queues.aino)


def test_pages_follow_each_other_whatever_is_decided_meanwhile(queues: Queues) -> None:
    office = queues.office
    calls = [office.add_call(agent_id=office.sanna_id) for _ in range(5)][::-1]

    def page(cursor: str | None) -> tuple[list[str], str | None, str | None]:
        found = list_queue(office.database, queues.olli, QueueKind.OPEN, cursor=cursor, limit=2, clock=office.clock)
        return [call.id for call in found.calls], found.next_cursor, found.previous_cursor

    first, older, newer = page(None)
    assert (first, newer) == (calls[:2], None)
    queues.decide(queues.olli, calls[1])
    queues.decide(queues.olli, calls[2])
    second, oldest, newer = page(older)
    assert (second, oldest) == (calls[3:], None)
    assert page(newer)[0] == [calls[0]]
    with pytest.raises(BadDataError):
        page("nowhere")


def test_a_page_is_audited_by_its_calls_and_whom_it_offered(queues: Queues) -> None:
    call_id = queues.office.add_call(agent_id=queues.office.sanna_id)
    queues.waiting(queues.sanna)
    row = queues.audited(Action.CALLS_LISTED)[-1]
    detail = {"filter": {"queue": "open"}, "calls": [call_id], "persons": [queues.aino, queues.pekka]}
    assert (row.login, json.loads(row.detail or "")) == ("sanna", detail)
    trainer = queues.office.actor(queues.office.add_account("tiina", *ALL_CALLS))
    with pytest.raises(RefusedError):
        queues.waiting(trainer)
    assert json.loads(queues.audited(Action.REFUSED)[-1].detail or "")["wanted"] == "queue"
    assert queues.counts(trainer) == QueueCounts(open=0, withheld=0)


def test_counting_ends_where_nobody_would_work_it_off(queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNTED_AT_MOST == 100
    monkeypatch.setattr("rights.calls.queue.COUNTED_AT_MOST", 2)
    for _ in range(3):
        queues.office.add_call(agent_id=None)
    assert queues.counts(queues.olli).open == 2


def test_no_card_is_opened_by_itself_for_a_shared_number(queues: Queues) -> None:
    office = queues.office
    call_id = office.add_call(agent_id=office.sanna_id)
    viewed = view_call_with_cards(office.database, queues.sanna, call_id, clock=office.clock)
    assert viewed.cards == ()
    assert [candidate.person.id for candidate in viewed.candidates] == [queues.aino, queues.pekka]
    trainer = office.actor(office.add_account("tiina", *ALL_CALLS))
    viewed = view_call_with_cards(office.database, trainer, call_id, clock=office.clock)
    assert (viewed.cards, viewed.candidates, viewed.standings) == ((), (), {})  # nobody to choose for him
    queues.decide(queues.sanna, call_id, queues.aino, queues.pekka)
    viewed = view_call_with_cards(office.database, trainer, call_id, clock=office.clock)
    assert [card.person.id for card in viewed.cards] == [queues.aino, queues.pekka]
    assert [[person.name for person in entry.persons] for entry in viewed.decisions] == [
        ["Aino Virtanen", "Pekka Virtanen"]
    ]

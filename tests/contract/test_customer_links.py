"""Linking a call by hand: who may, and that it is accounted for."""

import json
from datetime import date

import pytest
from fixtures_rights import ALL_CALLS, OWN_CALLS, Office
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from calls.identity import new_call_id
from calls.outcome import CallState
from ledger_link.linking.link import LinkStatus
from ledger_link.linking.link_decisions import Withdrawal
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import get_call
from rights.calls.viewing import list_calls, permitted_call, view_call, view_call_with_cards
from rights.linking.customer_links import decide_link, view_links
from rights.linking.link_withdrawals import view_decided, withdraw_link
from rights.register.register_search import search_register
from rights.tables import AuditRow


def audited(office: Office, action: Action) -> list[AuditRow]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


def test_decision_is_kept_and_audited(office: Office) -> None:
    aino = office.add_person("Aino", "Virtanen")
    call_id = office.add_call(agent_id=office.sanna_id)
    tasks = (*OWN_CALLS, Task.LINK_CUSTOMERS)
    sanna = office.actor(office.add_account("sanna", *tasks, agent_id=office.sanna_id))
    decide_link(office.database, sanna, call_id, [aino], clock=office.clock)
    with office.database.read() as session:
        link = get_call(session, sanna, call_id).link
    assert (link.status, link.decided_by, link.decided_at) == (LinkStatus.ONE, "sanna", office.clock.now())
    decide_link(office.database, sanna, call_id, [], clock=office.clock)
    with office.database.read() as session:
        assert get_call(session, sanna, call_id).link.status is LinkStatus.NONE
    rows = audited(office, Action.LINK_DECIDED)
    assert [(row.login, row.call_id, json.loads(row.detail or "")) for row in rows] == [
        ("sanna", call_id, {"persons": [aino]}),
        ("sanna", call_id, {"persons": []}),
    ]


def test_a_withdrawal_is_permitted_and_audited_as_a_decision_is(office: Office) -> None:
    aino = office.add_person("Aino", "Virtanen")
    call_id = office.add_call(agent_id=office.sanna_id)
    tasks = (*OWN_CALLS, Task.LINK_CUSTOMERS)
    sanna = office.actor(office.add_account("sanna", *tasks, agent_id=office.sanna_id))
    mikko = office.actor(office.add_account("mikko", *tasks, agent_id=office.mikko_id))
    hearer = office.actor(office.add_account("trainer", *ALL_CALLS))
    decide_link(office.database, sanna, call_id, [aino], clock=office.clock)
    decision = view_links(office.database, sanna, call_id, clock=office.clock).decisions[-1].id
    for actor, error in ((mikko, NotFoundError), (hearer, RefusedError)):
        with pytest.raises(error):
            withdraw_link(office.database, actor, call_id, decision, clock=office.clock)
        with pytest.raises(error):
            view_decided(office.database, actor, call_id, clock=office.clock)
    assert view_decided(office.database, sanna, call_id, clock=office.clock).standing is not None
    for seen, outcome in (
        (decision + 1, Withdrawal.SUPERSEDED),
        (decision, Withdrawal.DONE),
        (decision, Withdrawal.NOTHING),
    ):
        assert withdraw_link(office.database, sanna, call_id, seen, clock=office.clock) is outcome
    assert view_decided(office.database, sanna, call_id, clock=office.clock).standing is None
    assert [(row.login, row.call_id) for row in audited(office, Action.REFUSED)] == [
        ("mikko", call_id),
        ("mikko", call_id),
        ("trainer", call_id),
        ("trainer", call_id),
    ]
    rows = [json.loads(row.detail or "") for row in audited(office, Action.LINK_DECIDED)]
    assert rows == [{"persons": [aino]}, {"persons": [aino], "withdraws": decision}]


def test_refused_decisions_change_nothing_and_are_audited(office: Office) -> None:
    call_id = office.add_call(agent_id=office.mikko_id)
    linker = office.actor(office.add_account("sanna", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.sanna_id))
    hearer = office.actor(office.add_account("trainer", *ALL_CALLS))
    with pytest.raises(NotFoundError, match="no such call"):
        decide_link(office.database, linker, call_id, [], clock=office.clock)
    with pytest.raises(RefusedError, match="link-customers"):
        decide_link(office.database, hearer, call_id, [], clock=office.clock)
    with pytest.raises(NotFoundError, match="no such person"):
        decide_link(
            office.database,
            office.actor(office.add_account("both", *ALL_CALLS, Task.LINK_CUSTOMERS)),
            call_id,
            [999],
            clock=office.clock,
        )
    rows = audited(office, Action.REFUSED)
    assert [(row.login, row.call_id) for row in rows] == [("sanna", call_id), ("trainer", call_id)]
    assert audited(office, Action.LINK_DECIDED) == []


def test_person_that_no_database_can_have_is_not_found(office: Office) -> None:
    call_id = office.add_call(agent_id=office.mikko_id)
    linker = office.actor(office.add_account("both", *ALL_CALLS, Task.LINK_CUSTOMERS))
    for beyond in (2**31, 10**40, 0, -1):
        with pytest.raises(NotFoundError, match="no such person"):
            decide_link(office.database, linker, call_id, [beyond], clock=office.clock)


def test_looks_tell_whose_names_were_shown(office: Office) -> None:
    aino, pekka = office.add_person("Aino", "Virtanen", "+358401000001"), office.add_person("Pekka", "Virtanen")
    salla = office.add_person("Salla", "Salo")
    linker = office.actor(office.add_account("both", *ALL_CALLS, Task.LINK_CUSTOMERS))
    share_lease(office, aino, pekka)
    call_id = office.add_call(agent_id=None)
    assert view_call(office.database, linker, call_id, clock=office.clock).link.persons[0].id == aino
    viewed = view_call_with_cards(office.database, linker, call_id, clock=office.clock)
    assert [other.person.name for other in viewed.cards[0].leases[0].others] == ["Pekka Virtanen"]
    decide_link(office.database, linker, call_id, [salla], clock=office.clock)
    decide_link(office.database, linker, call_id, [], clock=office.clock)
    links = view_links(office.database, linker, call_id, clock=office.clock)
    assert ([card.person.id for card in links.cards], len(links.decisions)) == ([aino], 2)  # the candidate stays
    shown = [json.loads(row.detail or "")["persons"] for row in audited(office, Action.CALL_SHOWN)]
    assert shown == [[aino], [aino, pekka], [aino, pekka, salla]]


def test_a_search_of_the_register_is_audited_by_whom_it_showed(office: Office) -> None:
    aino, eero = office.add_person("Aino", "Virtanen"), office.add_person("Eero", "Virtanen", "+358401000077")
    call_id = office.add_call(agent_id=office.sanna_id)
    linker = office.actor(office.add_account("both", *ALL_CALLS, Task.LINK_CUSTOMERS))

    def found(text: str) -> list[int]:
        return [hit.person.id for hit in search_register(office.database, linker, call_id, text, clock=office.clock)]

    assert found("virta") == [aino, eero]
    assert found("040\u00a01000077") == [eero]
    assert found("\u202d040 1000077\u202c") == [eero]
    assert found("Xylander") == []
    assert found("  ") == []
    for text in ("vir\x00ta", "\ud800", "x" * 501):
        with pytest.raises(BadDataError):
            found(text)
    rows = audited(office, Action.REGISTER_SEARCHED)
    assert [(row.login, row.call_id, json.loads(row.detail or "")) for row in rows] == [
        ("both", call_id, {"persons": [aino, eero]}),
        ("both", call_id, {"persons": [eero]}),
        ("both", call_id, {"persons": [eero]}),
        ("both", call_id, {"persons": []}),
    ]


def test_refused_searches_of_the_register_are_audited(office: Office) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    trainer = office.actor(office.add_account("trainer", *ALL_CALLS))
    mikko = office.actor(office.add_account("mikko", *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.mikko_id))
    for actor, error in ((trainer, RefusedError), (mikko, NotFoundError)):
        with pytest.raises(error):
            search_register(office.database, actor, call_id, "virta", clock=office.clock)
        with pytest.raises(error):
            view_links(office.database, actor, call_id, clock=office.clock)
    with pytest.raises(NotFoundError):
        permitted_call(office.database, mikko, call_id, wanted="listeners", clock=office.clock)
    rows = audited(office, Action.REFUSED)
    assert [(row.login, row.call_id, json.loads(row.detail or "")["wanted"]) for row in rows] == [
        ("trainer", call_id, "register"),
        ("trainer", call_id, "link"),
        ("mikko", call_id, "register"),
        ("mikko", call_id, "link"),
        ("mikko", call_id, "listeners"),
    ]
    assert audited(office, Action.REGISTER_SEARCHED) == audited(office, Action.CALL_SHOWN) == []


def test_a_list_tells_which_calls_stood_in_it(office: Office) -> None:
    aino = office.add_person("Aino", "Virtanen", "+358401000008")
    office.add_call(agent_id=office.sanna_id)
    calls = [office.add_call(agent_id=office.mikko_id, caller_e164="+358401000008")]
    calls += [office.add_call(agent_id=office.mikko_id) for _ in range(2)]
    mikko = office.actor(office.add_account("mikko", *OWN_CALLS, agent_id=office.mikko_id))
    recorded = CallFilter(state=CallState.RECORDED)
    first = list_calls(office.database, mikko, recorded, limit=2, clock=office.clock)
    list_calls(office.database, mikko, CallFilter(), cursor=first.next_cursor, limit=2, clock=office.clock)
    rows = audited(office, Action.CALLS_LISTED)
    assert [(row.login, json.loads(row.detail or "")) for row in rows] == [
        ("mikko", {"filter": {"state": "recorded"}, "calls": [calls[2], calls[1]], "persons": []}),
        ("mikko", {"filter": {}, "calls": [calls[0]], "persons": [aino]}),
    ]


def share_lease(office: Office, *person_ids: int) -> None:
    """Make persons parties to one lease of today."""
    with office.database.begin() as session:
        building = BuildingRow(
            building_no="B1", name="", street_address="Tallenteentie 4", postal_code="00990", city="Helsinki"
        )
        session.add(building)
        session.flush()
        apartment = ApartmentRow(apartment_no="A1", building_id=building.id, entrance="A", door_number=1, sub_letter="")
        session.add(apartment)
        session.flush()
        lease = LeaseRow(apartment_id=apartment.id, lease_no="V1", starts_on=date(2020, 1, 1))
        session.add(lease)
        session.flush()
        for person_id in person_ids:
            session.add(LeasePartyRow(lease_id=lease.id, person_id=person_id, role="tenant"))


def test_looks_and_refused_looks_are_audited(office: Office) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    trainer = office.actor(office.add_account("trainer", *ALL_CALLS))
    nobody = office.actor(office.add_account("nobody", Task.ADMINISTER_ACCOUNTS))
    assert view_call(office.database, trainer, call_id, clock=office.clock).id == call_id
    for asked in (call_id, new_call_id(), "<script>"):
        with pytest.raises(NotFoundError):
            view_call(office.database, nobody, asked, clock=office.clock)
    assert [(row.login, row.call_id) for row in audited(office, Action.CALL_SHOWN)] == [("trainer", call_id)]
    refused = audited(office, Action.REFUSED)
    assert [(row.login, row.call_id) for row in refused] == [("nobody", call_id), ("nobody", None), ("nobody", None)]
    assert "<script>" not in "".join(row.detail or "" for row in refused)

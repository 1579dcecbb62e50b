"""A call that somebody once said was of a person with a turvakielto, while its page goes on naming the person."""

from collections.abc import Callable
from datetime import date

import pytest
from fixtures_statement import DAY, Statement, StatementMaker

from ledger_link.linking.link_decisions import Withdrawal, decide, decisions_of
from ledger_link.tables.call_links import CallCandidateRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow, PartyRole
from rights.access.actor import Actor
from rights.access.tasks import Task
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import search_calls
from rights.calls.queue import QueueKind, list_queue
from rights.calls.viewing import list_calls, view_call_with_cards
from rights.linking.customer_links import decide_link
from rights.linking.link_withdrawals import withdraw_link
from rights.register.register_view import view_apartment, view_organisation

FOREIGN = "+358401000888"  # nobody's in the register: Helmi called from somebody's telephone


@pytest.fixture
def made(make_statement: StatementMaker) -> Statement:
    return make_statement(non_disclosure=True)


@pytest.fixture
def everything(made: Statement) -> Actor:
    return made.actor("everything", *Task, agent_id=made.office.sanna_id)


@pytest.fixture
def call_id(made: Statement, everything: Actor) -> str:
    """A call from a number of nobody's that was linked to Helmi."""
    office = made.office
    call = office.add_call(agent_id=office.sanna_id, caller_e164=FOREIGN, caller_raw=f"sip:{FOREIGN}@trunk.example")
    decide_link(office.database, everything, call, [made.helmi_id], clock=office.clock)
    return call


def _withdraw(made: Statement, who: Actor, call_id: str) -> None:
    office = made.office
    with office.database.read() as session:
        newest = decisions_of(session, call_id)[-1].id
    assert withdraw_link(office.database, who, call_id, newest, clock=office.clock) is Withdrawal.DONE


def _to_osmo(made: Statement, who: Actor, call_id: str) -> None:
    decide_link(made.office.database, who, call_id, [made.osmo_id], clock=made.office.clock)


def _to_nobody(made: Statement, who: Actor, call_id: str) -> None:
    decide_link(made.office.database, who, call_id, [], clock=made.office.clock)


@pytest.mark.parametrize("afterwards", [_withdraw, _to_osmo, _to_nobody])
def test_the_number_is_not_told_beside_the_name(
    made: Statement, everything: Actor, call_id: str, afterwards: Callable[[Statement, Actor, str], None]
) -> None:
    office = made.office
    afterwards(made, everything, call_id)
    viewed = view_call_with_cards(office.database, everything, call_id, clock=office.clock)
    assert next(person.name for decision in viewed.decisions for person in decision.persons) == "Helmi Kirjava"
    told = [
        viewed.call,
        *list_calls(office.database, everything, CallFilter(), limit=50, clock=office.clock).calls,
        *(
            call
            for kind in QueueKind
            for call in list_queue(office.database, everything, kind, limit=50, clock=office.clock).calls
        ),
    ]
    of_call = [call for call in told if call.id == call_id]
    assert len(of_call) > 1
    assert [call for call in of_call if not call.caller_masked] == []
    assert FOREIGN not in repr((viewed, told))


@pytest.mark.parametrize("afterwards", [_withdraw, _to_osmo, _to_nobody])
@pytest.mark.parametrize("text", [FOREIGN, "0401000888", "0888"])
def test_the_number_does_not_find_the_call(
    made: Statement, everything: Actor, call_id: str, text: str, afterwards: Callable[[Statement, Actor, str], None]
) -> None:
    afterwards(made, everything, call_id)
    with made.office.database.read() as session:
        for wanted in (CallFilter(number=text), CallFilter(text=text)):
            assert search_calls(session, everything, wanted).calls == []


def test_an_apartment_does_not_lead_to_the_call(made: Statement, everything: Actor) -> None:
    """Neither to one that was said to be of somebody with a turvakielto, nor of who lived with her."""
    office = made.office
    earlier = office.add_person("Tauno", "Entinen")
    with office.database.begin() as session:
        lease = LeaseRow(
            lease_no="V-7001",
            apartment_id=made.apartment_id,
            starts_on=date(2010, 1, 1),
            ends_on=date(2019, 12, 31),
        )
        session.add(lease)
        session.flush()
        session.add(LeasePartyRow(lease_id=lease.id, person_id=earlier, role=PartyRole.TENANT))
    for person_ids in ([], [made.helmi_id], [made.osmo_id]):
        call = office.add_call(agent_id=office.sanna_id, caller_e164=FOREIGN, caller_raw="")
        with office.database.begin() as session:
            for persons in (person_ids, [earlier]):
                decide(session, call, persons, decided_by="tiina", apartment_id=made.apartment_id, clock=office.clock)
        record = view_apartment(office.database, everything, made.apartment_id, on=DAY, clock=office.clock).record
        assert (call in {entry.call_id for entry in record.time_line.entries}) is (person_ids == [])


def test_an_employer_does_not_lead_to_the_call(made: Statement, everything: Actor) -> None:
    office = made.office
    for persons in ([], [made.helmi_id]):
        call = office.add_call(agent_id=office.sanna_id, caller_e164=FOREIGN, caller_raw="")
        with office.database.begin() as session:
            for person_ids in (persons, [made.osmo_id]):
                decide(session, call, person_ids, decided_by="tiina", clock=office.clock)
            session.add(
                CallCandidateRow(
                    call_id=call,
                    person_id=made.osmo_id,
                    position=9,
                    rule="number-of-employer",
                    organisation_id=made.organisation_id,
                )
            )
        record = view_organisation(office.database, everything, made.organisation_id, on=DAY, clock=office.clock).record
        assert (call in {entry.call_id for entry in record.time_line.entries}) is (persons == [])

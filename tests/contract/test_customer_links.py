"""Linking a call by hand: who may, and that it is accounted for."""

import json

import pytest
from fixtures_rights import Office
from sqlalchemy import select

from calls.errors import NotFoundError, RefusedError
from calls.identity import new_call_id
from ledger_link.link import LinkStatus
from rights.audit import Action
from rights.catalogue import get_call
from rights.customer_links import decide_link
from rights.tables import AuditRow
from rights.tasks import Task
from rights.viewing import view_call


def audited(office: Office, action: Action) -> list[AuditRow]:
    with office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)))


def test_decision_is_kept_and_audited(office: Office) -> None:
    aino = office.add_person("Aino", "Virtanen")
    call_id = office.add_call(agent_id=office.sanna_id)
    tasks = (Task.OWN_CALLS, Task.LINK_CUSTOMERS)
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


def test_refused_decisions_change_nothing_and_are_audited(office: Office) -> None:
    call_id = office.add_call(agent_id=office.mikko_id)
    linker = office.actor(office.add_account("sanna", Task.OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=office.sanna_id))
    hearer = office.actor(office.add_account("trainer", Task.ALL_CALLS))
    with pytest.raises(NotFoundError, match="no such call"):
        decide_link(office.database, linker, call_id, [], clock=office.clock)
    with pytest.raises(RefusedError, match="link-customers"):
        decide_link(office.database, hearer, call_id, [], clock=office.clock)
    with pytest.raises(NotFoundError, match="no such person"):
        decide_link(
            office.database,
            office.actor(office.add_account("both", Task.ALL_CALLS, Task.LINK_CUSTOMERS)),
            call_id,
            [999],
            clock=office.clock,
        )
    rows = audited(office, Action.REFUSED)
    assert [(row.login, row.call_id) for row in rows] == [("sanna", call_id), ("trainer", call_id)]
    assert audited(office, Action.LINK_DECIDED) == []


def test_looks_and_refused_looks_are_audited(office: Office) -> None:
    call_id = office.add_call(agent_id=office.sanna_id)
    trainer = office.actor(office.add_account("trainer", Task.ALL_CALLS))
    nobody = office.actor(office.add_account("nobody", Task.ADMINISTER_ACCOUNTS))
    assert view_call(office.database, trainer, call_id, clock=office.clock).id == call_id
    for asked in (call_id, new_call_id(), "<script>"):
        with pytest.raises(NotFoundError):
            view_call(office.database, nobody, asked, clock=office.clock)
    assert [(row.login, row.call_id) for row in audited(office, Action.CALL_SHOWN)] == [("trainer", call_id)]
    refused = audited(office, Action.REFUSED)
    assert [(row.login, row.call_id) for row in refused] == [("nobody", call_id), ("nobody", None), ("nobody", None)]
    assert "<script>" not in "".join(row.detail or "" for row in refused)

"""Partners: the calls opened to them by name, with two people, to a day; and nothing else of the house."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from fixtures_rights import AUDIO, OPERATOR, SEE_ALL, Office
from fixtures_web import Browser, Viewer
from flask import url_for
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from privacy.disclosures.handovers import handovers_of_call
from privacy.disclosures.kinds import LegalBasis, Way
from privacy.disclosures.opening import Opening, ask_to_open, close_call, open_calls
from privacy.disclosures.partners import add_partner, calls_of_partner, partner, partners
from rights.access.actor import Actor
from rights.access.approvals import decide
from rights.access.partner_calls import basis_of_call
from rights.access.permit import Permit
from rights.access.scope import ALL
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import get_call, search_calls
from rights.identity.accounts import actor_of, find_account, grant_task
from rights.identity.sessions import start_session
from rights.tables import AuditRow
from web.visitor import TOKEN

DAY = timedelta(days=1)


@pytest.fixture
def officer(office: Office) -> Actor:
    return office.actor(office.add_account("paula", SEE_ALL, Task.RECORD_DISCLOSURES))


@pytest.fixture
def approver(office: Office) -> Actor:
    return office.actor(office.add_account("antti", Task.APPROVE_EXPORTS))


def made_partner(office: Office, *, days: int = 30) -> int:
    with office.database.begin() as session:
        add_partner(
            session,
            login="pertti",
            name="Pertti Perijä",
            organisation="Perintä Oy",
            expires_at=office.clock.now() + days * DAY,
            by=OPERATOR,
            clock=office.clock,
        )
        account = find_account(session, "pertti")
        assert account is not None
        return account.id


def opening(office: Office, *call_ids: str, days: int = 7) -> Opening:
    return Opening(
        call_ids=call_ids,
        until=office.clock.now() + days * DAY,
        basis=LegalBasis.PROCESSOR,
        basis_detail="toimeksianto 12/2026",
        description="perinnän riidan selvitys",
    )


def opened(office: Office, officer: Actor, approver: Actor, account_id: int, *call_ids: str, days: int = 7) -> int:
    wanted = opening(office, *call_ids, days=days)
    asked = ask_to_open(office.database, officer, account_id, wanted, clock=office.clock)
    with office.database.begin() as session:
        decide(session, asked.id, is_approved=True, by=approver, clock=office.clock)
    return open_calls(office.database, officer, account_id, asked.id, clock=office.clock)


def seen(office: Office, account_id: int) -> list[str]:
    with office.database.read() as session:
        return [call.id for call in search_calls(session, office.actor(account_id), CallFilter()).calls]


def test_partner_sees_the_calls_named_and_no_other(office: Office, officer: Actor, approver: Actor) -> None:
    account_id = made_partner(office)
    office.add_person("Aino", "Virtanen", "+358401000001")
    first, second = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.sanna_id)
    assert seen(office, account_id) == []
    number = opened(office, officer, approver, account_id, first)
    assert seen(office, account_id) == [first]
    actor = office.actor(account_id)
    with office.database.read() as session:
        assert get_call(session, actor, first).link.persons == ()
        with pytest.raises(NotFoundError):
            get_call(session, actor, second)
        assert basis_of_call(session, actor, first, clock=office.clock) == "toimeksianto 12/2026"
        assert basis_of_call(session, actor, second, clock=office.clock) is None
        assert basis_of_call(session, officer, first, clock=office.clock) is None
        [handover] = handovers_of_call(session, first)
        assert (handover.id, handover.way, handover.recipient) == (number, Way.PARTNER_ACCOUNT, "Perintä Oy")
        audited = session.scalars(select(AuditRow).where(AuditRow.action == Action.PARTNER_CALLS_OPENED)).one()
        assert json.loads(audited.detail or "")["calls"] == [first]


def test_partner_finds_no_call_by_a_name_of_the_register(office: Office, officer: Actor, approver: Actor) -> None:
    account_id = made_partner(office)
    office.add_person("Aino", "Virtanen", "+358401000001")
    hers = office.add_call(agent_id=office.sanna_id)
    other = office.add_call(agent_id=office.sanna_id, caller_e164="+358401000009")
    opened(office, officer, approver, account_id, hers, other)
    actor = office.actor(account_id)
    with office.database.read() as session:
        for asked in (CallFilter(customer="Virtanen"), CallFilter(text="Virtanen")):
            assert {call.id for call in search_calls(session, actor, asked).calls} == {hers, other}


def test_opening_ends_with_its_time_by_hand_and_with_the_account(
    office: Office, officer: Actor, approver: Actor
) -> None:
    account_id = made_partner(office, days=10)
    first, second = office.add_call(agent_id=office.sanna_id), office.add_call(agent_id=office.sanna_id)
    opened(office, officer, approver, account_id, first)
    opened(office, officer, approver, account_id, second, days=10)
    assert set(seen(office, account_id)) == {first, second}
    with office.database.read() as session:
        [_, of_first] = calls_of_partner(session, account_id)
    office.clock.advance(days=7)
    assert seen(office, account_id) == [second]
    with office.database.read() as session:
        [of_second, of_first] = calls_of_partner(session, account_id)
        assert (of_second.is_open(office.clock.now()), of_first.is_open(office.clock.now())) == (True, False)
    close_call(office.database, officer, account_id, of_second.id, clock=office.clock)
    close_call(office.database, officer, account_id, of_second.id, clock=office.clock)
    assert seen(office, account_id) == []
    with pytest.raises(NotFoundError):
        close_call(office.database, officer, account_id + 1, of_second.id, clock=office.clock)
    office.clock.advance(days=3)
    with office.database.read() as session:
        assert actor_of(session, account_id, office.clock) is None


def test_nobody_opens_alone_or_otherwise_than_approved(office: Office, officer: Actor, approver: Actor) -> None:
    account_id, call_id = made_partner(office), office.add_call(agent_id=office.sanna_id)
    trainer = office.actor(office.add_account("tiina", SEE_ALL))
    wanted = opening(office, call_id)
    with pytest.raises(RefusedError):
        ask_to_open(office.database, trainer, account_id, wanted, clock=office.clock)
    asked = ask_to_open(office.database, officer, account_id, wanted, clock=office.clock)
    with pytest.raises(RefusedError):
        open_calls(office.database, officer, account_id, asked.id, clock=office.clock)
    with office.database.begin() as session, pytest.raises(NotFoundError):
        decide(session, asked.id, is_approved=True, by=officer, clock=office.clock)
    with office.database.begin() as session:
        decide(session, asked.id, is_approved=True, by=approver, clock=office.clock)
    colleague = office.actor(office.add_account("pia", SEE_ALL, Task.RECORD_DISCLOSURES))
    with pytest.raises(RefusedError):
        open_calls(office.database, colleague, account_id, asked.id, clock=office.clock)
    with pytest.raises(NotFoundError):
        open_calls(office.database, officer, account_id, asked.id + 1, clock=office.clock)
    open_calls(office.database, officer, account_id, asked.id, clock=office.clock)
    with pytest.raises(NotFoundError):
        open_calls(office.database, officer, account_id, asked.id, clock=office.clock)
    assert seen(office, account_id) == [call_id]


@pytest.mark.parametrize(
    ("calls", "days", "told"), [(0, 7, "1 to"), (1, 31, "before the account's last"), (2, 7, "no such call")]
)
def test_opening_that_cannot_be_is_refused_when_it_is_asked_for(
    office: Office, officer: Actor, calls: int, days: int, told: str
) -> None:
    account_id = made_partner(office)
    named = [office.add_call(agent_id=office.sanna_id), "0199a1b2-0000-7000-8000-00000000ffff"][:calls]
    with pytest.raises(BadDataError, match=told):
        ask_to_open(office.database, officer, account_id, opening(office, *named, days=days), clock=office.clock)


def test_partner_is_granted_nothing_else_and_is_known_to_few(office: Office, officer: Actor) -> None:
    account_id = made_partner(office)
    for permit in (Task.VIEW_REGISTER, Permit(Task.VIEW_CALLS, ALL)):
        with office.database.begin() as session, pytest.raises(RefusedError, match="by name alone"):
            grant_task(session, login="pertti", permit=permit, reason="x", by=OPERATOR, clock=office.clock)
    with office.database.read() as session:
        assert [one.organisation for one in partners(session, by=officer, clock=office.clock)] == ["Perintä Oy"]
        assert partner(session, account_id, by=officer, clock=office.clock).open_calls == 0
        with pytest.raises(NotFoundError):
            partners(session, by=office.actor(account_id), clock=office.clock)
    assert {permit.task for permit in office.actor(account_id).permits} == {Task.VIEW_CALLS, Task.LISTEN}


def of_partner(viewer: Viewer, account_id: int, *, has_second_factor: bool = True) -> Browser:
    client = viewer.app.test_client()
    with viewer.office.database.begin() as session:
        clock = viewer.office.clock
        begun = start_session(session, account_id=account_id, clock=clock, has_second_factor=has_second_factor)
    with client.session_transaction() as cookie:
        cookie[TOKEN] = begun.token
    return Browser(client, "pertti", account_id)


def test_partner_without_a_second_factor_is_led_to_add_one_and_knows_of_no_call(
    viewer: Viewer, officer: Actor, approver: Actor
) -> None:
    account_id, call_id = made_partner(viewer.office), viewer.heard_call()
    opened(viewer.office, officer, approver, account_id, call_id)
    browser = of_partner(viewer, account_id, has_second_factor=False)
    for address in ("/calls", f"/calls/{call_id}"):
        assert browser.get(address).location == "/account/second-factor", address
    for address in ("/api/calls", f"/api/calls/{call_id}"):
        assert browser.get(address).status_code == HTTPStatus.FORBIDDEN, address
    assert (
        browser.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"}).status_code == HTTPStatus.FORBIDDEN
    )


def test_partners_list_has_the_calls_that_are_open(viewer: Viewer, officer: Actor, approver: Actor) -> None:
    account_id, call_id, other = made_partner(viewer.office), viewer.heard_call(), viewer.heard_call()
    assert "Sinulle ei ole nyt avattu puheluita" in of_partner(viewer, account_id).get("/calls").text
    opened(viewer.office, officer, approver, account_id, call_id)
    listed = of_partner(viewer, account_id).get("/calls").text
    assert f"/calls/{call_id}" in listed
    assert f"/calls/{other}" not in listed
    assert 'name="customer"' not in listed


def test_partner_hears_his_call_and_is_shown_nothing_of_the_register(
    viewer: Viewer, officer: Actor, approver: Actor
) -> None:
    office = viewer.office
    office.add_person("Aino", "Virtanen", "+358401000001")
    account_id, call_id, other = made_partner(office), viewer.heard_call(), viewer.heard_call()
    opened(office, officer, approver, account_id, call_id)
    browser = of_partner(viewer, account_id)
    told = browser.get("/calls").text + browser.get(f"/calls/{call_id}").text + browser.get("/api/calls").text
    assert "Virtanen" not in told
    assert "toimeksianto 12/2026" in told
    begun = browser.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    assert begun.status_code in {200, 201}, begun.text
    audio = begun.get_json()["audio"]
    heard = browser.get(audio, headers={"Range": "bytes=0-99"})
    assert heard.data == AUDIO[:100]
    for address in (
        f"/calls/{other}",
        f"/calls/{call_id}/listeners",
        f"/calls/{call_id}/customer",
        "/register",
        "/register/persons/1",
        "/queue",
        "/privacy/hand-overs/",
        "/privacy/partners/",
        "/accounts/",
    ):
        assert browser.get(address).status_code == 404, address
    office.clock.advance(days=7)
    assert browser.get(audio, headers={"Range": "bytes=0-99"}).status_code in {401, 404}


def test_no_page_at_all_tells_a_partner_of_the_register(viewer: Viewer, officer: Actor, approver: Actor) -> None:
    """Whatever page there is, with identities that are there: a page that is added later is asked too."""
    office = viewer.office
    person_id = office.add_person("Aino", "Virtanen", "+358401000001")
    account_id, call_id = made_partner(office), viewer.heard_call()
    opened(office, officer, approver, account_id, call_id)
    browser = of_partner(viewer, account_id)
    known: dict[str, Any] = {
        "call_id": call_id,
        "person_id": person_id,
        "language": "fi",
        "kind": "recordings-statement",
    }
    told = {}
    with viewer.app.test_request_context():
        for rule in viewer.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in {"static", "ringing.stream", "api.peaks"}:
                arguments: dict[str, Any] = {name: known.get(name, 1) for name in rule.arguments}
                told[rule.endpoint] = browser.get(url_for(rule.endpoint, **arguments))
    assert told["call.show"].status_code == 200
    assert told["person.show"].status_code == told["documents.one"].status_code == 404
    for endpoint, answer in told.items():
        assert answer.status_code < 500, endpoint
        assert b"Virtanen" not in answer.data, endpoint

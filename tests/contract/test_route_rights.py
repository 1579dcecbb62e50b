"""Every route, walked by every role: function level and object level, own object and another's.

On SQLite alone: it is a thousand requests, and what they ask the database is tried on both elsewhere.
"""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from weakref import WeakKeyDictionary

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR, OWN_CALLS, approved
from fixtures_web import Browser, Viewer
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter, Rule

from privacy.disclosures.partners import add_partner
from rights.access.partner_rows import PartnerCallRow, PartnerRow
from rights.access.permit import Permit
from rights.access.roles import get_role
from rights.access.tasks import SCOPED_TASKS, Task
from rights.access.teams import add_leader, add_member, add_team
from rights.calls.reach import hearable, permitted
from rights.tables import AuditRow
from storage.database.calls import CallRow
from storage.database.engine import Database
from web.route_rights import ROUTE_RIGHTS, Door, RouteRight

ROLES = ("agent", "trainer", "supervisor", "privacy-officer", "approver", "administrator")
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
LOGGED_OUT = {HTTPStatus.UNAUTHORIZED, HTTPStatus.SEE_OTHER}
TOKENS: WeakKeyDictionary[FlaskClient, str] = WeakKeyDictionary()  # to ask for each anew would double the requests
STREAMS = {"ringing.stream"}  # it has no end; who may ask for it is tried in test_viewer_ringing.py
STAFF_ALONE = {"call.listeners"}  # a partner is not told who else heard a call that is open to him
NOTHING_TO_DO = {"customer.undo"}  # of a call about which nothing was decided: answered as if it were not there
ALMOST = {"only-listen", "only-export-audio", "only-link-customers"}  # what one does with a call, and sees none
ENDS_ITSELF = {"own_sessions.end_others", "log_in.log_out", "own_sessions.end"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Take SQLite alone."""
    return sqlite_database


def permits_of_role(viewer: Viewer, code: str) -> frozenset[Permit]:
    with viewer.office.database.read() as session:
        return get_role(session, code).permits


def partner_of(viewer: Viewer) -> Browser:
    """Give the browser of somebody of another organisation, to whom no call is open yet."""
    clock = viewer.office.clock
    with viewer.office.database.begin() as session:
        add_partner(
            session,
            login="partner",
            name="Pertti Perijä",
            organisation="Perintä Oy",
            expires_at=clock.now() + timedelta(days=9),
            by=OPERATOR,
            clock=clock,
        )
        account_id = session.scalars(select(PartnerRow.account_id)).one()
    browser = Browser(viewer.app.test_client(), "partner", account_id)
    viewer.log_in(browser)
    return browser


def open_to_partner(viewer: Viewer, browser: Browser, call_id: str) -> None:
    now = viewer.office.clock.now()
    with viewer.office.database.begin() as session:
        session.add(
            PartnerCallRow(
                account_id=browser.account_id,
                call_id=call_id,
                basis="toimeksianto 12/2026",
                opened_at=now,
                opened_by="paula",
                opened_until=now + timedelta(days=1),
            )
        )


@pytest.fixture
def people(viewer: Viewer) -> dict[str, Browser]:
    """Give the browser of one person in each role, of one without any, of a partner, and of one for each task."""
    made = {"nobody": viewer.browser("nobody"), "partner": partner_of(viewer)}
    for code in ROLES:
        agent_id = viewer.office.sanna_id if code == "agent" else None
        made[code] = viewer.browser(code, *permits_of_role(viewer, code), agent_id=agent_id)
    for task in Task:
        made[f"only-{task}"] = viewer.browser(f"only-{task}", task)
    with viewer.office.database.begin() as session:
        team = add_team(session, name="Sannan tiimi", by=OPERATOR, clock=viewer.office.clock)
        member = viewer.office.sanna_id
        add_member(session, team, agent_id=member, since=MORNING, by=OPERATOR, clock=viewer.office.clock)
        leader = made["supervisor"].account_id
        asked = add_leader(session, team, account_id=leader, reason="vetää", by=OPERATOR, clock=viewer.office.clock)
    approved(viewer.office, asked)
    viewer.log_in(made["supervisor"])
    return made


def routes(viewer: Viewer) -> Iterator[tuple[Rule, str, RouteRight]]:
    """Give every rule with each of its methods and what the table says of it; a rule that it lacks fails here."""
    for rule in viewer.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, method, ROUTE_RIGHTS[rule.endpoint]


def address_of(rule: Rule, call_id: str, **more: object) -> str:
    values: dict[str, object] = {
        "call_id": call_id,
        "code": "agent",
        "case_no": "T-2026-0001",
        "copy_id": "00000000-0000-7000-8000-000000000001",
        "session_id": "00000000-0000-7000-8000-000000000001",
        "way": "up",
        "kind": "tenants",
        "language": "fi",
        "filename": "x",
        **more,
    }
    built = rule.build({name: values.get(name, 1) for name in rule.arguments})
    assert built is not None
    return built[1]


def ask(browser: Browser, address: str, method: str, *, with_token: bool) -> HTTPStatus:
    """Ask; a form without its token is refused after the door and before it does anything."""
    if method == "GET":
        return HTTPStatus(browser.get(address).status_code)
    if with_token and browser.client not in TOKENS:
        TOKENS[browser.client] = browser.token()
    token = TOKENS[browser.client] if with_token else ""
    return HTTPStatus(browser.client.post(address, data={"csrf_token": token}).status_code)


def test_the_table_has_every_route_and_no_other(viewer: Viewer) -> None:
    assert {rule.endpoint for rule in viewer.app.url_map.iter_rules()} == set(ROUTE_RIGHTS)
    for endpoint, right in ROUTE_RIGHTS.items():
        is_open = endpoint == "static" or getattr(viewer.app.view_functions[endpoint], "open_to_all", False)
        assert (right.door is Door.OPEN) == is_open, endpoint
        assert (right.door is Door.TASK) == bool(right.any_of), endpoint


def test_a_stranger_comes_to_the_open_routes_alone(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    for rule, method, right in routes(viewer):
        if right.door is not Door.OPEN:
            status = ask(viewer.stranger(), address_of(rule, call_id), method, with_token=True)
            assert status in LOGGED_OUT, rule


def test_each_role_comes_to_its_routes_alone(viewer: Viewer, people: dict[str, Browser]) -> None:
    call_id, refused = viewer.heard_call(), 0
    tasks = {name: viewer.office.actor(browser.account_id).tasks for name, browser in people.items()}
    for rule, method, right in routes(viewer):
        if right.door is not Door.TASK:
            continue
        address = address_of(rule, call_id)
        for name in ("nobody", "partner", *ROLES, *(f"only-{task}" for task in right.any_of)):
            told = (name, rule)
            if tasks[name].isdisjoint(right.any_of):
                assert ask(people[name], address, method, with_token=True) is HTTPStatus.NOT_FOUND, told
                refused += 1
            elif method == "POST":
                status = ask(people[name], address, method, with_token=False)
                assert status in {HTTPStatus.BAD_REQUEST, HTTPStatus.SEE_OTHER}, told
            else:
                status = ask(people[name], address, method, with_token=True)
                assert status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.INTERNAL_SERVER_ERROR}, told
    with viewer.office.database.read() as session:
        audited = session.scalar(select(func.count()).where(AuditRow.action == "refused")) or 0
    assert audited >= refused > len(ROUTE_RIGHTS)


def test_own_and_others_calls_are_there_or_not_by_the_scope(viewer: Viewer, people: dict[str, Browser]) -> None:
    own, other = viewer.heard_call(), viewer.heard_call(agent_id=viewer.office.mikko_id)
    open_to_partner(viewer, people["partner"], own)
    on_calls = [(rule, method, right) for rule, method, right in routes(viewer) if right.on_call]
    seen_by = {"agent": {own}, "trainer": {own, other}, "supervisor": {own}, "partner": {own}}
    seen_by["only-view-calls"] = seen_by["privacy-officer"] = {own, other}
    heard_by = {"agent": {own}, "trainer": {own, other}, "supervisor": {own}, "partner": {own}}
    for name, browser in people.items():
        actor = viewer.office.actor(browser.account_id)
        with viewer.office.database.read() as session:
            sees = set(session.scalars(select(CallRow.id).where(permitted(actor))))
            hears = set(session.scalars(select(CallRow.id).where(hearable(actor))))
        assert (sees, hears) == (seen_by.get(name, set()), heard_by.get(name, set())), name
        listed = browser.get("/api/calls").get_json()["calls"]
        assert {call["id"] for call in listed} == sees, name
        if name.startswith("only-") and not actor.may(Task.VIEW_CALLS) and name not in ALMOST:
            continue  # they see nothing, as nobody does
        for rule, method, right in on_calls:
            if "call_id" not in rule.arguments:
                continue
            for call_id in (own, other):
                status = ask(browser, address_of(rule, call_id), method, with_token=True)
                told = (name, rule, "own" if call_id == own else "other", status)
                is_open = right.door is not Door.TASK or any(actor.may(task) for task in right.any_of)
                is_open = is_open and not (actor.is_partner and rule.endpoint in STAFF_ALONE)
                if call_id not in sees or not is_open:
                    assert status is HTTPStatus.NOT_FOUND, told
                elif right.on_call is Task.VIEW_CALLS and rule.endpoint not in NOTHING_TO_DO:
                    assert status not in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}, told
                elif right.on_call is Task.LISTEN and call_id not in hears:
                    assert status in {*REFUSED, HTTPStatus.PRECONDITION_REQUIRED}, told
                elif right.on_call is Task.EXPORT_AUDIO:
                    assert status in REFUSED, told  # in no role


def test_what_is_ones_own_is_open_to_whoever_is_logged_in(viewer: Viewer) -> None:
    browser, call_id = viewer.browser("nobody"), viewer.heard_call()
    for rule, method, right in routes(viewer):
        if right.door is Door.LOGGED_IN and not right.on_call and rule.endpoint not in STREAMS | ENDS_ITSELF:
            status = ask(browser, address_of(rule, call_id), method, with_token=False)
            assert status is not HTTPStatus.UNAUTHORIZED, rule
            assert status is not HTTPStatus.INTERNAL_SERVER_ERROR, rule


def test_a_route_in_no_table_is_shut_to_everybody(viewer: Viewer, people: dict[str, Browser]) -> None:
    viewer.app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for browser in people.values():
        answer = browser.get("/forgotten")
        assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        assert "secret" not in answer.text


def test_a_number_that_no_column_holds_is_not_there(viewer: Viewer) -> None:
    browser, number = viewer.browser("everything", *Task), 2**31
    for rule, method, _ in routes(viewer):
        numbered = [name for name, converter in rule._converters.items() if isinstance(converter, IntegerConverter)]
        for name in numbered:
            address = address_of(rule, "00000000-0000-7000-8000-000000000001", **{name: number})
            status = ask(browser, address, method, with_token=True)
            assert status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}, rule


def test_every_role_of_a_new_house_knows_only_tasks_that_there_are(viewer: Viewer) -> None:
    for code in ROLES:
        permits = permits_of_role(viewer, code)
        assert permits
        assert Task.EXPORT_AUDIO not in {permit.task for permit in permits}
    administrator = {permit.task for permit in permits_of_role(viewer, "administrator")}
    assert administrator.isdisjoint({Task.LISTEN, Task.APPROVE_GRANTS, *SCOPED_TASKS})
    assert permits_of_role(viewer, "agent") >= {*OWN_CALLS}
    assert permits_of_role(viewer, "trainer") >= {*ALL_CALLS}

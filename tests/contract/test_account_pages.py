"""The administrator's pages: accounts and what they are granted, roles, teams, exclusions; and the second person's."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR
from fixtures_web import Browser, Viewer
from sqlalchemy import Engine, event, select

from rights.access.permissions import permissions_of
from rights.access.permit import Permit
from rights.access.scope import ALL, OWN, TEAM
from rights.access.tasks import Task
from rights.identity.accounts import get_account
from rights.tables import AuditRow
from storage.database.engine import Database

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def administrator(viewer: Viewer) -> Browser:
    return viewer.administrator()


@pytest.fixture
def approver(viewer: Viewer) -> Browser:
    return viewer.browser("heikki", Task.APPROVE_GRANTS)


def done(viewer: Viewer, login: str = "pekka") -> list[str]:
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow.action).where(AuditRow.login == login).order_by(AuditRow.id))
        return [action for action in rows if action != "refused"]


def test_an_account_is_added_with_a_role_and_its_link_seen_once(viewer: Viewer, administrator: Browser) -> None:
    form = {
        "name": "Åsa Ek", "login": "asa.ek", "agent_id": str(viewer.office.mikko_id), "what": "role:agent",
        "until": "31.12.2026", "reason": "uusi työntekijä",
    }  # fmt: skip
    added = administrator.post("/accounts/new", form, headers=ENGLISH)
    assert added.status_code == HTTPStatus.OK
    found = re.search(r"http://127\.0\.0\.1:8080(/link/[\w-]{43})<", added.text)
    assert found is not None
    assert "1 permission waits until a second person approves it" in added.text
    newcomer = viewer.stranger()
    assert newcomer.get(found[1]).location == "/password"
    assert "Åsa Ek" in newcomer.get("/password").text
    listed = administrator.get("/accounts/", headers=ENGLISH).text
    assert "asa.ek" in listed
    assert ">Agent</span>" in listed
    assert "1 waits for approval" in listed
    assert found[1] not in listed
    with viewer.office.database.read() as session:
        account = get_account(session, login="asa.ek", by=OPERATOR, clock=viewer.office.clock)
        rows = permissions_of(session, account.id)
    assert account.permits == {
        Permit(Task.VIEW_CALLS, OWN), Permit(Task.LINK_CUSTOMERS), Permit(Task.VIEW_REGISTER),
    }  # fmt: skip
    assert account.agent_id == viewer.office.mikko_id
    assert account.created_by == "pekka"
    midnight = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)  # of Finland, after the last day
    assert {(row.role, row.reason, row.valid_until) for row in rows} == {("agent", "uusi työntekijä", midnight)}


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "  "}, {"name": "a\0b"}, {"login": " "}, {"login": "a"}, {"login": "a b"},
     {"login": "PEKKA"}, {"agent_id": ""}, {"agent_id": "99"}, {"agent_id": "9" * 30}, {"what": "task:everything"},
     {"what": "role:king"}, {"what": ""}, {"what": "task:listen", "scope": ""}, {"what": "task:listen", "scope": "x"},
     {"what": "task:listen", "scope": "service:+358999"}, {"reason": ""}, {"reason": " "}, {"reason": "x" * 1001},
     {"until": "1.11.2026"}, {"until": "31.12.9999"}, {"until": "x"}],
    ids=str,
)  # fmt: skip
def test_a_wrong_account_is_refused_with_its_form(
    viewer: Viewer, administrator: Browser, wrong: dict[str, object]
) -> None:
    form = {"name": "Åsa Ek", "login": "asa", "agent_id": str(viewer.office.mikko_id), "what": "role:agent",
            "reason": "r"}  # fmt: skip
    refused = administrator.post("/accounts/new", {**form, **wrong})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "/link/" not in refused.text
    assert 'class="error"' in refused.text


def test_what_is_granted_at_once_and_taken_away_ends_the_sessions(viewer: Viewer, administrator: Browser) -> None:
    sanna = viewer.sanna()
    address = f"/accounts/{sanna.account_id}"
    assert sanna.get("/calls").status_code == HTTPStatus.OK
    form = {"what": "task:view-register", "scope": "all", "until": "3.11.2026", "reason": "sijaistaa"}
    granted = administrator.post(f"{address}/grants/new", form)
    assert granted.location == address
    assert sanna.get("/calls").status_code == HTTPStatus.SEE_OTHER
    page = administrator.get(address, headers=ENGLISH).text
    assert "sijaistaa" in page
    assert "Granted by pekka, 2 Nov 2026" in page
    assert "until 3 Nov 2026<" in page  # the last day, not the midnight after it
    viewer.log_in(sanna)
    with viewer.office.database.read() as session:
        [row] = [row for row in permissions_of(session, sanna.account_id) if row.task == "view-register"]
    assert administrator.post(f"{address}/grants/{row.id}/end").location == address
    assert sanna.get("/calls").status_code == HTTPStatus.SEE_OTHER
    assert not viewer.office.actor(sanna.account_id).may(Task.VIEW_REGISTER)
    assert "1 permission that has ended" in administrator.get(address, headers=ENGLISH).text
    assert administrator.post(f"{address}/grants/999/end").status_code == HTTPStatus.NOT_FOUND
    assert done(viewer) == ["task-granted", "task-revoked"]


def test_every_task_can_be_granted_on_its_page(viewer: Viewer, administrator: Browser, approver: Browser) -> None:
    mikko = viewer.office.add_account("mikko", agent_id=viewer.office.mikko_id)
    for task in Task:
        form = {"what": f"task:{task}", "scope": "team", "reason": "kaikki"}
        assert administrator.post(f"/accounts/{mikko}/grants/new", form).location == f"/accounts/{mikko}", task
    page = approver.get("/approvals/", headers=ENGLISH).text
    assert "Mikko Example" in page
    assert 'class="count"' in page
    for number in re.findall(r'action="/approvals/(\d+)"', page):
        approver.post(f"/approvals/{number}", {"verdict": "approve"})
    assert viewer.office.actor(mikko).tasks == set(Task)
    assert viewer.office.actor(mikko).scopes(Task.LISTEN) == {TEAM}


def test_a_second_person_approves_or_refuses(viewer: Viewer, administrator: Browser, approver: Browser) -> None:
    tiina = viewer.browser("tiina")
    address = f"/accounts/{tiina.account_id}"
    form = {"what": "task:listen", "scope": "service:+358102002000", "reason": "ruotsinkielinen koulutus"}
    asked = administrator.post(f"{address}/grants/new", form)
    assert asked.location == address
    told = administrator.get(address, headers=ENGLISH).text
    assert "Waits for a second person" in told
    assert "Listening: calls of Kundtjänst" in told
    assert not viewer.office.actor(tiina.account_id).may(Task.LISTEN)
    mine = administrator.get("/approvals/", headers=ENGLISH).text
    assert "Nothing waits for you" in mine
    assert "Waits</span>" in mine
    page = approver.get("/approvals/", headers=ENGLISH).text
    [number] = re.findall(r'action="/approvals/(\d+)"', page)
    assert "ruotsinkielinen koulutus" in page
    assert administrator.post(f"/approvals/{number}", {"verdict": "approve"}).status_code == HTTPStatus.NOT_FOUND
    for wrong in ({"verdict": "refuse"}, {"verdict": ""}, {"verdict": "perhaps"}, {}):
        again = approver.post(f"/approvals/{number}", wrong)
        assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    refused = approver.post(f"/approvals/{number}", {"verdict": "refuse", "note": "ei kuulu tehtäviin"})
    assert refused.location == "/approvals/"
    assert "ei kuulu tehtäviin" in administrator.get("/approvals/", headers=ENGLISH).text
    assert approver.post(f"/approvals/{number}", {"verdict": "approve"}).status_code == HTTPStatus.NOT_FOUND
    administrator.post(f"{address}/grants/new", form)
    [number] = re.findall(r'action="/approvals/(\d+)"', approver.get("/approvals/").text)
    approver.post(f"/approvals/{number}", {"verdict": "approve"})
    assert {str(permit) for permit in viewer.office.actor(tiina.account_id).permits} == {"listen:service:+358102002000"}
    assert "approved by heikki" in administrator.get(address, headers=ENGLISH).text
    assert done(viewer, "heikki") == ["approval-refused", "approval-given"]


def test_what_is_grave_asks_again_who_it_is(viewer: Viewer, administrator: Browser, approver: Browser) -> None:
    tiina = viewer.office.add_account("tiina")
    form = {"what": "task:listen", "scope": "all", "reason": "koulutus"}
    administrator.post(f"/accounts/{tiina}/grants/new", form)
    [number] = re.findall(r'action="/approvals/(\d+)"', approver.get("/approvals/").text)
    administrator.post("/teams/", {"name": "Pohjoinen"})
    excluded = {"agent_id": viewer.office.sanna_id, "reason": "luottamusmies"}
    assert administrator.post("/exclusions/", excluded).status_code == HTTPStatus.SEE_OTHER
    viewer.office.clock.advance(minutes=11)
    for browser, address, posted in (
        (administrator, f"/accounts/{tiina}/link", {}),
        (administrator, f"/accounts/{tiina}/agent", {"agent_id": viewer.office.sanna_id}),
        (administrator, f"/accounts/{tiina}/enable", {}),
        (administrator, "/teams/1/members", {"agent_id": viewer.office.sanna_id}),
        (administrator, "/exclusions/1/end", {"because": "ei enää"}),
        (approver, "/account/sessions/end-others", {}),
        (approver, f"/account/sessions/{UUID(int=0)}/end", {}),
        (administrator, f"/accounts/{tiina}/grants/new", {**form, "what": "task:view-register"}),
        (administrator, "/accounts/new", {}),
        (administrator, "/roles/agent", {}),
        (approver, f"/approvals/{number}", {"verdict": "approve"}),
    ):
        answer = browser.post(address, posted)
        assert answer.status_code == HTTPStatus.SEE_OTHER, address
        assert "/confirm" in answer.location, address
    changed = viewer.office.actor(tiina)
    assert (changed.permits, changed.agent_id) == (frozenset(), None)
    assert "one-time-link-made" not in done(viewer)


def test_accounts_are_disabled_and_enabled(viewer: Viewer, administrator: Browser) -> None:
    sanna = viewer.sanna()
    address = f"/accounts/{sanna.account_id}"
    asked = administrator.get(f"{address}/disable", headers=ENGLISH)
    assert "Disable the account of Sanna Example?" in asked.text
    assert sanna.get("/calls").status_code == HTTPStatus.OK
    administrator.post(f"{address}/disable")
    assert sanna.get("/calls").status_code == HTTPStatus.SEE_OTHER
    assert administrator.post(f"{address}/link").status_code == HTTPStatus.BAD_REQUEST
    administrator.post(f"{address}/enable")
    assert "/link/" in administrator.post(f"{address}/link").text
    assert administrator.get("/accounts/999").status_code == HTTPStatus.NOT_FOUND
    assert done(viewer) == ["account-disabled", "account-enabled", "one-time-link-made"]


def test_the_last_administrator_stays_one_and_changes_nothing_of_his_own(
    viewer: Viewer, administrator: Browser
) -> None:
    address = f"/accounts/{administrator.account_id}"
    with viewer.office.database.read() as session:
        [row] = permissions_of(session, administrator.account_id)
    for where in ("disable", f"grants/{row.id}/end"):
        refused = administrator.post(f"{address}/{where}", {}, headers=ENGLISH)
        assert refused.status_code == HTTPStatus.CONFLICT, where
        assert "Nobody else could administer accounts then" in refused.text
    for what in ("task:listen", "task:view-register", "role:trainer"):
        form = {"what": what, "scope": "all", "reason": "itselleni"}
        assert administrator.post(f"{address}/grants/new", form).status_code == HTTPStatus.FORBIDDEN, what
    own_agent = {"agent_id": str(viewer.office.sanna_id)}
    assert administrator.post(f"{address}/agent", own_agent).status_code == HTTPStatus.FORBIDDEN
    page = administrator.get(address, headers=ENGLISH).text
    assert "Nobody grants himself anything" in page
    assert f'action="{address}/agent"' not in page
    assert f"{address}/grants/new" not in page
    viewer.browser("asa", Task.ADMINISTER_ACCOUNTS)
    assert administrator.post(f"{address}/grants/{row.id}/end").status_code == HTTPStatus.SEE_OTHER
    assert administrator.get("/accounts/").status_code == HTTPStatus.SEE_OTHER


def test_the_agent_is_changed_and_hearing_is_asked_for_anew(viewer: Viewer, administrator: Browser) -> None:
    sanna = viewer.sanna()
    address = f"/accounts/{sanna.account_id}/agent"
    assert administrator.post(address, {"agent_id": "99"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    moved = administrator.post(address, {"agent_id": str(viewer.office.mikko_id)})
    assert moved.status_code == HTTPStatus.SEE_OTHER
    actor = viewer.office.actor(sanna.account_id)
    assert (actor.agent_id, actor.permits) == (viewer.office.mikko_id, frozenset({Permit(Task.VIEW_CALLS, OWN)}))
    assert "Waits for a second person" in administrator.get(moved.location, headers=ENGLISH).text
    administrator.post(address, {"agent_id": ""})
    assert viewer.office.actor(sanna.account_id).agent_id is None
    form = {"what": "task:view-calls", "scope": "own", "reason": "x"}
    refused = administrator.post(f"/accounts/{sanna.account_id}/grants/new", form, headers=ENGLISH)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The account has no own calls" in refused.text


def test_roles_are_added_changed_and_retired(administrator: Browser) -> None:
    names = {"name_fi": "Perintä", "name_sv": "Indrivning", "name_en": "Collection"}
    for wrong in ({}, names, {**names, "tasks": ["x"]}, {**names, "scope_listen": "x"}, {**names, "name_sv": ""}):
        assert administrator.post("/roles/new", wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    chosen = {**names, "tasks": ["view-ledger"], "scope_listen": "team", "scope_view_calls": "service:+358102002000"}
    assert administrator.post("/roles/new", chosen).location == "/roles/"
    page = administrator.get("/roles/", headers=ENGLISH).text
    assert "Listening: calls of one&#39;s own team" in page
    assert "See calls: calls of Kundtjänst" in page
    shown = administrator.get("/roles/collection").text
    assert 'value="view-ledger" checked' in shown
    assert 'selected value="team"' in shown
    assert administrator.post("/roles/new", chosen).status_code == HTTPStatus.BAD_REQUEST
    assert administrator.post("/roles/collection", {**chosen, "is_retired": "y"}).location == "/roles/"
    offered = administrator.get("/accounts/new").text
    assert 'value="role:agent"' in offered
    assert 'value="role:collection"' not in offered
    assert administrator.get("/roles/nobody").status_code == HTTPStatus.NOT_FOUND


def approve(approver: Browser, *said: str) -> None:
    """Approve the one thing that waits, of which the page says this."""
    page = approver.get("/approvals/", headers=ENGLISH).text
    waiting = page[page.index('class="waiting-list"') :]
    for words in said:
        assert words in waiting
    [number] = re.findall(r'action="/approvals/(\d+)"', waiting)
    assert approver.post(f"/approvals/{number}", {"verdict": "approve"}).status_code == HTTPStatus.SEE_OTHER


def test_teams_are_kept(viewer: Viewer, administrator: Browser, approver: Browser) -> None:
    esa = viewer.browser("esa", Permit(Task.VIEW_CALLS, TEAM), Permit(Task.LISTEN, TEAM))
    call_id = viewer.heard_call()
    assert "No teams yet" in administrator.get("/teams/", headers=ENGLISH).text
    made = administrator.post("/teams/", {"name": "Pohjoinen"})
    assert made.location == "/teams/1"
    for wrong in ("", "x" * 101, "Pohjoinen", "a\0"):
        assert administrator.post("/teams/", {"name": wrong}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    assert esa.get(f"/calls/{call_id}").status_code == HTTPStatus.NOT_FOUND
    chosen = {"account_id": str(esa.account_id)}
    assert administrator.post("/teams/1/leaders", chosen).status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # no reason
    administrator.post("/teams/1/leaders", {**chosen, "leader_reason": "uusi esihenkilö"})
    assert "uusi esihenkilö" in administrator.get("/teams/1").text
    assert esa.get("/calls").status_code == HTTPStatus.OK
    approve(approver, "Esa Example (esa)")
    assert "uusi esihenkilö" not in administrator.get("/teams/1").text
    assert esa.get("/calls").status_code == HTTPStatus.SEE_OTHER  # his permissions changed
    viewer.log_in(esa)
    for form in ({"agent_id": "99"}, {"agent_id": "1", "since": "3.11.2026"}, {"agent_id": "1", "since": "x"}):
        refused = administrator.post("/teams/1/members", form)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, form
    own = {"account_id": str(administrator.account_id)}
    assert administrator.post("/teams/1/leaders", own).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = {"agent_id": str(viewer.office.sanna_id), "since": "1.11.2026"}
    assert administrator.post("/teams/1/members", wanted).status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # no reason
    administrator.post("/teams/1/members", {**wanted, "member_reason": "siirtyi tiimiin"})
    assert esa.get(f"/calls/{call_id}").status_code == HTTPStatus.NOT_FOUND
    approve(approver, "Pohjoinen", "Sanna Laine", "Esa Example", "1 Nov 2026")
    assert esa.get(f"/calls/{call_id}").status_code == HTTPStatus.OK
    page = administrator.get("/teams/1").text
    assert "Sanna Laine" in page
    [member] = re.findall(r"/teams/1/members/(\d+)/end", page)
    [leader] = re.findall(r"/teams/1/leaders/(\d+)/end", page)
    assert administrator.post("/teams/1/members/99/end").status_code == HTTPStatus.NOT_FOUND
    administrator.post(f"/teams/1/members/{member}/end")
    administrator.post(f"/teams/1/leaders/{leader}/end")
    viewer.log_in(esa)
    assert esa.get(f"/calls/{call_id}").status_code == HTTPStatus.NOT_FOUND
    assert administrator.post("/teams/1/end").location == "/teams/"
    assert administrator.get("/teams/9").status_code == HTTPStatus.NOT_FOUND


def test_who_leads_a_team_is_told_and_not_asked_whom_to_put_into_it(viewer: Viewer, administrator: Browser) -> None:
    administrator.post("/teams/", {"name": "Pohjoinen"})
    other = viewer.browser("olli", Task.ADMINISTER_ACCOUNTS)
    administrator.post("/teams/1/leaders", {"account_id": str(other.account_id)})
    viewer.log_in(other)
    leading, free = (browser.get("/teams/1", headers=ENGLISH).text for browser in (other, administrator))
    assert "You lead this team" in leading
    assert 'action="/teams/1/members"' not in leading
    assert "You lead this team" not in free
    assert 'action="/teams/1/members"' in free


def test_list_of_accounts_asks_as_often_however_many_there_are(viewer: Viewer, administrator: Browser) -> None:
    def asked() -> int:
        statements: list[str] = []
        with listening(viewer.office.database.engine, statements):
            assert administrator.get("/accounts/").status_code == HTTPStatus.OK
        return len(statements)

    few = asked()
    for number in range(5):
        viewer.office.add_account(f"agentti{number}", *ALL_CALLS)
    assert asked() == few


@contextmanager
def listening(engine: Engine, statements: list[str]) -> Iterator[None]:
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_exclusions_are_kept_and_the_call_page_says_so(viewer: Viewer, administrator: Browser) -> None:
    viewer.office.add_person("Kalle", "Kollega", "+358401000001")
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    assert "player.js" in trainer.get(f"/calls/{call_id}").text
    for wrong in (
        {"agent_id": "", "person_no": "", "reason": "x"},
        {"agent_id": "1", "person_no": "P1", "reason": "x"},
        {"agent_id": "", "person_no": "P77", "reason": "x"},
        {"agent_id": "", "person_no": "P1", "reason": " "},
        {"agent_id": "99", "person_no": "", "reason": "x"},
    ):
        assert administrator.post("/exclusions/", wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    assert administrator.post("/exclusions/", {"person_no": "P1", "reason": "puoliso"}).location == "/exclusions/"
    listed = administrator.get("/exclusions/", headers=ENGLISH).text
    assert "P1" in listed
    assert "Kollega" not in listed
    page = trainer.get(f"/calls/{call_id}", headers=ENGLISH).text
    assert "You may not listen to this call" in page
    assert "player.js" not in page
    begun = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    assert begun.status_code == HTTPStatus.FORBIDDEN
    assert trainer.get(f"/api/calls/{call_id}/peaks").status_code == HTTPStatus.FORBIDDEN
    assert administrator.post("/exclusions/1/end", {"because": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert administrator.post("/exclusions/1/end", {"because": "erosi"}).location == "/exclusions/"
    assert administrator.post("/exclusions/1/end", {"because": "x"}).status_code == HTTPStatus.NOT_FOUND
    assert "player.js" in trainer.get(f"/calls/{call_id}").text
    assert "puoliso" in administrator.get("/exclusions/").text


def test_a_permission_that_ends_at_noon_ends_at_noon(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    noon = MORNING.replace(hour=10)  # of Helsinki in winter
    viewer.office.clock.moment = noon.replace(hour=9, minute=50)
    with viewer.office.database.begin() as session:
        for row in permissions_of(session, trainer.account_id):
            row.valid_until = noon
    viewer.log_in(trainer)
    assert [permit for permit in ALL_CALLS if permit in viewer.office.actor(trainer.account_id).permits] == [*ALL_CALLS]
    begun = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    address = begun.get_json()["audio"]
    viewer.office.clock.moment = noon.replace(hour=9, minute=59, second=59)
    assert trainer.get(address, headers={"Range": "bytes=0-99"}).status_code == HTTPStatus.PARTIAL_CONTENT
    viewer.office.clock.moment = noon
    assert trainer.get(address, headers={"Range": "bytes=0-99"}).status_code == HTTPStatus.NOT_FOUND
    assert trainer.get(f"/calls/{call_id}").status_code == HTTPStatus.NOT_FOUND
    assert ALL not in viewer.office.actor(trainer.account_id).scopes(Task.LISTEN)


def test_who_approves_a_permission_for_ones_own_team_sees_whom_it_reaches(
    viewer: Viewer, administrator: Browser, approver: Browser
) -> None:
    esa = viewer.browser("esa")
    administrator.post("/teams/", {"name": "Pohjoinen"})
    administrator.post("/teams/1/members", {"agent_id": str(viewer.office.sanna_id)})
    administrator.post("/teams/1/leaders", {"account_id": str(esa.account_id)})
    form = {"what": "task:listen", "scope": "team", "reason": "koulutus"}
    administrator.post(f"/accounts/{esa.account_id}/grants/new", form)
    approve(approver, "Team Pohjoinen", "Sanna Laine", "Has not chosen a password yet")

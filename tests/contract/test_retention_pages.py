"""The pages of retention and holds: what they show, what they do, and to whom they do not exist."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, MORNING, OPERATOR
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from ledger_link.tables.person_roles import PersonRoleRow
from privacy.retention.period import Period, Unit
from privacy.retention.policies import policies
from privacy.retention.retention_rows import (
    CallDeletionRow,
    CallPurposeRow,
    HoldRow,
    RetentionHaltRow,
    RetentionRunRow,
    RowDeletionRow,
)
from privacy.retention.scheduling import WAIT
from privacy.retention.settings import RetentionSettings
from rights.access.approvals import decide, waiting_for
from rights.access.tasks import Task
from rights.tables import AuditRow
from storage.database.engine import Database
from web.parts import EXTENSION

PAGES = ("/privacy/retention/", "/privacy/retention/plan", "/privacy/holds/")
FORMS = (
    "/privacy/retention/policies",
    "/privacy/retention/policies/1/retire",
    "/privacy/holds/",
    "/privacy/holds/1/ask",
)
GOOD = {"service": "", "purpose": "verify", "count": "24", "unit": "months", "reason": "rekisteriseloste"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def keeper(viewer: Viewer) -> Browser:
    return viewer.browser("liisa", Task.MANAGE_RETENTION, Task.MANAGE_HOLDS, *ALL_CALLS)


def schedule(viewer: Viewer, call_id: str) -> None:
    with viewer.office.database.begin() as session:
        session.add(
            CallDeletionRow(
                call_id=call_id,
                state="scheduled",
                because="policy",
                policy="1: * verify 24 months",
                scheduled_at=MORNING,
                scheduled_by="system:retention",
                shred_from=MORNING + WAIT,
            )
        )


def test_the_pages_do_not_exist_for_others(viewer: Viewer) -> None:
    trainer = viewer.trainer()
    for page in PAGES:
        assert trainer.get(page).status_code == HTTPStatus.NOT_FOUND, page
    for form in (*FORMS, "/privacy/holds/1/release"):
        assert trainer.post(form, GOOD).status_code == HTTPStatus.NOT_FOUND, form
    holder = viewer.browser("hilla", Task.MANAGE_HOLDS)
    assert holder.get(PAGES[0]).status_code == HTTPStatus.OK
    assert holder.post(FORMS[0], GOOD).status_code == HTTPStatus.NOT_FOUND
    assert "retention/policies" not in holder.get(PAGES[0]).text


def test_a_period_is_set_replaced_and_removed(viewer: Viewer, keeper: Browser) -> None:
    assert "Säilytysaikoja ei ole asetettu" in keeper.get(PAGES[0]).text
    assert keeper.post(FORMS[0], GOOD).status_code == HTTPStatus.SEE_OTHER
    page = keeper.get(PAGES[0]).text
    assert "24 kuukautta" in page
    assert "rekisteriseloste" in page
    keeper.post(FORMS[0], {**GOOD, "count": "3", "unit": "years"})
    page = keeper.get(PAGES[0]).text
    assert "3 vuotta" in page
    assert "24 kuukautta" not in page
    with viewer.office.database.read() as session:
        (policy,) = policies(session)
    assert policy.period == Period(3, Unit.YEARS)
    keeper.post(f"/privacy/retention/policies/{policy.id}/retire")
    assert "3 vuotta" not in keeper.get(PAGES[0]).text
    assert keeper.post(f"/privacy/retention/policies/{policy.id}/retire").status_code == HTTPStatus.NOT_FOUND


def test_a_page_tells_that_nothing_goes_and_why(viewer: Viewer, keeper: Browser) -> None:
    assert "go-on" not in keeper.get(PAGES[0]).text
    with viewer.office.database.begin() as session:
        for kind, calls in (("clock", 0), ("amount", 1500), ("persons", 700)):
            session.add(RetentionHaltRow(because=kind, found_at=MORNING, what="in English", calls=calls))
    page = keeper.get(PAGES[0]).text
    assert "järjestelmän kelloa epäillään" in page
    assert "1500 puhelua" in page
    assert "Rekisterin henkilöt. Yhtenä päivänä poistuisi 700" in page
    assert page.count("tallenne retention go-on") == 3


@pytest.mark.parametrize(
    "change",
    [
        {"count": ""},
        {"count": "0"},
        {"count": "-3"},
        {"count": "1.5"},
        {"count": "99999999999999999999"},
        {"count": "101", "unit": "years"},
        {"unit": "fortnights"},
        {"purpose": "curiosity"},
        {"service": "+358999"},
        {"reason": " "},
        {"reason": "x" * 1001},
    ],
)
def test_a_period_that_is_none_is_refused_at_its_field(viewer: Viewer, keeper: Browser, change: dict[str, str]) -> None:
    answer = keeper.post(FORMS[0], {**GOOD, **change})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in answer.text
    with viewer.office.database.read() as session:
        assert policies(session) == []


def test_what_is_scheduled_is_seen_and_can_be_held(viewer: Viewer, keeper: Browser) -> None:
    call_id = viewer.heard_call()
    assert "Poistojonossa ei ole mitään" in keeper.get(PAGES[0]).text
    schedule(viewer, call_id)
    page = keeper.get(PAGES[0]).text
    assert "16.11.2026" in page
    assert f"/privacy/holds/?call={call_id}#put" in page
    told = "poistetaan aikaisintaan 16.11.2026"
    assert told in keeper.get(f"/calls/{call_id}").text
    assert told in viewer.sanna().get(f"/calls/{call_id}").text
    assert f'value="{call_id}"' in keeper.get(f"/privacy/holds/?call={call_id}").text
    wanted = {"call": f" {call_id} ", "person": "", "reason": "oikeusjuttu", "review_on": "31.12.2026"}
    assert keeper.post("/privacy/holds/", wanted).status_code == HTTPStatus.SEE_OTHER
    assert "oikeusjuttu" in keeper.get("/privacy/holds/").text
    assert ">Säilytysvelvoite<" in keeper.get(PAGES[0]).text
    assert told not in keeper.get(f"/calls/{call_id}").text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"call": ""}, "Anna joko puhelu tai henkilö"),
        ({"person": "1"}, "Anna joko puhelu tai henkilö"),
        ({"call": "nothing"}, "ei ole puhelun tunniste"),
        ({"call": "0199a1b2-0000-7000-8000-000000000001"}, "Sellaista ei ole"),
        ({"call": "", "person": "77"}, "Sellaista ei ole"),
        ({"call": "", "person": "x"}, "aria-invalid"),
        ({"reason": ""}, "Kirjoita, miksi"),
        ({"review_on": "2.11.2026"}, "Anna tuleva päivä"),
        ({"review_on": ""}, "Anna päivä"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_at_its_field(
    viewer: Viewer, keeper: Browser, change: dict[str, str], said: str
) -> None:
    call_id = viewer.heard_call()
    wanted = {"call": call_id, "person": "", "reason": "oikeusjuttu", "review_on": "31.12.2026", **change}
    answer = keeper.post("/privacy/holds/", wanted)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.text
    with viewer.office.database.read() as session:
        assert session.scalars(select(HoldRow)).all() == []


def test_a_call_is_reserved_for_a_purpose(viewer: Viewer, keeper: Browser) -> None:
    call_id = viewer.heard_call()
    good = {"reserve-call": call_id, "reserve-purpose": "request", "reserve-reason": "asia T-2026-0001"}
    for change in (
        {"reserve-call": "x"},
        {"reserve-call": ""},
        {"reserve-call": "0199a1b2-0000-7000-8000-000000000001"},
        {"reserve-purpose": "curiosity"},
        {"reserve-reason": ""},
    ):
        answer = keeper.post("/privacy/retention/reservations", {**good, **change})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, change
        assert 'aria-invalid="true"' in answer.text
    assert keeper.post("/privacy/retention/reservations", good).status_code == HTTPStatus.SEE_OTHER
    with viewer.office.database.read() as session:
        assert session.get_one(CallPurposeRow, (call_id, "request")).reserved_by == "liisa"
    holder = viewer.browser("hilla", Task.MANAGE_HOLDS)
    assert holder.post("/privacy/retention/reservations", good).status_code == HTTPStatus.NOT_FOUND


def test_a_hold_is_released_by_two_people(viewer: Viewer, keeper: Browser) -> None:
    call_id = viewer.heard_call()
    keeper.post("/privacy/holds/", {"call": call_id, "person": "", "reason": "juttu", "review_on": "31.12.2026"})
    assert keeper.post("/privacy/holds/1/ask", {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    keeper.post("/privacy/holds/1/ask", {"reason": "juttu on ohi"})
    assert "ei ole vielä hyväksynyt" in keeper.post("/privacy/holds/1/release", follow_redirects=True).text
    assert "/privacy/holds/1/release" not in keeper.get("/privacy/holds/").text
    office = viewer.office
    approver = office.actor(office.add_account("arvo", Task.APPROVE_DELETIONS))
    with office.database.begin() as session:
        (waiting,) = waiting_for(session, by=approver, clock=office.clock)
        decide(session, waiting.id, is_approved=True, by=approver, clock=office.clock)
    assert "/privacy/holds/1/release" in keeper.get("/privacy/holds/").text
    assert "vapautettiin" in keeper.post("/privacy/holds/1/release", follow_redirects=True).text
    with office.database.read() as session:
        assert session.get_one(HoldRow, 1).released_by == "liisa"


def test_a_name_is_shown_to_those_alone_who_see_the_register(viewer: Viewer, keeper: Browser) -> None:
    aino = viewer.office.add_person("Aino", "Virtanen<script>")
    keeper.post("/privacy/holds/", {"call": "", "person": str(aino), "reason": "juttu", "review_on": "31.12.2026"})
    assert "Virtanen" not in keeper.get("/privacy/holds/").text
    seer = viewer.browser("rauha", Task.MANAGE_HOLDS, Task.VIEW_REGISTER)
    assert f"/privacy/holds/?person={aino}#put" in seer.get(f"/register/persons/{aino}").text
    page = seer.get("/privacy/holds/").text
    assert "Virtanen&lt;script&gt;" in page
    assert "Virtanen<script>" not in page
    assert ("Hae puheluista" in page, "Hae rekisteristä" in page) == (False, True)
    assert "Hae rekisteristä" not in keeper.get("/privacy/holds/").text


def test_a_run_that_does_not_come_is_told(viewer: Viewer, keeper: Browser) -> None:
    late = "ei ole käynyt yli vuorokauteen"
    assert late in keeper.get(PAGES[0]).text
    now = viewer.office.clock.now()
    with viewer.office.database.begin() as session:
        session.add(
            RetentionRunRow(
                began_at=now - timedelta(hours=20), ended_at=now, scheduled=3, withdrawn=1, erased=2, register_rows=0
            )
        )
    assert late not in keeper.get(PAGES[0]).text
    viewer.office.clock.advance(hours=7)
    viewer.log_in(keeper)
    assert late in keeper.get(PAGES[0]).text


def test_the_plan_tells_and_changes_nothing(viewer: Viewer, keeper: Browser) -> None:
    viewer.heard_call()
    for purpose in ("verify", "training", "request", "technical", "own-call"):
        keeper.post(FORMS[0], {**GOOD, "purpose": purpose, "count": "2"})
    page = keeper.get("/privacy/retention/plan").text
    assert "1/2027" in page
    with viewer.office.database.read() as session:
        assert session.scalars(select(CallDeletionRow)).all() == []
    assert OPERATOR.login not in page


def test_the_periods_of_the_settings_are_told_and_what_they_end(viewer: Viewer, keeper: Browser) -> None:
    settings = RetentionSettings(register_person_years=0, applicant_years=3, handover_years=12)
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], retention_settings=settings)
    viewer.office.add_person("Hilja", "Hakija")
    person_id = viewer.office.add_person("Hannu", "Hakija")
    with viewer.office.database.begin() as session:
        session.add(PersonRoleRow(person_id=person_id, role="applicant", starts_on=date(2023, 10, 1)))
    page = keeper.get(PAGES[0]).text
    for told in ("6 vuotta", "0 vuotta", "3 vuotta", "12 vuotta", "Säilytysaikaa ei ole asetettu"):
        assert told in page
    plan = keeper.get(PAGES[1]).text
    assert re.search(r"ilman vuokrasuhdetta[^<]*</dt><dd class=\"figures\">1<", plan)
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], retention_settings=RetentionSettings())
    unset = keeper.get(PAGES[1]).text
    assert re.search(r"ilman vuokrasuhdetta</dt><dd class=\"figures\">Säilytysaikaa ei ole asetettu<", unset)
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], retention_settings=settings)
    assert "Rekisterissä on 1 henkilö, jolla ei ole vuokrasuhdetta eikä hakemusta" in plan
    facts = replace(viewer.app.extensions[EXTENSION].house_facts, is_register_elsewhere=True)
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], house_facts=facts)
    assert "3 vuotta" not in keeper.get(PAGES[0]).text
    assert "eikä hakemusta" not in keeper.get(PAGES[1]).text  # the other register knows what he is


def listed(viewer: Viewer, kind: str, *subjects: str, rows: int = 1, through: date | None = None) -> None:
    with viewer.office.database.begin() as session:
        session.add_all(
            RowDeletionRow(
                kind=kind,
                subject=subject,
                state="scheduled",
                policy="x",
                through=through,
                rows=rows,
                scheduled_at=MORNING,
                goes_on=date(2026, 11, 17),
            )
            for subject in subjects
        )


def test_what_is_on_the_list_besides_calls_is_told_by_kind_and_one_by_one(viewer: Viewer, keeper: Browser) -> None:
    assert "Listalla ei ole mitään" in keeper.get(PAGES[0]).text
    settings = RetentionSettings(applicant_years=2, case_years=3)
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], retention_settings=settings)
    person_id = viewer.office.add_person("Hilja", "Hakija<b>", "+358401000077")
    with viewer.office.database.begin() as session:
        session.add(PersonRoleRow(person_id=person_id, role="applicant", starts_on=date(2024, 10, 1)))
    listed(viewer, "applicants", str(person_id))
    listed(viewer, "leases", "V-7", "V-8", rows=12, through=date(2019, 12, 31))
    listed(viewer, "cases", "T-2020-0007")
    for page in PAGES[:2]:
        text = keeper.get(page).text
        assert "17.11.2026" in text
        assert "2 vuokrasopimusta, 24 tositetta" in text
        for kind in ("applicants", "leases", "cases"):
            assert f'href="/privacy/retention/list/{kind}"' in text
        assert "/list/tenants" not in text
    page = keeper.get("/privacy/retention/list/applicants").text
    assert f"Rekisterin henkilö {person_id}" in page
    assert "Hakija" not in page.replace("Hakijat", "")
    assert f"/privacy/holds/?person={person_id}#put" in page
    assert ">Ajoitettu<" in page
    assert "Vuokrasopimus V-7<br>" in keeper.get("/privacy/retention/list/leases").text
    seer = viewer.browser("rauha", Task.MANAGE_HOLDS, Task.VIEW_REGISTER)
    page = seer.get("/privacy/retention/list/applicants").text
    assert f'<a href="/register/persons/{person_id}">Hilja Hakija&lt;b&gt;</a>' in page
    assert "401000077" not in page
    keeper.post("/privacy/holds/", {"call": "", "person": str(person_id), "reason": "juttu", "review_on": "31.12.2026"})
    page = keeper.get("/privacy/retention/list/applicants").text
    assert ">Säilytetään toistaiseksi<" in page
    assert "#put" not in page
    with viewer.office.database.read() as session:
        row = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).one()
    assert (row.action, json.loads(row.plain_detail or "")) == (
        "retention-shown",
        {"page": "retention-list", "kind": "applicants", "persons": [person_id]},
    )


def test_a_list_of_a_kind_goes_on_from_page_to_page(
    viewer: Viewer, keeper: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.views.privacy.retention._MOST_SHOWN", 2)
    listed(viewer, "handovers", "1", "2", "3")
    first = keeper.get("/privacy/retention/list/handovers").text
    assert "1\N{EN DASH}2 / 3" in first
    assert "?after=2" in first
    last = keeper.get("/privacy/retention/list/handovers?after=2").text
    assert ("Luovutus 3" in last, "Luovutus 1" in last, "?after=0" in last) == (True, False, True)
    assert keeper.get("/privacy/retention/list/handovers?after=x").status_code == HTTPStatus.OK
    assert keeper.get("/privacy/retention/list/everything").status_code == HTTPStatus.NOT_FOUND
    assert viewer.trainer().get("/privacy/retention/list/handovers").status_code == HTTPStatus.NOT_FOUND


def test_a_service_without_a_period_is_told_on_both_pages(viewer: Viewer, keeper: Browser) -> None:
    purposes = {"+358102001000": ("verify", "training"), "+358102009000": ("verify",)}
    viewer.app.extensions[EXTENSION] = replace(viewer.app.extensions[EXTENSION], service_purposes=purposes)
    for page in PAGES[:2]:
        assert "Henkilökunnan koulutus, Puhutun todentaminen" in keeper.get(page).text
    keeper.post(FORMS[0], GOOD)
    for page in PAGES[:2]:
        text = keeper.get(page).text
        assert "Henkilökunnan koulutus" in text
        assert "Henkilökunnan koulutus, Puhutun todentaminen" not in text

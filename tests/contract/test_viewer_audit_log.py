"""The page of the log: who sees it, what it tells, what it is narrowed by, and that it was read."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fixtures_rights import OPERATOR
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from rights.access.actor import operator_actor
from rights.access.tasks import Task
from rights.audit.checkpoints import make_checkpoint
from rights.audit.findings import Finding, Tampering, Verdict
from rights.audit.log_view import PAGE_ROWS
from rights.audit.trail import Action, record
from rights.audit.verifications import note_verification
from rights.audit.verifying import verify
from rights.tables import AuditRow
from storage.database.engine import Database

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LOG = "/administration/log"
CALL_ID = "0199a1b2-0000-7000-8000-000000000001"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def auditor(viewer: Viewer) -> Browser:
    return viewer.browser("tiia", Task.VIEW_AUDIT)


def write(viewer: Viewer, action: Action = Action.CALL_SHOWN, **more: object) -> None:
    with viewer.office.database.begin() as session:
        record(session, actor=operator_actor("mikko"), action=action, clock=viewer.office.clock, **more)  # type: ignore[arg-type]


def looks(viewer: Viewer) -> list[AuditRow]:
    with viewer.office.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == "audit-shown").order_by(AuditRow.id)))


def test_without_the_task_there_is_no_such_page_and_the_attempt_is_kept(viewer: Viewer) -> None:
    for browser in (viewer.administrator(), viewer.trainer(), viewer.sanna()):
        assert browser.get(LOG).status_code == 404
        assert LOG not in browser.get("/").text
    with viewer.office.database.read() as session:
        refused = session.scalars(select(AuditRow.detail).where(AuditRow.action == "refused")).all()
    assert [json.loads(detail or "")["wanted"] for detail in refused] == ["view-audit"] * 3
    assert looks(viewer) == []


def test_log_tells_who_did_what_and_that_it_was_read(viewer: Viewer, auditor: Browser) -> None:
    write(
        viewer,
        call_id=CALL_ID,
        persons=[3, 5, 7, 9],
        purpose="verify",
        detail={"reason": "<b>syy</b>", "scribbled": "x"},
    )
    shown = auditor.get(LOG).text
    for told in (
        "cli:mikko",
        "Katsoi puhelua",
        "Puhutun todentaminen",
        "Perustelu: &lt;b&gt;syy&lt;/b&gt;",
        "Henkilö 3",
    ):
        assert told in shown
    assert "ja 1 muuta" in shown
    assert "scribbled" not in shown
    (look,) = looks(viewer)
    assert (look.login, json.loads(look.detail or "")["filter"]) == ("tiia", {})
    assert "Katsoi lokia" in auditor.get(LOG).text


def test_codes_in_details_are_told_by_name(viewer: Viewer, auditor: Browser) -> None:
    write(viewer, Action.TASK_GRANTED, detail={"task": "listen:team", "role": "supervisor", "account": "eeva"})
    write(viewer, Action.REFUSED, detail={"wanted": "view-ledger"})
    write(viewer, Action.FIELD_REVEALED, detail={"field": "income"})
    asked = {"deed": "grant-listening", "subject": f"account:{auditor.account_id}"}
    write(viewer, Action.APPROVAL_ASKED, detail=asked)
    write(viewer, Action.APPROVAL_GIVEN, detail={"deed": "of-a-newer-version", "subject": "account:999"})
    shown = auditor.get(LOG).text
    for told in (
        "Käyttöoikeus: Kuuntelu: oman tiimin puhelut",
        "Rooli: Esihenkilö",
        "Yritti: Vuokrareskontra",
        "Tulot ja varallisuus",
        "Kahden hyväksyttävä käyttöoikeus",
        "Mitä koskee: Tiia Example",
        "of-a-newer-version",
        "Mitä koskee: account:999",
    ):
        assert told in shown, told
    assert "grant-listening" not in shown


def test_log_is_narrowed_by_day_account_action_call_and_person(viewer: Viewer) -> None:
    write(viewer, call_id=CALL_ID)
    viewer.office.clock.advance(days=1)
    write(viewer, Action.FIELD_REVEALED, persons=[7])
    viewer.office.clock.advance(days=1)
    auditor = viewer.browser("tiia", Task.VIEW_AUDIT)  # whose session would not have lasted two days

    def actions(**asked: object) -> list[str]:
        page = auditor.get(LOG, query_string=asked)
        assert page.status_code == 200, page.text
        found = page.text.partition("<tbody")[2]
        names = ("Katsoi puhelua", "Katsotti suojatun kentän", "Katsoi lokia")
        return [name for name in names if f"<strong>{name}</strong>" in found]

    assert actions(call=CALL_ID) == ["Katsoi puhelua"]
    assert actions(person="7") == ["Katsotti suojatun kentän"]
    assert actions(action="call-shown") == ["Katsoi puhelua"]
    assert actions(from_day="3.11.2026", to_day="3.11.2026") == ["Katsotti suojatun kentän"]
    assert actions(account=auditor.account_id) == ["Katsoi lokia"]
    assert actions(person="8") == []
    by_call, by_person, by_action, by_day = (json.loads(row.detail or "") for row in looks(viewer)[:4])
    assert (by_call["filter"], by_action["filter"]) == ({}, {"action": "call-shown"})
    assert (looks(viewer)[0].call_id, by_person["persons"]) == (CALL_ID, [7])
    assert by_day["filter"] == {"from": "2026-11-02T22:00:00.000Z", "to": "2026-11-03T22:00:00.000Z"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"from_day": "huomenna"}, "Kirjoita päivä muodossa"),
        ({"from_day": "3.11.2026", "to_day": "2.11.2026"}, "Ajanjakso päättyy ennen kuin se alkaa."),
        ({"call": "ei mikään"}, "Anna puhelun tunniste"),
        ({"person": "Aino"}, "Anna henkilön numero"),
        ({"account": "99999999999"}, ""),
        ({"action": "nothing"}, ""),
    ],
)
def test_search_that_cannot_be_meant_says_what_to_do(auditor: Browser, asked: dict[str, str], told: str) -> None:
    page = auditor.get(LOG, query_string=asked)
    assert page.status_code == 422
    assert "Korjaa yllä oleva haku" in page.text
    assert told in page.text


def test_nothing_found_says_so(auditor: Browser) -> None:
    assert "Mitään ei löytynyt" in auditor.get(LOG, query_string={"person": "4711"}).text


def test_long_log_is_read_page_by_page(viewer: Viewer, auditor: Browser) -> None:
    with viewer.office.database.begin() as session:
        for _ in range(PAGE_ROWS + 5):
            record(session, actor=OPERATOR, action=Action.CALL_SHOWN, call_id=CALL_ID, clock=viewer.office.clock)
    first = auditor.get(LOG, query_string={"call": CALL_ID}).text
    assert first.count('<tr role="row">') == PAGE_ROWS + 1
    with viewer.office.database.read() as session:
        ids = session.scalars(select(AuditRow.id).where(AuditRow.action == "call-shown").order_by(AuditRow.id)).all()
    assert f"before={ids[5]}" in first
    older = auditor.get(LOG, query_string={"call": CALL_ID, "before": ids[5]}).text
    assert "Näytä vanhemmat" not in older
    assert "Näytä vanhemmat" in first
    assert older.count('<tr role="row">') == 5 + 1


def test_state_of_the_chain_is_told(viewer: Viewer, auditor: Browser) -> None:
    office = viewer.office
    assert "Lokia ei ole vielä tarkastettu" in auditor.get(LOG).text
    note_verification(office.database, verify(office.database, []), clock=office.clock)
    assert "mitään niistä ei ole vielä allekirjoitettu" in auditor.get(LOG).text
    make_checkpoint(office.database, KEY, clock=office.clock)
    office.clock.advance(minutes=1)
    note_verification(office.database, verify(office.database, [KEY.public_key()]), clock=office.clock)
    assert "Loki on eheä tarkistuspisteeseen 1 asti" in auditor.get(LOG).text
    office.clock.moment += timedelta(minutes=1)
    broken = Verdict(size=5, checkpoint=1, findings=(Finding(Tampering.EDITED, "audit row 3", (3,)),))
    note_verification(office.database, broken, clock=office.clock)
    assert "Lokiin on kajottu" in auditor.get(LOG).text

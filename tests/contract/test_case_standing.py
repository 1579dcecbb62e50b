"""What a case's page says of where it stands: what is left to do, how its clocks ended, who did what."""

from datetime import timedelta

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_web import Browser, Viewer

from privacy.cases.case_words import CaseKind
from rights.access.tasks import Task
from storage.database.engine import Database

PAGE = "/privacy/cases/T-2026-0001"
BOARD = "/privacy/cases/"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@pytest.fixture
def pages(viewer: Viewer) -> PrivacyDesk:
    return PrivacyDesk(viewer.office)


@pytest.fixture
def officer(viewer: Viewer, pages: PrivacyDesk) -> Browser:
    del pages
    return viewer.browser("ossi", Task.HANDLE_CASES)


def test_a_restriction_that_stands_is_what_is_left_after_the_answer(officer: Browser, pages: PrivacyDesk) -> None:
    pages.office.add_call(agent_id=pages.office.sanna_id, caller_e164=NUMBER)
    pages.open(CaseKind.RESTRICTION)
    delivery = {"way": "mail", "to_whom": "Aino", "delivered_on": "2.11.2026", "method": "document-shown"}
    for deed, form in (
        ("decide", {"outcome": "granted", "text": "Kiistää."}),
        ("restrict", {}),
        ("deliver", delivery),
    ):
        officer.post(f"{PAGE}/{deed}", form)
    assert "Rajoitus on voimassa, kunnes se poistetaan alempana." in officer.get(PAGE).text
    officer.post(f"{PAGE}/announce-lifting", {"text": "Tieto todettiin oikeaksi."})
    officer.post(f"{PAGE}/lift", {"told_on": "2.11.2026"})
    page = officer.get(PAGE).text
    assert "Mitään ei ole enää tekemättä." in page
    assert 'href="#effects"' not in page


@pytest.mark.parametrize("kind", sorted(set(CaseKind) - {CaseKind.ACCESS}))
def test_it_is_said_what_to_weigh_before_a_decision(officer: Browser, pages: PrivacyDesk, kind: CaseKind) -> None:
    pages.open(kind)
    duties = {
        CaseKind.RECTIFICATION: "Selvitä, mikä on oikein",
        CaseKind.ERASURE: "Käy läpi alla olevat puhelut ja tee päätös",
        CaseKind.RESTRICTION: "Päätä, säilytetäänkö tiedot käyttämättä niitä",
        CaseKind.OBJECTION: "Punnitse henkilön tilannetta",
    }
    assert duties[kind] in officer.get(PAGE).text


def test_an_extended_case_is_not_called_late(officer: Browser, pages: PrivacyDesk) -> None:
    pages.open(received_on=pages.today - timedelta(days=20))
    officer.post(f"{PAGE}/extend", {"months": "1", "text": "Puheluita on paljon."})
    for address in (PAGE, BOARD):
        page = officer.get(address).text
        assert "jatkettu, ja henkilölle on kerrottu" in page
        assert "myöhässä" not in page


def test_a_withdrawn_case_was_not_answered_late(officer: Browser, pages: PrivacyDesk) -> None:
    pages.open(received_on=pages.today - timedelta(days=40))
    officer.post(f"{PAGE}/withdraw", {"text": "Perui."})
    for address in (PAGE, f"{BOARD}?over=1"):
        page = officer.get(address).text
        assert "peruttu" in page
        assert "vastattu myöhässä" not in page


def test_who_decided_is_named(officer: Browser, pages: PrivacyDesk) -> None:
    pages.open(CaseKind.RECTIFICATION)
    officer.post(f"{PAGE}/decide", {"outcome": "refused", "text": "Tieto on oikein."})
    page = officer.get(PAGE).text
    assert "Ossi Example</span>" in page
    assert ", ossi<" not in page


def test_a_call_that_nobody_spoke_of_is_no_task_after_the_decision(officer: Browser, pages: PrivacyDesk) -> None:
    pages.office.add_person("Eero", "Korhonen", NUMBER)
    pages.office.add_call(agent_id=pages.office.sanna_id, caller_e164=NUMBER)
    pages.open(CaseKind.RESTRICTION)
    assert "Ratkaise, kenen puhelu on" in officer.get(PAGE).text
    officer.post(f"{PAGE}/decide", {"outcome": "granted", "text": "Kiistää."})
    page = officer.get(PAGE).text
    assert "Ratkaise, kenen puhelu on" not in page
    assert "Ei ratkaistu, kenen puhelu on" in page

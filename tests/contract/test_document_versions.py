"""Publishing documents and acknowledging the notice, in the database and on the pages."""

import io
import re
from dataclasses import replace

import pytest
from fixtures_rights import Office
from fixtures_web import Viewer
from pypdf import PdfReader
from sqlalchemy import select

from calls.errors import BadDataError, NotFoundError, RefusedError
from privacy.documents.acknowledgements import acknowledge, is_notice_unread, readers_of
from privacy.documents.facts import NOBODYS_HOUSE, HouseFacts, ServiceFacts
from privacy.documents.kinds import DocumentKind
from privacy.documents.publishing import Version, draft_of, newest_version, publish, version_of, versions_of
from privacy.documents.settings import ControllerSettings
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerRow
from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.tables import AuditRow
from storage.objects.region import StoragePlace
from web.parts import EXTENSION, Parts

CONTROLLER = ControllerSettings(name="Koti Oy", address="Katu 1, 00100 Helsinki", email="tietosuoja@koti.example")
HOUSE = HouseFacts(
    controller=CONTROLLER,
    services=(ServiceFacts("Asiakaspalvelu", "+358102001000", ("fi",)),),
    place=StoragePlace(None, "FI"),
)
MOVED = replace(HOUSE, place=StoragePlace("eu-north-1", "SE", provider="Pilvi Oy", provider_country="FI"))
NOTICE = DocumentKind.EMPLOYEES_NOTICE


@pytest.fixture
def publisher(office: Office) -> Actor:
    return office.actor(office.add_account("paula", Task.PUBLISH_DOCUMENTS))


def published(office: Office, actor: Actor, house: HouseFacts = HOUSE, kind: DocumentKind = NOTICE) -> Version:
    with office.database.read() as session:
        seen = draft_of(session, house, kind).sha256
    return publish(office.database, actor, house, kind, seen_sha256=seen, clock=office.clock)


def test_version_holds_what_was_seen_and_never_changes(office: Office, publisher: Actor) -> None:
    first = published(office, publisher)
    with office.database.read() as session:
        assert not draft_of(session, HOUSE, NOTICE).is_new
        assert draft_of(session, MOVED, NOTICE).is_new
    second = published(office, publisher, MOVED)
    assert (first.number, second.number) == (1, 2)
    with office.database.read() as session:
        assert versions_of(session, NOTICE) == (second, first)
        assert version_of(session, NOTICE, 1).texts == first.texts
        assert newest_version(session, NOTICE) == second
        assert newest_version(session, DocumentKind.PROCESSING_RECORD) is None
        with pytest.raises(NotFoundError):
            version_of(session, NOTICE, 3)
        audited = session.scalars(select(AuditRow).where(AuditRow.action == Action.DOCUMENT_PUBLISHED)).all()
        assert [row.login for row in audited] == ["paula", "paula"]


def test_nothing_is_published_unseen_unchanged_unnamed_or_unpermitted(office: Office, publisher: Actor) -> None:
    version = published(office, publisher)
    with pytest.raises(BadDataError, match="nothing changed"):
        published(office, publisher)
    with pytest.raises(BadDataError, match="changed meanwhile"):
        publish(office.database, publisher, MOVED, NOTICE, seen_sha256=version.sha256, clock=office.clock)
    with pytest.raises(BadDataError, match=r"controller\.name"):
        published(office, publisher, replace(HOUSE, controller=ControllerSettings()))
    with pytest.raises(BadDataError, match=r"objects\.provider"):
        published(office, publisher, replace(HOUSE, place=StoragePlace("eu-north-1", "SE")))
    with pytest.raises(RefusedError):
        published(office, office.actor(office.add_account("mikko", Task.HANDLE_CASES)), MOVED)
    with office.database.read() as session:
        assert len(versions_of(session, NOTICE)) == 1


def test_employee_is_asked_once_for_each_version(office: Office, publisher: Actor) -> None:
    sanna = office.actor(office.add_account("sanna"))
    assert not unread(office, sanna)
    published(office, publisher)
    assert unread(office, sanna)
    acknowledge(office.database, sanna, number=1, clock=office.clock)
    acknowledge(office.database, sanna, number=1, clock=office.clock)
    assert not unread(office, sanna)
    second = published(office, publisher, MOVED)
    assert unread(office, sanna)
    with pytest.raises(NotFoundError):
        acknowledge(office.database, sanna, number=1, clock=office.clock)
    with office.database.read() as session:
        assert [(one.login, one.acknowledged_at) for one in readers_of(session, second)] == [
            ("paula", None),
            ("sanna", None),
        ]
    acknowledge(office.database, sanna, number=2, clock=office.clock)
    with office.database.read() as session:
        assert [(one.login, one.acknowledged_at) for one in readers_of(session, second)] == [
            ("paula", None),
            ("sanna", office.clock.now()),
        ]
        rows = session.scalars(select(AuditRow).where(AuditRow.action == Action.DOCUMENT_ACKNOWLEDGED)).all()
        assert len(rows) == 2


def test_notice_is_no_partners(office: Office, publisher: Actor) -> None:
    partner = office.actor(office.add_account("kumppani"))
    with office.database.begin() as session:
        row = PartnerRow(
            account_id=partner.account_id,
            organisation="Perintä Oy",
            expires_at=office.clock.now(),
            added_at=office.clock.now(),
            added_by="test",
        )
        session.add(row)
    version = published(office, publisher)
    assert not unread(office, partner)
    with pytest.raises(NotFoundError):
        acknowledge(office.database, partner, number=1, clock=office.clock)
    with office.database.read() as session:
        assert [one.login for one in readers_of(session, version)] == ["paula"]


def unread(office: Office, actor: Actor) -> bool:
    with office.database.read() as session:
        return is_notice_unread(session, actor)


def told_by(viewer: Viewer, house: HouseFacts) -> None:
    """Let the viewer tell of another house, as after a start with other settings."""
    parts: Parts = viewer.app.extensions[EXTENSION]
    viewer.app.extensions[EXTENSION] = replace(parts, house_facts=house)


def test_pages_publish_compare_and_give_pdfs(viewer: Viewer) -> None:
    browser = viewer.browser("paula", Task.PUBLISH_DOCUMENTS)
    told_by(viewer, NOBODYS_HOUSE)
    page = browser.get("/privacy/documents/employees-notice").text
    for said in ("controller.name", "rekisterinpitäjän nimi", "postiosoite"):
        assert said in page
    assert "/publish" not in page
    told_by(viewer, replace(HOUSE, place=StoragePlace("eu-north-1", "SE")))
    page = browser.get("/privacy/documents/employees-notice").text
    assert "objects.provider, objects.provider_country" in page
    assert "/publish" not in page
    told_by(viewer, HOUSE)
    page = browser.get("/privacy/documents/employees-notice").text
    seen = re.search(r'name="sha256" value="(\w+)"', page)
    assert seen is not None
    answer = browser.post("/privacy/documents/employees-notice/publish", {"sha256": seen[1]})
    assert answer.status_code == 303
    told_by(viewer, MOVED)
    page = browser.get("/privacy/documents/employees-notice?language=en").text
    assert "in the region eu-north-1 (SE)" in page
    assert '<li class="gone">' in page
    assert browser.post("/privacy/documents/employees-notice/publish", {"sha256": seen[1]}).status_code == 400
    old = browser.get("/privacy/documents/employees-notice/versions/1?language=en").text
    assert "own server (FI)" in old
    pdf = browser.get("/privacy/documents/employees-notice/versions/1/sv.pdf")
    assert pdf.mimetype == "application/pdf"
    assert "Katu 1" in PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()
    for missing in ("nothing", "employees-notice/versions/2", "employees-notice/versions/1/de.pdf"):
        assert browser.get(f"/privacy/documents/{missing}").status_code == 404


def test_pages_of_documents_are_there_for_their_readers_alone(viewer: Viewer) -> None:
    trainer, officer = viewer.trainer(), viewer.browser("pia", Task.HANDLE_CASES)
    told_by(viewer, HOUSE)
    for address in ("", "recordings-statement", "recordings-statement/versions/1"):
        assert trainer.get(f"/privacy/documents/{address}").status_code == 404
    assert officer.get("/privacy/documents/").status_code == 200
    page = officer.get("/privacy/documents/recordings-statement").text
    assert "/publish" not in page
    for browser in (trainer, officer):
        assert browser.post("/privacy/documents/recordings-statement/publish", {"sha256": "0"}).status_code == 404


def test_every_page_reminds_of_the_notice_until_it_is_acknowledged(viewer: Viewer) -> None:
    office, trainer = viewer.office, viewer.trainer()
    assert "/notice" not in trainer.get("/calls").text
    assert "empty" in trainer.get("/notice").text
    published(office, office.actor(office.add_account("paula", Task.PUBLISH_DOCUMENTS)))
    assert 'href="/notice"' in trainer.get("/calls").text
    assert 'name="number" value="1"' in trainer.get("/notice").text
    assert trainer.post("/notice", {"number": "2"}).status_code == 404
    assert trainer.post("/notice", {"number": "1"}).status_code == 303
    assert 'href="/notice"' not in trainer.get("/calls").text
    assert trainer.get("/notice/fi.pdf").data.startswith(b"%PDF")
    assert trainer.get("/notice/de.pdf").status_code == 404

"""The log tells of a letter that was made, and of no other."""

import json
from http import HTTPStatus

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from calls.errors import UnavailableError
from privacy.cases.case_words import CaseKind, Outcome
from privacy.cases.handling import decide
from rights.access.tasks import Task
from rights.tables import AuditRow
from storage.database.engine import Database
from web.views.privacy import case_letters


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


def letters(viewer: Viewer) -> list[tuple[str | None, str]]:
    """Give the letters that the log tells of: by whom, and which."""
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "case-shown").order_by(AuditRow.id))
        told = [(row.login, json.loads(row.detail or "{}")) for row in rows]
    return [(login, detail["letter"]) for login, detail in told if "letter" in detail]


def test_a_letter_is_in_the_log_only_when_there_is_one(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = PrivacyDesk(viewer.office)
    officer: Browser = viewer.browser("ossi", Task.HANDLE_CASES, Task.VIEW_REGISTER)
    case_no = desk.open(CaseKind.ERASURE).case_no
    address = f"/privacy/cases/{case_no}/letters/decision.pdf"
    assert officer.get(address).status_code == HTTPStatus.BAD_REQUEST  # nothing is decided yet
    assert letters(viewer) == []
    with viewer.office.database.begin() as session:
        decide(session, case_no, outcome=Outcome.REFUSED, reasons="Ei.", by=desk.officer, clock=viewer.office.clock)

    def not_made(*_: object, **_named: object) -> bytes:
        raise UnavailableError(what="no font is there")

    with monkeypatch.context() as patched:
        patched.setattr(case_letters, "letter_pdf", not_made)
        assert officer.get(address).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert letters(viewer) == []
    assert officer.get(address).mimetype == "application/pdf"
    assert letters(viewer) == [("ossi", "decision")]

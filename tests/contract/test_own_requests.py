"""One's own requests as a data subject: taken in from the page, and not without end."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest
from fixtures_web import MakeViewer
from sqlalchemy import func, select

from privacy.cases.case_rows import CaseRow
from rights.access.tasks import Task
from rights.tables import AuditRow
from storage.database.engine import Database
from web.limits import OWN_REQUESTS_OF_ACCOUNT

FORM = {"kind": "access", "request": "Mitä minusta on talletettu?"}


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: how attempts are counted is tested in both."""
    return sqlite_database


def test_nobody_fills_the_board_with_requests_of_his_own(
    monkeypatch: pytest.MonkeyPatch, make_viewer: MakeViewer
) -> None:
    monkeypatch.setattr("web.limits.OWN_REQUESTS_OF_ACCOUNT", replace(OWN_REQUESTS_OF_ACCOUNT, most=3))
    viewer = make_viewer()
    tiina, mikko = (viewer.browser(login, Task.VIEW_CALLS) for login in ("tiina", "mikko"))
    for _ in range(3):
        assert tiina.post("/account/requests", FORM).status_code == HTTPStatus.SEE_OTHER
    refused = tiina.post("/account/requests", FORM, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "86400")
    assert "Those of before are kept." in refused.text
    assert mikko.post("/account/requests", FORM).status_code == HTTPStatus.SEE_OTHER
    with viewer.office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CaseRow)) == 4
        row = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).where(AuditRow.login == "tiina")).first()
    assert row is not None
    assert json.loads(row.detail or "") == {"wanted": "own-request", "reason": "too-many"}
    viewer.office.clock.advance(days=1)
    later = viewer.browser("rea", Task.VIEW_CALLS)
    assert later.post("/account/requests", FORM).status_code == HTTPStatus.SEE_OTHER

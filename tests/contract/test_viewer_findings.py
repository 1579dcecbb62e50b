"""The page of what was found in the log: from a finding to what two persons know."""

import json
import re

import pytest
from fixtures_rights import OPERATOR
from fixtures_web import AUDIT_KEY, Browser, Viewer
from sqlalchemy import select

from rights.access.approval_rows import ApprovalRow
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.audit.verifications import note_verification
from rights.audit.verifying import verify

FINDINGS = "/administration/log/findings"
LOG = "/administration/log"
WHY = "Koneen kello oli tunnin edellä 2.11., korjattu"


@pytest.fixture
def auditor(viewer: Viewer) -> Browser:
    return viewer.browser("tiia", Task.VIEW_AUDIT)


def verified(viewer: Viewer) -> None:
    note_verification(
        viewer.office.database, verify(viewer.office.database, [AUDIT_KEY.public_key()]), clock=viewer.office.clock
    )


def turn_clock_back(viewer: Viewer) -> None:
    clock = viewer.office.clock
    for minutes in (-5, 0):
        with viewer.office.database.begin() as session:
            record(session, actor=OPERATOR, action=Action.CALL_SHOWN, clock=clock)
        clock.advance(minutes=minutes)
    with viewer.office.database.begin() as session:
        record(session, actor=OPERATOR, action=Action.CALL_SHOWN, clock=clock)
    clock.advance(minutes=6)


def offered(page: str) -> list[str]:
    return re.findall(r'name="findings" value="([0-9]+)"', page)


def test_finding_is_asked_for_confirmed_and_told_apart_from_the_next(viewer: Viewer, auditor: Browser) -> None:
    assert "Lokia ei ole vielä tarkastettu" in auditor.get(FINDINGS).text
    turn_clock_back(viewer)
    verified(viewer)
    assert FINDINGS in auditor.get(LOG).text
    page = auditor.get(FINDINGS).text
    assert "Kelloa on siirretty taaksepäin" in page
    assert "koneen kello oli väärässä" in page
    [number] = offered(page)
    for wrong in ({"reason": WHY}, {"findings": number}, {"findings": "999", "reason": WHY}):
        assert auditor.post(FINDINGS, wrong).status_code == 422, wrong
    asked = auditor.post(FINDINGS, {"findings": number, "reason": WHY})
    assert asked.location == FINDINGS
    page = auditor.get(FINDINGS).text
    assert ("Odottaa toista henkilöä" in page, WHY in page, offered(page)) == (True, True, [])

    administrator = viewer.administrator()
    waiting = administrator.get("/approvals/").text
    for told in ("Lokin tunnetut havainnot", "Kelloa on siirretty taaksepäin", WHY, "tiia"):
        assert told in waiting, told
    [approval] = re.findall(r'action="/approvals/([0-9]+)"', waiting)
    decided = administrator.post(f"/approvals/{approval}", {"verdict": "approve"})
    assert decided.location == "/approvals/"
    verified(viewer)
    page = auditor.get(FINDINGS).text
    for told in ("Mitään uutta ei löytynyt", "Tunnetut havainnot", "Pyytäjä: tiia", "Vahvisti pekka", WHY):
        assert told in page, told
    log = auditor.get(LOG).text
    assert "Lokiin on kajottu" not in log
    assert "Vahvisti, että lokin havainnot ovat tiedossa" in log

    turn_clock_back(viewer)
    verified(viewer)
    page = auditor.get(FINDINGS).text
    assert (len(offered(page)), "Tunnetut havainnot" in page) == (1, True)
    assert "Lokiin on kajottu" in auditor.get(LOG).text


def test_findings_are_for_who_may_see_the_log_and_asked_for_by_who_has_just_proved_who_he_is(
    viewer: Viewer, auditor: Browser
) -> None:
    turn_clock_back(viewer)
    verified(viewer)
    administrator = viewer.administrator()
    assert administrator.get(FINDINGS).status_code == 404
    assert administrator.post(FINDINGS, {"findings": "1", "reason": WHY}).status_code == 404
    [number] = offered(auditor.get(FINDINGS).text)
    viewer.office.clock.advance(minutes=11)
    asked = auditor.post(FINDINGS, {"findings": number, "reason": WHY})
    assert asked.location.startswith("/confirm")


def test_who_confirms_sees_all_that_is_signed_also_what_was_put_into_the_request_meanwhile(
    viewer: Viewer, auditor: Browser
) -> None:
    turn_clock_back(viewer)
    verified(viewer)
    auditor.post(FINDINGS, {"findings": offered(auditor.get(FINDINGS).text), "reason": WHY})
    put_in = [f"deleted: audit row {number} (place {number}) is not there any more [0]" for number in range(700, 760)]
    put_in += ["checkpoint 4 of 99 rows, root AAAA", "no-such-thing: somebody wrote this [0]"]
    with viewer.office.database.begin() as session:
        row = session.scalars(select(ApprovalRow)).one()
        detail = json.loads(row.detail)
        row.detail = json.dumps({**detail, "marks": [*detail["marks"], *put_in]})
    waiting = viewer.administrator().get("/approvals/").text
    for mark in put_in:
        assert mark.partition(": ")[2] in waiting, mark
    assert "checkpoint 4 of 99 rows, root AAAA" in waiting

"""What waits for a second person is said in words, with a way there for who may go and for nobody else."""

import re

import pytest
from fixtures_cases import NUMBER, PrivacyDesk
from fixtures_rights import SEE_ALL
from fixtures_web import Viewer

from privacy.cases.case_words import CaseKind
from rights.access.approvals import ask
from rights.access.deeds import Deed
from rights.access.tasks import Task
from storage.database.engine import Database

UNTIL = "2026-11-09T22:00:00+00:00"
SHA256 = "c" * 64


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: the page asks nothing that differs between them."""
    return sqlite_database


@pytest.mark.parametrize(
    ("deed", "subject", "detail", "said"),
    [
        (Deed.EXPORT_AUDIO, "{call}", {"purpose": "verification", "case": "{case}"}, ["Asiakaspalvelu", "{case}"]),
        (Deed.DELIVER_COPY, "{case}", {"copy": "7", "sha256": SHA256}, ["{case}", "Tarkastuspyyntö", SHA256]),
        (Deed.DELETE_EARLY, "{case}", {"calls": ["{call}"]}, ["{case}", "Asiakaspalvelu"]),
        (Deed.RELEASE_HOLD, "hold/1", {}, ["Numero 1"]),
        (
            Deed.OPEN_TO_PARTNER,
            "partner:1",
            {
                "partner": "Perintä <Oy>",
                "calls": ["{call}"],
                "until": UNTIL,
                "basis": "processor",
                "basis_detail": "§ 12",
            },
            ["Perintä &lt;Oy&gt;", "9.11.2026", "§ 12"],
        ),
    ],
)
def test_what_waits_is_said_in_words(
    viewer: Viewer, deed: Deed, subject: str, detail: dict[str, object], said: list[str]
) -> None:
    desk = PrivacyDesk(viewer.office)
    call_id = viewer.office.add_call(agent_id=viewer.office.sanna_id, caller_e164=NUMBER)
    known = {"{call}": call_id, "{case}": desk.open(CaseKind.ACCESS).case_no}

    def filled(value: object) -> object:
        return [filled(one) for one in value] if isinstance(value, list) else known.get(str(value), value)

    with viewer.office.database.begin() as session:
        ask(
            session,
            deed=deed,
            subject=str(filled(subject)),
            detail={key: filled(value) for key, value in detail.items()},
            reason="Asia",
            by=desk.officer,
            clock=viewer.office.clock,
        )
    approves = (Task.APPROVE_EXPORTS, Task.APPROVE_DELETIONS)
    poor = viewer.browser("pirkko", *approves).get("/approvals/").text
    rich = viewer.browser("riitta", *approves, SEE_ALL, Task.HANDLE_CASES, Task.RECORD_DISCLOSURES, Task.MANAGE_HOLDS)
    page = rich.get("/approvals/").text
    for words in said:
        assert str(filled(words)) in page
    waiting = page[page.index('class="waiting-list"') :]
    assert not re.search(r"<dt>(purpose|case|copy|sha256|calls|until|basis\w*|partner)</dt>", waiting)
    assert call_id not in re.sub(r'href="[^"]*"', "", waiting)
    listed = poor[poor.index('class="waiting-list"') :]
    assert re.search(r'<dd[^>]*><a href="', waiting)
    assert not re.search(r'<dd[^>]*><a href="', listed)

"""Pages of privacy name people and calls as people do: by name and by when it was, not by log-in or identifier."""

import pytest
from fixtures_rights import SEE_ALL
from fixtures_web import Browser, MakeViewer, Viewer

from rights.access.tasks import Task

NAME = "Outi Example"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def viewer(make_viewer: MakeViewer) -> Viewer:
    return make_viewer()


@pytest.fixture
def officer(viewer: Viewer) -> Browser:
    return viewer.browser("outi", SEE_ALL, Task.RECORD_DISCLOSURES, Task.MANAGE_HOLDS)


def test_a_hold(viewer: Viewer, officer: Browser) -> None:
    call_id = viewer.heard_call()
    form = {"call": call_id, "person": "", "reason": "Riita vuokrasta", "review_on": "1.12.2026"}
    assert officer.post("/privacy/holds/", form).status_code == 303
    page = officer.get("/privacy/holds/").text
    assert f"{NAME}, " in page
    assert f">{call_id}<" not in page
    assert ", Asiakaspalvelu</a>" in page


def test_a_hand_over(viewer: Viewer, officer: Browser) -> None:
    call_id = viewer.heard_call()
    form = {
        "recipient_kind": "authority",
        "recipient": "Poliisi",
        "basis": "public-task",
        "basis_detail": "poliisilaki 4:2",
        "contents": ["audio"],
        "description": "selvitys",
        "calls": call_id,
        "way": "encrypted-file",
        "handed_on": "2.11.2026",
    }
    answer = officer.post("/privacy/hand-overs/new", form)
    page = officer.get(answer.location).text
    assert f">{NAME}</span>" in page
    assert f">{call_id}<" not in page
    assert ", Asiakaspalvelu</a>" in page

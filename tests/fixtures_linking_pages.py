"""The viewer's pages of linking, for tests: a call from a shared number, and who links it."""

import re

import pytest
from fixtures_rights import OWN_CALLS
from fixtures_web import Browser, Viewer

from ledger_link.linking.link_decisions import decisions_of
from rights.access.tasks import Task

SHARED = "+358401000001"


ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def shared_call(viewer: Viewer) -> tuple[str, int, int]:
    """A call of Sanna's from a number that two share, and the two."""
    office = viewer.office
    aino, pekka = office.add_person("Aino", "Virtanen", SHARED), office.add_person("Pekka", "Virtanen", SHARED)
    return office.add_call(agent_id=office.sanna_id), aino, pekka


def linking_agent(viewer: Viewer, login: str = "leena") -> Browser:
    return viewer.browser(login, *OWN_CALLS, Task.LINK_CUSTOMERS, agent_id=viewer.office.sanna_id)


def english(browser: Browser, address: str) -> str:
    return browser.get(address, headers=ENGLISH).text


def decided(viewer: Viewer, call_id: str) -> list[tuple[list[int], str]]:
    with viewer.office.database.read() as session:
        return [([one.id for one in entry.persons], entry.decided_by) for entry in decisions_of(session, call_id)]


def undo_form(page: str) -> dict[str, str]:
    """Give the fields of the form of a page that withdraws a decision."""
    form = page.split('/undo">')[1].split("</form>", maxsplit=1)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return {name: value for name, value in fields.items() if name != "csrf_token"}

"""Copies behind the viewer's pages: the desk that makes them, and its officer at a browser."""

import re

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_copies import CopyDesk
from fixtures_web import Browser, Viewer

from rights.access.tasks import Task


@pytest.fixture
def copies(viewer: Viewer) -> CopyDesk:
    """The privacy desk of the viewer's office, whose calls the viewer can play."""
    return CopyDesk(PrivacyDesk(viewer.office), viewer.objects, viewer.keys, viewer.folder)


def copying_officer(viewer: Viewer, copies: CopyDesk) -> Browser:
    """The browser of the desk's officer."""
    browser = viewer.browser("olli", Task.HANDLE_CASES, Task.HEAR_FOR_COPIES)
    copies.desk.officer = viewer.office.actor(browser.account_id)
    return browser


def seen(browser: Browser, page: str, said: str) -> str:
    found = re.search(rf'action="{said}".*?name="seen" value="(\w+)"', browser.get(page).text, re.DOTALL)
    assert found is not None
    return found[1]

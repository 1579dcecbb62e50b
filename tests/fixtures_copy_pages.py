"""Copies behind the viewer's pages: the desk that makes them, and its officer at a browser."""

import pytest
from fixtures_cases import PrivacyDesk
from fixtures_copies import CopyDesk
from fixtures_rights import ALL_CALLS
from fixtures_web import Browser, Viewer

from rights.access.tasks import Task


@pytest.fixture
def copies(viewer: Viewer) -> CopyDesk:
    """The privacy desk of the viewer's office, whose calls the viewer can play."""
    return CopyDesk(PrivacyDesk(viewer.office), viewer.objects, viewer.keys, viewer.folder)


def copying_officer(viewer: Viewer, copies: CopyDesk) -> Browser:
    """The browser of the desk's officer, who may also listen to every call."""
    browser = viewer.browser("olli", Task.HANDLE_CASES, *ALL_CALLS)
    copies.desk.officer = viewer.office.actor(browser.account_id)
    return browser

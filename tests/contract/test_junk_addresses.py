"""What cannot be read is the address of no page: nothing of it reaches a database, on which it would be a fault."""

from http import HTTPStatus

import pytest
from fixtures_web import Viewer
from werkzeug.routing import UnicodeConverter

from rights.access.tasks import Task

NOWHERE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
JUNK = ("%00", "a%00b", "%0A", "%1B%5B2J", "%E2%80%A8")


def test_a_text_that_cannot_be_read_is_no_address(viewer: Viewer) -> None:
    browser = viewer.browser("everything", *Task)
    token = browser.token()
    tried = 0
    for rule in viewer.app.url_map.iter_rules():
        texts = [name for name, kind in rule._converters.items() if isinstance(kind, UnicodeConverter)]
        if not texts or set(texts) != rule.arguments:
            continue
        for junk in JUNK:
            address = rule.rule
            for name in texts:
                address = address.replace(f"<{name}>", junk)
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                tried += 1
                answer = browser.client.open(address, method=method, headers={"X-CSRFToken": token})
                assert answer.status_code in NOWHERE, (method, address)
    assert tried > 20


@pytest.mark.parametrize("action", ["%0A", "%20", "%00", "no-such-thing", "1"])
def test_the_log_is_not_narrowed_by_what_is_no_deed(viewer: Viewer, action: str) -> None:
    officer = viewer.browser("paula", Task.VIEW_AUDIT)
    assert officer.get(f"/administration/log?action={action}").status_code < HTTPStatus.INTERNAL_SERVER_ERROR

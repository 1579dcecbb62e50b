"""What an open page may ask about its session: how long it stands, without keeping it alive by asking (ASVS 14.3.1)."""

import re
from datetime import timedelta

from fixtures_web import Browser, Viewer

from rights.identity.sessions import AGE_LIMIT, IDLE_LIMIT

MINUTE = timedelta(minutes=1)


def mark_on(page: str) -> str:
    found = re.search(r'data-of="([0-9a-f]{16})"', page)
    assert found
    return found[1]


def left(browser: Browser, mark: str) -> int:
    answer = browser.get("/session/left", headers={"X-Session": mark})
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.get_json()
    assert list(told) == ["seconds_left"]
    return int(told["seconds_left"])


def stay(browser: Browser, mark: str, token: str) -> int:
    headers = {"X-Session": mark, "X-CSRFToken": token}
    return int(browser.client.post("/session/stay", headers=headers).get_json()["seconds_left"])


def test_to_ask_keeps_no_session_alive(viewer: Viewer) -> None:
    sanna, clock = viewer.sanna(), viewer.office.clock
    mark = mark_on(sanna.get("/calls").text)
    assert left(sanna, mark) == IDLE_LIMIT.total_seconds()
    for minute in range(1, 15):
        clock.advance(minutes=1)
        assert left(sanna, mark) == (IDLE_LIMIT - minute * MINUTE).total_seconds()
    clock.advance(minutes=1)
    assert left(sanna, mark) == 0
    assert sanna.get("/calls").location.startswith("/log-in")


def test_to_stay_is_activity_but_no_second_day(viewer: Viewer) -> None:
    sanna, clock = viewer.sanna(), viewer.office.clock
    mark, token = mark_on(sanna.get("/calls").text), sanna.token()
    for _ in range(42):
        clock.advance(minutes=14)
        assert stay(sanna, mark, token) >= 12 * 60
    clock.advance(minutes=11)
    assert left(sanna, mark) == (AGE_LIMIT - 599 * MINUTE).total_seconds() == 60
    assert stay(sanna, mark, token) == 60
    clock.advance(minutes=1)
    assert stay(sanna, mark, token) == 0


def test_page_of_another_session_is_over_and_strangers_learn_nothing(viewer: Viewer) -> None:
    sanna = viewer.sanna()
    mark = mark_on(sanna.get("/calls").text)
    for other in ("", "0" * 16, "ä"):
        assert left(sanna, other) == 0
    viewer.log_in(sanna)  # anew, in the same browser
    assert left(sanna, mark) == 0
    assert left(sanna, mark_on(sanna.get("/calls").text)) > 0
    stranger = viewer.stranger()
    assert left(stranger, mark) == 0
    assert stay(stranger, mark, stranger.token()) == 0


def test_page_names_where_to_log_in_again(viewer: Viewer) -> None:
    sanna = viewer.sanna()
    assert 'data-log-in="/log-in?next=/calls&amp;ended=yes"' in sanna.get("/calls").text
    sanna.post("/log-out")
    assert "data-of" not in sanna.get("/log-in?next=/calls&ended=yes").text

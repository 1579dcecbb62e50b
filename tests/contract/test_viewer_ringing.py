"""The viewer tells an agent what rings at his phone: page, stream and pick, and who gets none of them."""

import queue
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

import pytest
from fixtures_live import AINO, KORHONENS, LiveCall, Switchboard
from fixtures_rights import OWN_CALLS
from fixtures_web import Browser, MakeViewer, Viewer
from sqlalchemy import func, select

from rights.access.tasks import Task
from rights.identity.sessions import IDLE_LIMIT
from rights.tables import AuditRow, SessionRow
from storage.database.calls import AgentRow
from storage.database.engine import Database
from web.ringing_hub import MOST_OF_ONE_AGENT, Heard, RingingHub
from web.views.ringing import HUB

DEADLINE_S = 10
UNKNOWN_CALL = "0199a1b2-0000-7000-8000-000000000009"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what differs between databases is tested below the viewer."""
    return sqlite_database


@dataclass
class Stream:
    """A stream being read on a thread of its own; ``events`` are the blocks that came, heartbeats left out."""

    events: list[dict[str, str]] = field(default_factory=list)
    status: int = 0
    retry_after: str | None = None
    is_over: bool = False
    _news: threading.Condition = field(default_factory=threading.Condition)

    def read(self, browser: Browser, **headers: str) -> None:
        """Ask for it, and give back when the answer has begun."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        threading.Thread(target=self._follow, args=(browser, sent), name="reader", daemon=True).start()
        with self._news:
            assert self._news.wait_for(lambda: self.status, DEADLINE_S)

    def _follow(self, browser: Browser, headers: dict[str, str]) -> None:
        # all of it in this one thread, as a server does it: the request's context is the thread's
        answer = browser.client.get("/ringing/stream", headers=headers, buffered=False)
        with self._news:
            self.status, self.retry_after = answer.status_code, answer.headers.get("Retry-After")
            self._news.notify_all()
        for chunk in answer.iter_encoded():
            self._noted(chunk.decode())
        answer.close()
        with self._news:
            self.is_over = True
            self._news.notify_all()

    def _noted(self, text: str) -> None:
        with self._news:
            for block in text.split("\n\n"):
                pairs = [line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")]
                if pairs:
                    known: dict[str, str] = {}
                    for name, value in ((pair[0], pair[1] if len(pair) > 1 else "") for pair in pairs):
                        known[name] = f"{known[name]}\n{value}" if name in known else value
                    self.events.append(known)
            self._news.notify_all()

    def wait(self, count: int) -> dict[str, str]:
        """Give the event of this number (from 1), when it has come."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.events) >= count, DEADLINE_S), self.events
            return self.events[count - 1]

    def wait_until_over(self) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self.is_over, DEADLINE_S)


def sanna(viewer: Viewer, *tasks: Task, login: str = "sanna") -> Browser:
    return viewer.browser(login, *OWN_CALLS, *tasks, agent_id=viewer.office.sanna_id)


def hub_of(viewer: Viewer) -> RingingHub:
    hub: RingingHub = viewer.app.extensions[HUB]
    return hub


@pytest.fixture(autouse=True)
def _end_of_streams(viewer: Viewer) -> Iterator[None]:
    """No stream may outlive its test: its database goes away."""
    yield
    hub_of(viewer).end()
    for thread in threading.enumerate():
        if thread.name in {"ringing", "reader"}:
            thread.join(timeout=DEADLINE_S)


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_who_calls_comes_the_moment_it_rings_and_goes_with_the_call(
    viewer: Viewer, switchboard: Switchboard, stream: Stream
) -> None:
    viewer.office.add_person("Aino", "Virtanen", AINO)
    stream.read(sanna(viewer))
    assert stream.status == HTTPStatus.OK
    assert stream.wait(1)["data"] == "", "no call yet"
    call = switchboard.ringing_call("sanna")
    rings = stream.wait(2)
    assert rings["event"] == "calls"
    assert "Aino Virtanen" in rings["data"]
    assert "Puhelimesi soi" in rings["data"] or "Your phone rings" in rings["data"]
    call.answer("sanna")
    switchboard.mirror.step()
    assert "answered" in stream.wait(3)["data"]
    call.end()
    switchboard.mirror.step()
    assert stream.wait(4)["data"] == ""
    assert len({event["id"] for event in stream.events}) == 3, "the first and the last show the same: nothing"
    for event in stream.events:
        assert re.fullmatch(r"[0-9a-f]{16}", event["id"])


def test_the_other_agent_is_told_nothing(viewer: Viewer, switchboard: Switchboard) -> None:
    at_sanna, at_mikko = Stream(), Stream()
    at_sanna.read(sanna(viewer))
    at_mikko.read(viewer.browser("mikko", *OWN_CALLS, agent_id=viewer.office.mikko_id))
    at_mikko.wait(1)
    call = switchboard.ringing_call("sanna")
    at_sanna.wait(2)
    call.ring("mikko")
    switchboard.mirror.step()
    assert at_sanna.wait(3)["data"] == ""
    assert AINO[-4:] in at_mikko.wait(2)["data"].replace(" ", "")
    assert len(at_mikko.events) == 2


def test_a_browser_that_knows_is_not_told_again(viewer: Viewer, switchboard: Switchboard, stream: Stream) -> None:
    browser = sanna(viewer)
    switchboard.ringing_call("sanna")
    stream.read(browser)
    known = stream.wait(1)["id"]
    again = Stream()
    again.read(browser, Last_Event_ID=known)
    second = switchboard.ringing_call("sanna", number=None)
    assert "data-pick" in again.wait(1)["data"]
    assert again.events[0]["id"] != known
    assert again.events[0]["data"].count("<article") == 2
    assert second.call_id in again.events[0]["data"]


def test_nothing_of_a_person_stands_in_an_address_or_an_id(
    viewer: Viewer, switchboard: Switchboard, stream: Stream, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer.office.add_person("Salla", "Suojattu", "+358401000099", non_disclosure=True)
    call = switchboard.ringing_call("sanna", number="+358401000099")
    stream.read(sanna(viewer))
    data = stream.wait(1)["data"]
    assert "Salla Suojattu" in data
    assert "1000099" not in data.replace(" ", "")
    logged = capsys.readouterr()
    for personal in ("Suojattu", "1000099", call.call_id):
        assert personal not in logged.out + logged.err


def test_a_shared_number_is_resolved_from_the_screen(viewer: Viewer, switchboard: Switchboard, stream: Stream) -> None:
    eero, liisa = (viewer.office.add_person(name, "Korhonen", KORHONENS) for name in ("Eero", "Liisa"))
    call = switchboard.ringing_call("sanna", number=KORHONENS)
    browser = sanna(viewer, Task.LINK_CUSTOMERS)
    stream.read(browser)
    offered = stream.wait(1)["data"]
    assert [f'data-person="{person}" data-pop-key="{key}"' in offered for key, person in ((1, eero), (2, liisa))] == [
        True
    ] * 2
    answer = browser.post(f"/ringing/{call.call_id}/pick", {"person": liisa})
    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert '<h2 id="pop-1">Liisa Korhonen</h2>' in stream.wait(2)["data"]
    assert browser.post(f"/ringing/{call.call_id}/pick").status_code == HTTPStatus.NO_CONTENT
    stream.wait(3)


def test_who_may_look_into_the_register_goes_there_from_the_card(
    viewer: Viewer, switchboard: Switchboard, stream: Stream
) -> None:
    aino = viewer.office.add_person("Aino", "Virtanen", AINO)
    switchboard.ringing_call("sanna")
    stream.read(sanna(viewer, Task.VIEW_REGISTER))
    assert f'<a href="/register/persons/{aino}">Aino Virtanen</a>' in stream.wait(1)["data"]


def test_without_the_permission_nothing_can_be_picked(viewer: Viewer, switchboard: Switchboard, stream: Stream) -> None:
    persons = [viewer.office.add_person(name, "Korhonen", KORHONENS) for name in ("Eero", "Liisa")]
    call = switchboard.ringing_call("sanna", number=KORHONENS)
    browser = sanna(viewer)
    stream.read(browser)
    assert "data-person" not in stream.wait(1)["data"]
    assert browser.post(f"/ringing/{call.call_id}/pick", {"person": persons[0]}).status_code == HTTPStatus.FORBIDDEN


def test_a_pick_needs_the_forgery_token_and_a_number(viewer: Viewer, shared: LiveCall) -> None:
    browser = sanna(viewer, Task.LINK_CUSTOMERS)
    address = f"/ringing/{shared.call_id}/pick"
    assert browser.client.post(address, data={"person": "1"}).status_code == HTTPStatus.BAD_REQUEST
    for nonsense in ("x", "-1", "1.5", "²", "9" * 30):
        assert browser.post(address, {"person": nonsense}).status_code == HTTPStatus.BAD_REQUEST
    assert browser.post(f"/ringing/{UNKNOWN_CALL}/pick", {"person": "1"}).status_code == HTTPStatus.NOT_FOUND


@pytest.fixture
def shared(viewer: Viewer, switchboard: Switchboard) -> LiveCall:
    for name in ("Eero", "Liisa"):
        viewer.office.add_person(name, "Korhonen", KORHONENS)
    return switchboard.ringing_call("sanna", number=KORHONENS)


def test_only_who_has_a_phone_has_the_page_and_the_stream(viewer: Viewer) -> None:
    for browser in (viewer.trainer(), viewer.administrator()):
        assert browser.get("/ringing").status_code == HTTPStatus.NOT_FOUND
        assert browser.get("/ringing/stream").status_code == HTTPStatus.NOT_FOUND
        assert 'id="ringing"' not in browser.get("/nowhere").text
    browser = sanna(viewer)
    assert 'id="ringing"' in browser.get("/nowhere").text
    assert browser.get("/ringing").status_code == HTTPStatus.OK


def test_the_page_shows_the_state_of_the_moment(viewer: Viewer, switchboard: Switchboard) -> None:
    viewer.office.add_person("Aino", "Virtanen", AINO)
    browser = sanna(viewer)
    assert "<article" not in browser.get("/ringing").text
    switchboard.ringing_call("sanna")
    page = browser.get("/ringing").text
    assert "Aino Virtanen" in page
    assert page.count('id="ringing"') == 1


def test_there_are_only_so_many_streams_and_the_next_is_told_when_to_ask_again(make_viewer: MakeViewer) -> None:
    viewer = make_viewer(ringing_streams=2)
    streams = [Stream() for _ in range(3)]
    with viewer.office.database.begin() as session:
        row = AgentRow(name="E", aor="sip:e@x", sip_user="e", ha1="0" * 32, created_at=viewer.office.clock.now())
        session.add(row)
        session.flush()
        elina_id = row.id
    browsers = [
        sanna(viewer),
        viewer.browser("mikko", *OWN_CALLS, agent_id=viewer.office.mikko_id),
        viewer.browser("elina", *OWN_CALLS, agent_id=elina_id),
    ]
    for one, browser in zip(streams, browsers, strict=True):
        one.read(browser)
    assert [one.status for one in streams] == [200, 200, 503]
    assert streams[2].retry_after == "5"
    hub_of(viewer).end()
    for one in streams[:2]:
        one.wait_until_over()


def test_one_agent_cannot_take_every_stream(viewer: Viewer) -> None:
    browser = sanna(viewer)
    streams = [Stream() for _ in range(MOST_OF_ONE_AGENT + 1)]
    for one in streams:
        one.read(browser)
    assert [one.status for one in streams] == [200] * MOST_OF_ONE_AGENT + [503]


def test_a_stream_ends_after_its_time_and_gives_its_place_back(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.ringing.STREAM_S", 0.05)
    monkeypatch.setattr("web.views.ringing.HEARTBEAT_S", 0.01)
    browser = sanna(viewer)
    for _ in range(MOST_OF_ONE_AGENT + 2):
        one = Stream()
        one.read(browser)
        one.wait_until_over()
        assert one.status == HTTPStatus.OK


def test_a_stream_is_no_activity_and_ends_with_the_session(
    viewer: Viewer, stream: Stream, switchboard: Switchboard
) -> None:
    browser, office = sanna(viewer), viewer.office

    def seen_at() -> object:
        with office.database.read() as session:
            return session.scalar(select(SessionRow.seen_at).where(SessionRow.account_id == browser.account_id))

    before = seen_at()
    office.clock.advance(minutes=10)
    stream.read(browser)
    stream.wait(1)
    assert seen_at() == before
    office.clock.advance(seconds=IDLE_LIMIT.total_seconds())
    switchboard.ringing_call("sanna")
    stream.wait_until_over()
    assert len(stream.events) == 1, "nobody who is logged out is told"
    late = Stream()
    late.read(browser)
    assert late.status == HTTPStatus.UNAUTHORIZED


def test_a_permission_that_ends_ends_the_stream(viewer: Viewer, stream: Stream, switchboard: Switchboard) -> None:
    browser, office = sanna(viewer), viewer.office
    stream.read(browser)
    stream.wait(1)
    viewer.administrator().post(f"/accounts/{browser.account_id}/disable")
    switchboard.ringing_call("sanna")
    stream.wait_until_over()
    with office.database.read() as session:
        assert session.scalar(select(func.count()).where(AuditRow.action == "screen-popped")) == 0


def test_one_thread_asks_for_all_screens_and_only_while_there_are_any() -> None:
    asked = 0

    def read() -> dict[int, object]:
        nonlocal asked
        asked += 1
        return {1: asked}

    hub = RingingHub(read, most=10, poll_s=0.001)
    assert asked == 0
    listeners = [hub.join(1), hub.join(2)]
    assert all(listeners)
    first, second = (listener for listener in listeners if listener is not None)
    assert first.wait(timeout_s=DEADLINE_S, connection=None) is Heard.NEWS
    assert second.wait(timeout_s=0.02, connection=None) is Heard.NOTHING
    assert sum(thread.name == "ringing" for thread in threading.enumerate()) == 1
    for listener in (first, second, first):
        hub.leave(listener)
    for thread in threading.enumerate():
        if thread.name == "ringing":
            thread.join(timeout=DEADLINE_S)
    assert not any(thread.name == "ringing" for thread in threading.enumerate())


def test_a_watch_that_fails_goes_on() -> None:
    answers: queue.Queue[dict[int, object] | None] = queue.Queue()

    def read() -> dict[int, object]:
        answer = answers.get(timeout=DEADLINE_S)
        if answer is None:
            raise RuntimeError("away")
        return dict(answer)

    hub = RingingHub(read, most=10, poll_s=0.001)
    listener = hub.join(1)
    assert listener is not None
    answers.put({1: "a"})
    assert listener.wait(timeout_s=DEADLINE_S, connection=None) is Heard.NEWS
    answers.put(None)
    answers.put({1: "b"})  # only now: of two news that come before somebody waits he is told once
    assert listener.wait(timeout_s=DEADLINE_S, connection=None) is Heard.NEWS
    hub.end()
    answers.put({})
    assert listener.wait(timeout_s=DEADLINE_S, connection=None) is Heard.END
    assert hub.join(1) is None


def test_while_it_rings_one_is_told_who_calls_not_who_called(
    viewer: Viewer, switchboard: Switchboard, stream: Stream
) -> None:
    for name in ("Eero", "Liisa"):
        viewer.office.add_person(name, "Korhonen", KORHONENS)
    viewer.office.add_person("Aino", "Virtanen", AINO)
    for number in (KORHONENS, AINO):
        switchboard.ringing_call("sanna", number=number)
    stream.read(sanna(viewer, Task.LINK_CUSTOMERS), Accept_Language="fi")
    told = stream.wait(1)["data"]
    for words in ("ei selviä, kuka soittaa.", "Valitse, kuka soittaa:", "Pelkkä numero ei todista, kuka soittaa."):
        assert words in told, words
    assert "kuka soitti" not in told

"""What the audit says was heard is what was played and a few seconds ahead of it: in a real browser, of a long call."""

import io
import re
import struct
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from fixtures_archive import CallMaker
from fixtures_browser import CALLS_AT, DOMAIN, Served, Visiting, archive_of
from fixtures_rights import OPERATOR, added_account
from playwright.sync_api import Page, Request, Route, expect
from sqlalchemy import func, select

from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.identity.accounts import actor_of, get_account
from rights.listening.listeners import Span, listeners_of
from rights.listening.restrictions import Restricted, RestrictionKind, restrict
from rights.tables import AuditRow

DEADLINE_S = 60
LONG_S = 300
AHEAD_MS = 7300  # of the player: four seconds, the fragment that reaches them, and a frame that began before
FRAME_MS = 512
CUSTOMER_HZ, AGENT_HZ = 440, 1000

EARS = """
const connect = AudioNode.prototype.connect
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    window.ears = this.context.createAnalyser()
    window.ears.fftSize = 8192
    window.ears.smoothingTimeConstant = 0
    connect.call(this, window.ears)
  }
  return connect.call(this, to, ...more)
}
"""
LOUDEST = """() => {
  const levels = new Float32Array(ears.frequencyBinCount)
  ears.getFloatFrequencyData(levels)
  const width = ears.context.sampleRate / ears.fftSize
  const heard = [...levels].map((level, bin) => ({ level, hz: bin * width }))
  return heard.filter(({ level }) => level > -60).map(({ hz }) => hz)
}"""
VERBATIM = """async ([module, audio]) => {
  const { openMasked } = await import(module)
  const masked = await openMasked({ audio }, new AbortController().signal)
  const count = Math.ceil(masked.samples / masked.frameSamples)
  const frames = await masked.read(0, count)
  const bytes = [masked.description, ...frames].flatMap((part) => [...part])
  return btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''))
}"""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def position_of(page: Page) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


@pytest.fixture(scope="module")
def long_call(served: Served) -> str:
    """A call of five minutes, as all calls come in."""
    house = served.house
    started_at = CALLS_AT + timedelta(hours=1)
    made = CallMaker(house.spool).recorded(seconds=LONG_S, started_at=started_at, agent_aor=f"sip:mikko@{DOMAIN}")
    assert archive_of(house).run_once() == 1
    return made.call_id


def has_ended(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('audio').ended"))


def open_player(page: Page, served: Served, call_id: str, purpose: str = "training") -> None:
    """Open a call's page and start it; the purpose is asked once."""
    page.goto(f"{served.address}/calls/{call_id}")
    expect(page.locator("#play")).to_be_enabled()
    is_stated = page.locator("#player[data-audio]").count() == 1
    page.click("#play")
    if not is_stated:
        page.check(f"#purpose input[value={purpose}]")
        page.click("#purpose button[type=submit]")


def heard(served: Served, call_id: str) -> tuple[Span, ...]:
    with served.house.database.read() as session:
        (listener,) = listeners_of(session, call_id)
    return listener.spans


def pieces_served(served: Served, call_id: str) -> int:
    counted = select(func.count()).where(AuditRow.call_id == call_id, AuditRow.action == Action.LISTENED)
    with served.house.database.read() as session:
        return session.scalar(counted) or 0


def pause_at(page: Page, seconds: float) -> float:
    """Wait until the sound has come so far, stop it, and tell how far it came."""
    until(lambda: position_of(page) >= seconds)
    page.click("#play")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Toista")
    return position_of(page)


def test_no_more_is_logged_than_was_played_and_a_few_seconds(served: Served, visit: Visiting, long_call: str) -> None:
    page = visit("tiina").page
    open_player(page, served, long_call)
    first = pause_at(page, 2) * 1000
    expect(page.locator("#listened .share")).to_have_text(re.compile(r"0:00\u20130:\d\d"))
    (span,) = heard(served, long_call)
    assert span.from_ms == 0
    assert first <= span.stop_ms <= first + AHEAD_MS

    served_before = pieces_served(served, long_call)
    for _ in range(3):  # past what was fetched, while nothing plays
        page.keyboard.press("l")
    box = page.locator("#wave").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    expect(page.locator("#at")).to_have_text(re.compile("2:(29|30|31)"))
    middle = position_of(page) * 1000
    assert pieces_served(served, long_call) == served_before
    page.click("#play")
    second = pause_at(page, middle / 1000 + 2) * 1000
    both = re.compile(r"0:00\u20130:\d\d, 2:(29|30|31)\u20132:\d\d")
    expect(page.locator("#listened .share")).to_have_text(both)
    before, after = heard(served, long_call)
    assert before == span
    assert middle - FRAME_MS <= after.from_ms <= middle
    assert second <= after.stop_ms <= second + AHEAD_MS


def test_the_end_is_the_end_and_it_begins_anew(served: Served, visit: Visiting, long_call: str) -> None:
    page = visit("tiina").page
    open_player(page, served, long_call)
    pause_at(page, 0.1)  # while it plays, the end would be reached between two keys
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.click("#play")
    until(lambda: has_ended(page))
    assert position_of(page) == pytest.approx(LONG_S, abs=0.1)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Toista")
    page.click("#play")
    until(lambda: 0 < position_of(page) < LONG_S / 2)
    page.keyboard.press("End")
    until(lambda: has_ended(page))
    expect(page.locator("#player-error")).to_be_hidden()


def test_pitch_stays_at_any_speed_and_a_muted_lane_is_silent(served: Served, visit: Visiting, long_call: str) -> None:
    page = visit("tiina").page
    page.add_init_script(EARS)
    open_player(page, served, long_call)
    page.select_option("#speed", "2")
    page.keyboard.press("Escape")

    def sounds(*expected: int) -> bool:
        loud = page.evaluate(LOUDEST)
        return all(any(abs(hz - one) < 25 for hz in loud) for one in expected) and all(
            any(abs(hz - one) < 150 for one in expected) for hz in loud
        )

    until(lambda: position_of(page) > 1 and sounds(CUSTOMER_HZ, AGENT_HZ))
    page.click(".mute[data-lane='0']")
    until(lambda: sounds(AGENT_HZ))
    page.click(".mute[data-lane='0']")
    page.click(".mute[data-lane='1']")
    until(lambda: sounds(CUSTOMER_HZ))
    before = position_of(page)
    until(lambda: position_of(page) > before + 8)  # on and on, at twice the speed
    expect(page.locator("#player-error")).to_be_hidden()


def test_a_browser_without_fragments_plays_from_the_plain_address(
    served: Served, visit: Visiting, long_call: str
) -> None:
    page = visit("tiina").page
    page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource")
    open_player(page, served, long_call)
    until(lambda: position_of(page) > 0.3)
    assert "/audio?" in page.evaluate("document.getElementById('audio').src")


def test_a_right_that_ends_stops_the_sound_and_says_so(served: Served, visit: Visiting, long_call: str) -> None:
    made = visit("tiina")
    open_player(made.page, served, long_call)
    until(lambda: position_of(made.page) > 0.3)
    made.page.context.clear_cookies()
    expect(made.page.locator("#player-error")).to_contain_text("Istuntosi päättyi")
    expect(made.page.locator("#play")).to_have_attribute("aria-label", "Toista")
    made.complaints.clear()


def test_a_restricted_call_shows_no_outline_before_a_purpose_that_nothing_blocks(
    served: Served, visit: Visiting
) -> None:
    house, call_id = served.house, served.mikkos
    with house.database.begin() as session:
        added_account(session, name="Outi", login="outi", tasks=(Task.HANDLE_CASES,), clock=house.clock)
        officer = actor_of(session, get_account(session, login="outi", by=OPERATOR, clock=house.clock).id, house.clock)
        assert officer is not None
        restrict(
            session, Restricted(call_id=call_id), kind=RestrictionKind.RESTRICTION, case_number="T-2026-0001",
            reason="Kiistää", by=officer, clock=house.clock,
        )  # fmt: skip
    page = visit("tiina").page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served.address}/calls/{call_id}")
    expect(page.locator("#play")).to_be_enabled()
    assert not [address for address in asked if "/peaks" in address]
    page.click("#play")
    expect(page.locator("#purpose input[value=training]")).to_be_disabled()
    page.check("#purpose input[value=request]")
    if page.locator("#case-field").is_visible():
        page.fill("#case", "HR-12")
    page.click("#purpose button[type=submit]")
    until(lambda: position_of(page) > 0.3)
    until(lambda: any("/peaks?listening=" in address for address in asked))
    page.reload()
    expect(page.locator("#play")).to_be_enabled()
    expect(page.locator("#player-error")).to_be_hidden()


def test_what_is_made_of_a_wav_in_the_browser_is_flac_bit_for_bit(served: Served, visit: Visiting) -> None:
    """The masked player's frames, decoded by another program; the last one is shorter."""
    page = visit("tiina").page
    samples = np.random.default_rng(1).integers(-(2**15), 2**15, (200 * 4096 + 77, 2), dtype=np.int16)
    data = samples.astype("<i2").tobytes()
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        2,
        8000,
        32000,
        4,
        16,
        b"data",
        len(data),
    )
    wav = header + data

    def answer(route: Route, request: Request) -> None:
        first, last = request.headers["range"].removeprefix("bytes=").split("-")
        route.fulfill(status=206, body=wav[int(first) : int(last) + 1], content_type="audio/wav")

    page.route("**/masked.wav", answer)
    module = f"{served.address}/static/js/masked_recording.js"
    made = b64decode(page.evaluate(VERBATIM, [module, "/masked.wav"]))
    decoded, rate = soundfile.read(io.BytesIO(made), dtype="int16")
    assert rate == 8000
    assert np.array_equal(decoded, samples)

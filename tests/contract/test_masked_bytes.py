"""What is heard of a masked call is what is logged: over random ranges, seeks and listeners who go away."""

from itertools import islice
from json import loads

import pytest
from fixtures_copies import RATE, WAV_HEADER_BYTES, CopyDesk, voices
from fixtures_copy_pages import copying_officer
from fixtures_ranges import RangeRequest, range_requests
from fixtures_web import Browser, Viewer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from privacy.copies.mask import Lane, Mask, MaskReason, Way
from rights.audit.trail import Action
from rights.listening.listeners import Span, joined
from rights.listening.listening import HEARD_MS
from rights.tables import AuditRow

SECONDS = 7.3
FRAME_SAMPLES = 4096
FRAME_MS = FRAME_SAMPLES * 1000 // RATE
SAMPLE_BYTES = 4  # of both lanes
LENGTH_MS = int(SECONDS * 1000)
SIZE = WAV_HEADER_BYTES + LENGTH_MS * RATE // 1000 * SAMPLE_BYTES
MASKED = Mask(Lane.CUSTOMER, 1500, 3100, Way.SILENCE, MaskReason.THIRD_PERSON)


def frames_of(start: int, stop: int) -> list[Span]:
    """Tell which time the frames hold that bytes of the WAV are of; none is of its header."""
    first, last = max(0, start - WAV_HEADER_BYTES) // SAMPLE_BYTES, -(-(stop - WAV_HEADER_BYTES) // SAMPLE_BYTES)
    if last <= first:
        return []
    frames = first // FRAME_SAMPLES, -(-last // FRAME_SAMPLES)
    return [Span(frames[0] * FRAME_MS, min(frames[1] * FRAME_MS, LENGTH_MS))]


def masked_audio() -> bytes:
    lanes = voices(SECONDS)
    lanes[MASKED.from_ms * RATE // 1000 : MASKED.to_ms * RATE // 1000, 0] = 0
    return lanes.tobytes()


@pytest.fixture
def listening(viewer: Viewer, copies: CopyDesk) -> tuple[Viewer, Browser, str]:
    call_id, browser = copies.call(seconds=SECONDS), copying_officer(viewer, copies)
    case_no = copies.case()
    copies.masked(case_no, call_id, MASKED)
    stated = browser.post_json(f"/privacy/cases/{case_no}/calls/{call_id}/masks/listening", {})
    return viewer, browser, str(stated.get_json()["audio"])


@given(asked=st.lists(range_requests(SIZE), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_heard_of_a_masked_call_is_what_is_logged(
    listening: tuple[Viewer, Browser, str], asked: list[RangeRequest]
) -> None:
    viewer, browser, address = listening
    database, expected = viewer.office.database, bytes(WAV_HEADER_BYTES) + masked_audio()
    for one in asked:
        with database.read() as session:
            before = session.scalar(select(func.max(AuditRow.id))) or 0
        answer = browser.get(address, headers=one.headers)
        at = one.start
        for piece in islice(answer.iter_encoded(), one.pieces):
            sound = max(0, WAV_HEADER_BYTES - at)
            assert piece[sound:] == expected[at : at + len(piece)][sound:]
            at += len(piece)
        answer.close()
        if one.pieces is None:
            assert at - one.start == answer.content_length
        with database.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.id > before, AuditRow.action == Action.LISTENED))
            logged = [Span(*ms) for row in rows if (ms := loads(row.plain_detail or "{}")[HEARD_MS])]
        assert list(joined(logged)) == frames_of(one.start, at)

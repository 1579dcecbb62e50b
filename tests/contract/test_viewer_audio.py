"""Audio over HTTP: ranges, and the audit row before each of them."""

import re
from http import HTTPStatus

import pytest
from fixtures_rights import AUDIO, OPERATOR, SAMPLE_RATE_HZ, SEE_ALL, SPEECH_S, speech
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from rights.identity.accounts import revoke_task
from rights.listening.listening import STEP_BYTES
from rights.tables import AuditRow
from storage.audio.frames import frames_of

SIZE = len(AUDIO)


def begin(browser: Browser, call_id: str, purpose: str = "training") -> str:
    answer = browser.post_json(f"/api/calls/{call_id}/listenings", {"purpose": purpose})
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    return str(answer.get_json()["audio"])


def heard(viewer: Viewer) -> list[tuple[str | None, str | None, int | None, int | None]]:
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "listened").order_by(AuditRow.id)).all()
    return [(row.login, row.purpose, row.first_byte, row.stop_byte) for row in rows]


def test_the_whole_is_served_in_audited_steps(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    audio = trainer.get(begin(trainer, call_id))
    assert audio.status_code == HTTPStatus.OK
    assert audio.mimetype == "audio/flac"
    assert audio.headers["Accept-Ranges"] == "bytes"
    assert audio.headers["Cache-Control"] == "private, no-store"
    assert audio.content_length == SIZE
    assert audio.data == AUDIO
    steps = [(first, min(first + STEP_BYTES, SIZE)) for first in range(0, SIZE, STEP_BYTES)]
    assert heard(viewer) == [("tiina", "training", first, stop) for first, stop in steps]


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=70000-80000", 70000, 80001), ("bytes=-100", SIZE - 100, SIZE),
     (f"bytes={SIZE - 5}-{SIZE + 99}", SIZE - 5, SIZE)],
)  # fmt: skip
def test_a_range_is_served_and_audited_exactly(viewer: Viewer, header: str, start: int, stop: int) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    part = trainer.get(begin(trainer, call_id), headers={"Range": header})
    assert part.status_code == HTTPStatus.PARTIAL_CONTENT
    assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert part.data == AUDIO[start:stop]
    assert heard(viewer) == [("tiina", "training", start, stop)]


def test_a_range_outside_is_refused_and_hears_nothing(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    refused = trainer.get(begin(trainer, call_id), headers={"Range": f"bytes={SIZE}-"})
    assert refused.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert refused.headers["Content-Range"] == f"bytes */{SIZE}"
    assert heard(viewer) == []


def test_head_tells_the_size_and_hears_nothing(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    head = trainer.client.head(begin(trainer, call_id))
    assert (head.status_code, head.content_length, head.data) == (HTTPStatus.OK, SIZE, b"")
    assert heard(viewer) == []


def test_if_range_serves_a_part_only_of_the_same_bytes(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    address = begin(trainer, call_id)
    etag = trainer.client.head(address).headers["ETag"]
    same = trainer.get(address, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = trainer.get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, len(same.data)) == (HTTPStatus.PARTIAL_CONTENT, 10)
    assert (other.status_code, len(other.data)) == (HTTPStatus.OK, SIZE)


def test_no_byte_without_a_purpose(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    refused = trainer.get(f"/calls/{call_id}/audio")
    assert refused.status_code == HTTPStatus.PRECONDITION_REQUIRED
    for purpose in ("", "curiosity"):
        answer = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": purpose})
        assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert heard(viewer) == []


def test_a_listening_is_its_owners_and_its_calls(viewer: Viewer) -> None:
    first, second = viewer.heard_call(), viewer.heard_call()
    trainer, sanna = viewer.trainer(), viewer.sanna()
    address = begin(trainer, first)
    assert sanna.get(address).status_code == HTTPStatus.NOT_FOUND
    assert trainer.get(address.replace(first, second)).status_code == HTTPStatus.NOT_FOUND
    assert trainer.get(f"/calls/{first}/audio?listening=nonsense").status_code == HTTPStatus.NOT_FOUND
    viewer.office.clock.advance(hours=11)
    assert trainer.get(address).status_code == HTTPStatus.UNAUTHORIZED
    assert heard(viewer) == []


def test_a_right_taken_while_listening_ends_it(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    address = begin(trainer, call_id)
    assert trainer.get(address, headers={"Range": "bytes=0-9"}).status_code == HTTPStatus.PARTIAL_CONTENT
    with viewer.office.database.begin() as session:
        revoke_task(session, login="tiina", permit=SEE_ALL, by=OPERATOR, clock=viewer.office.clock)
    assert trainer.get(address, headers={"Range": "bytes=0-9"}).status_code == HTTPStatus.UNAUTHORIZED
    viewer.log_in(trainer)
    assert trainer.get(address, headers={"Range": "bytes=0-9"}).status_code == HTTPStatus.NOT_FOUND
    assert len(heard(viewer)) == 1


def test_a_damaged_object_is_an_error_and_not_audio(viewer: Viewer) -> None:
    call_id = viewer.heard_call()
    trainer = viewer.trainer()
    address = begin(trainer, call_id)
    for stored in (viewer.folder / "objects").rglob("*audio*"):
        if stored.is_file():
            stored.chmod(0o600)
            content = bytearray(stored.read_bytes())
            content[100] ^= 1
            stored.write_bytes(bytes(content))
    broken = trainer.get(address, headers={"Range": "bytes=0-9"})
    assert broken.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert broken.get_json()["title"] == "Internal Server Error"


def test_who_listened_stands_on_the_page_with_the_seconds(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    trainer, sanna = viewer.trainer(), viewer.sanna()
    frames = frames_of([speech()], samples=SPEECH_S * SAMPLE_RATE_HZ)
    address = begin(trainer, call_id)
    for first, stop in ((12, 25), (40, 42)):
        begins, ends = (frames.starts[second * SAMPLE_RATE_HZ // frames.frame_samples] for second in (first, stop))
        assert trainer.get(address, headers={"Range": f"bytes={begins}-{ends}"}).data == speech()[begins : ends + 1]
    page = sanna.get(f"/calls/{call_id}", headers={"Accept-Language": "en"}).text
    assert "Tiina Example" in page
    assert "Staff training" in page
    for text in (page, sanna.get(f"/calls/{call_id}/listeners").text):
        found = re.findall(r"(\d:\d\d)\u2013(\d:\d\d)", text)
        assert found == [("0:12", "0:25"), ("0:40", "0:42")]


def test_where_its_frames_are_is_told_of_a_call_that_may_be_heard(viewer: Viewer) -> None:
    call_id, trainer = viewer.spoken_call(), viewer.trainer()
    told = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "training"}).get_json()
    frames = frames_of([speech()], samples=SPEECH_S * SAMPLE_RATE_HZ)
    assert trainer.get(told["frames"]).get_json() == {
        "channels": 2,
        "sample_rate_hz": SAMPLE_RATE_HZ,
        "samples": frames.samples,
        "frame_samples": frames.frame_samples,
        "size_bytes": len(speech()),
        "starts": list(frames.starts),
    }
    assert viewer.sanna().get(told["frames"]).status_code == HTTPStatus.NOT_FOUND
    without = trainer.get(f"/calls/{call_id}/audio/frames")
    assert without.status_code == HTTPStatus.PRECONDITION_REQUIRED
    damaged = trainer.post_json(f"/api/calls/{viewer.heard_call()}/listenings", {"purpose": "training"}).get_json()
    assert trainer.get(damaged["frames"]).get_json()["starts"] == []
    assert heard(viewer) == []


def test_a_call_without_audio_says_why(viewer: Viewer) -> None:
    call_id = viewer.office.add_call(agent_id=None, recorded=False, reason="abandoned_in_disclosure")
    trainer = viewer.trainer()
    page = trainer.get(f"/calls/{call_id}", headers={"Accept-Language": "fi"}).text
    assert "Ääntä ei ole: katkesi tallennusilmoituksen aikana" in page
    assert 'id="player"' not in page
    assert trainer.get(f"/api/calls/{call_id}/peaks").status_code == HTTPStatus.NOT_FOUND
    refused = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "verify"})
    assert refused.status_code == HTTPStatus.NOT_FOUND

"""A stated purpose: for eight hours, with the case that it asks for, past no restriction and no end of a session."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from fixtures_rights import ALL_CALLS, SAMPLE_RATE_HZ, SPEECH_S, speech
from fixtures_web import Browser, Viewer
from sqlalchemy import select

from rights.access.tasks import Task
from rights.audit.trail import Action
from rights.identity.sessions import SessionEnd, end_sessions_of
from rights.listening.listeners import Span, listeners_of
from rights.listening.listening import STEP_BYTES
from rights.listening.restrictions import Restricted, RestrictionKind, lift, restrict
from rights.tables import AuditRow, PurposeRow
from storage.audio.frames import frames_of

PIECE = {"Range": "bytes=0-9"}


def state(browser: Browser, call_id: str, purpose: str = "training", case: str = "") -> dict[str, str]:
    answer = browser.post_json(f"/api/calls/{call_id}/listenings", {"purpose": purpose, "case": case})
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    told: dict[str, str] = answer.get_json()
    return told


def begun(viewer: Viewer) -> int:
    with viewer.office.database.read() as session:
        rows = session.scalars(select(AuditRow.id).where(AuditRow.action == Action.LISTENING_BEGUN)).all()
    return len(rows)


def test_it_stands_for_eight_hours_and_is_not_asked_again(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    trainer = viewer.trainer()
    assert "data-audio=" not in trainer.get(f"/calls/{call_id}").text
    first = state(trainer, call_id)
    page = trainer.get(f"/calls/{call_id}", headers={"Accept-Language": "en"}).text
    assert f'data-audio="{first["audio"]}"' in page
    assert "Staff training" in page
    assert state(trainer, call_id) == first
    assert begun(viewer) == 1
    assert state(trainer, call_id, "verify")["id"] != first["id"]
    viewer.office.clock.advance(hours=7, minutes=59)
    viewer.log_in(trainer)  # the session is long over, the purpose stands
    assert state(trainer, call_id) == first
    assert trainer.get(first["audio"], headers=PIECE).status_code == HTTPStatus.PARTIAL_CONTENT
    viewer.office.clock.advance(minutes=1)
    assert trainer.get(first["audio"], headers=PIECE).status_code == HTTPStatus.NOT_FOUND
    assert "data-audio=" not in trainer.get(f"/calls/{call_id}").text
    assert state(trainer, call_id)["audio"] != first["audio"]


def test_it_is_one_persons_for_one_call(viewer: Viewer) -> None:
    call_id, other = viewer.spoken_call(), viewer.spoken_call()
    trainer = viewer.trainer()
    state(trainer, call_id)
    colleague = viewer.browser("toini", *ALL_CALLS)
    assert "data-audio=" not in trainer.get(f"/calls/{other}").text
    assert "data-audio=" not in colleague.get(f"/calls/{call_id}").text


def test_ones_own_call_has_its_purpose_preset(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    own, others = (browser.get(f"/calls/{call_id}").text for browser in (viewer.sanna(), viewer.trainer()))
    assert 'value="own-call" required checked' in own
    assert 'value="own-call"' not in others
    assert "checked" not in others[others.index('id="purpose-form"') :]


def require_case(viewer: Viewer, pattern: str | None) -> None:
    with viewer.office.database.begin() as session:
        row = session.get_one(PurposeRow, "request")
        row.requires_case, row.case_pattern = True, pattern


@pytest.mark.parametrize("case", ["", "   ", "T-2026-1", "2026", "T-2026-0001\n", "T" * 65])
def test_case_number_has_to_look_right(viewer: Viewer, case: str) -> None:
    call_id = viewer.spoken_call()
    require_case(viewer, "K-####-####")
    answer = viewer.trainer().post_json(f"/api/calls/{call_id}/listenings", {"purpose": "request", "case": case})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert begun(viewer) == 0


def test_case_number_stands_beside_the_purpose(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    require_case(viewer, "k-####-@")
    trainer = viewer.trainer()
    told = state(trainer, call_id, "request", " k-2026-ä ")
    assert told["case"] == "K-2026-Ä"
    assert state(trainer, call_id, "request", "K-2026-B")["id"] != told["id"]
    assert len(trainer.get(told["audio"]).data) == len(speech())
    assert "K-2026-Ä" in viewer.sanna().get(f"/calls/{call_id}").text


def test_number_of_a_case_that_is_kept_here_must_exist(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    require_case(viewer, None)
    trainer = viewer.trainer()
    answer = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "request", "case": "T-2026-0001"})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert state(trainer, call_id, "request", "Dnro 12/2026")["case"] == "DNRO 12/2026"


def test_restriction_ends_what_was_begun_and_is_told_on_the_page(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    trainer = viewer.trainer()
    office = viewer.office
    officer = office.actor(office.add_account("paivi", Task.HANDLE_CASES))
    training, verifying = state(trainer, call_id)["audio"], state(trainer, call_id, "verify")["audio"]
    going = trainer.get(training).iter_encoded()
    assert next(going)
    with office.database.begin() as session:
        standing = restrict(
            session, Restricted(call_id=call_id), kind=RestrictionKind.OBJECTION, purpose="training",
            case_number="T-2026-0001", reason="Vastustaa", by=officer, clock=office.clock,
        )  # fmt: skip
    with pytest.raises(Exception, match="restricted"):
        next(going)
    assert trainer.get(training, headers=PIECE).status_code == HTTPStatus.FORBIDDEN
    assert trainer.get(verifying, headers=PIECE).status_code == HTTPStatus.PARTIAL_CONTENT
    refused = trainer.post_json(f"/api/calls/{call_id}/listenings", {"purpose": "training"})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    page = trainer.get(f"/calls/{call_id}", headers={"Accept-Language": "en"}).text
    assert "a data subject has objected to this use" in page
    assert "Processing restricted" in page
    with office.database.begin() as session:
        lift(session, standing.id, reason="Peruutti", by=officer, clock=office.clock)
    assert trainer.get(training, headers=PIECE).status_code == HTTPStatus.PARTIAL_CONTENT


def end_session(viewer: Viewer, account_id: int) -> None:
    with viewer.office.database.begin() as session:
        end_sessions_of(session, account_id, because=SessionEnd.LOGGED_OUT, clock=viewer.office.clock)


def idle_away(viewer: Viewer, _account_id: int) -> None:
    viewer.office.clock.advance(minutes=16)


@pytest.mark.parametrize("end", [end_session, idle_away])
def test_no_piece_leaves_after_the_sessions_end(viewer: Viewer, end: Callable[[Viewer, int], None]) -> None:
    """The next request is refused, and so is the next piece of a request that is being answered."""
    call_id = viewer.spoken_call()
    trainer = viewer.trainer()
    address = state(trainer, call_id)["audio"]
    going = trainer.get(address).iter_encoded()
    assert len(next(going)) == STEP_BYTES
    end(viewer, trainer.account_id)
    with pytest.raises(Exception, match="no such call"):
        next(going)
    assert trainer.get(address, headers=PIECE).status_code == HTTPStatus.UNAUTHORIZED


def test_seconds_served_are_those_the_decoder_finds(viewer: Viewer) -> None:
    call_id = viewer.spoken_call()
    trainer = viewer.trainer()
    frames = frames_of([speech()], samples=SPEECH_S * SAMPLE_RATE_HZ)
    address = state(trainer, call_id)["audio"]
    trainer.get(address, headers={"Range": f"bytes=0-{frames.starts[0] - 1}"}).get_data()
    with viewer.office.database.read() as session:
        (silent,) = listeners_of(session, call_id)
    assert (silent.spans, silent.is_estimated) == ((), False)
    for first, stop in ((10, 20), (15, 30), (90, 91)):
        trainer.get(address, headers={"Range": f"bytes={frames.starts[first]}-{frames.starts[stop] - 1}"}).get_data()
    with viewer.office.database.read() as session:
        (told,) = listeners_of(session, call_id)
    length_ms = frames.frame_samples * 1000 // SAMPLE_RATE_HZ
    assert told.spans == (Span(10 * length_ms, 30 * length_ms), Span(90 * length_ms, 91 * length_ms))
    assert told.heard_ms == 21 * length_ms


def test_listening_from_before_the_seconds_is_told_about(viewer: Viewer) -> None:
    call_id = viewer.heard_call()  # not a FLAC: nothing but the share of bytes is known
    trainer = viewer.trainer()
    trainer.get(state(trainer, call_id)["audio"], headers={"Range": f"bytes=0-{STEP_BYTES - 1}"}).get_data()
    with viewer.office.database.read() as session:
        (told,) = listeners_of(session, call_id)
    assert told.is_estimated
    assert len(told.spans) == 1

"""The performance: the phones register, the scenes are played, and a progress bar tells how far they are."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

from calls.errors import UnavailableError
from rights.calls.call_filter import CallFilter
from rights.calls.catalogue import search_calls
from rights.calls.facts import CallFacts
from softphones.baresip import Baresip, PhoneCallState
from softphones.sipp import SippCaller
from tallenne.demo.cast import AGENTS
from tallenne.demo.scenes import SCENES, Scene
from tallenne.demo.stage import Credentials
from tallenne.house import House
from tallenne.operator import operator

ARCHIVE_TIMEOUT_S = 30.0
_TICK_S = 0.1
_ANSWER_AFTER_S = 1.0
_SPEECH_AFTER_S = 7.5  # the disclosure is over, and the agent has answered and said who he is

Phones = dict[str, Baresip]
Progress = Callable[[float, float, str], None]


@dataclass(frozen=True, slots=True)
class Played:
    """A scene and the call that it became."""

    scene: Scene
    call: CallFacts


def samples_folder() -> Path:
    """Give the folder of the sample audio."""
    with as_file(files("sample_audio")) as folder:
        return folder


@contextmanager
def registered_phones(house: House, credentials: Credentials) -> Iterator[Phones]:
    """Start the agents' softphones (baresip) and wait until the edge knows them."""
    folder = house.run_folder / "phones"
    shutil.rmtree(folder, ignore_errors=True)
    edge = house.settings.edge
    with ExitStack() as stack:
        phones = {
            role.sip_user: stack.enter_context(
                Baresip(
                    name=role.name,
                    folder=folder / role.sip_user,
                    registrar=f"{edge.listen_address}:{edge.sip_port}",
                    aor_user=role.sip_user,
                    domain=edge.domain,
                    password=credentials.sip_passwords[role.sip_user],
                    speech=samples_folder() / role.speech,
                    answer_after_s=role.answer_after_s,
                    longest_call_s=120.0,
                )
            )
            for role in AGENTS
        }
        for phone in phones.values():
            phone.wait_until_registered()
        yield phones


def play(house: House, phones: Phones, *, progress: Progress) -> list[Played]:
    """Place the eight calls at their times, wait until each is over and archived; give them in the scenes' order."""
    folder = house.run_folder / "callers"
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    total_s = max(scene.after_s + scene.talk_s for scene in SCENES if scene.expected.agent) + 2.0
    waiting, callers, to_answer = list(SCENES), dict[str, SippCaller](), list[Baresip]()
    with ExitStack() as stack:
        while waiting or not all(caller.is_over for caller in callers.values()):
            now_s = time.monotonic() - began
            progress(min(now_s, total_s), total_s, f"{len(callers)} of {len(SCENES)} calls placed")
            for scene in [one for one in waiting if one.after_s <= now_s]:
                waiting.remove(scene)
                callers[scene.title] = stack.enter_context(_caller(house, scene, folder / str(SCENES.index(scene))))
                if scene.answered_by:
                    to_answer.append(phones[scene.answered_by])
            to_answer = [phone for phone in to_answer if not _answered(phone)]
            time.sleep(_TICK_S)
        progress(total_s, total_s, "all calls are over")
        ids = {scene.title: callers[scene.title].wait().sip_call_id for scene in SCENES}
    archived = _wait_until_archived(house, set(ids.values()))
    return [Played(scene, archived[ids[scene.title]]) for scene in SCENES]


@contextmanager
def placed_call(house: House, scene: Scene) -> Iterator[SippCaller]:
    """Place a scene's call once more, beside the eight; it is hung up where the block ends before it is over."""
    folder = house.run_folder / "callers" / "again"
    shutil.rmtree(folder, ignore_errors=True)
    with _caller(house, scene, folder) as caller:
        yield caller


def _caller(house: House, scene: Scene, folder: Path) -> SippCaller:
    edge = house.settings.edge
    return SippCaller(
        folder=folder,
        edge=f"{edge.listen_address}:{edge.sip_port}",
        service=scene.service,
        caller=scene.caller,
        speech=samples_folder() / scene.speech,
        talk_s=scene.talk_s,
        speech_after_s=_SPEECH_AFTER_S,
    )


def _answered(phone: Baresip) -> bool:
    """Let an agent pick up when his phone has rung for a second; tell whether he did."""
    call = phone.calls[-1] if phone.calls else None
    if call is None or call.state is not PhoneCallState.RINGING:
        return False
    if (datetime.now(UTC) - call.rang_at).total_seconds() < _ANSWER_AFTER_S:
        return False
    phone.answer()
    return True


def _wait_until_archived(house: House, sip_call_ids: set[str]) -> dict[str, CallFacts]:
    deadline = time.monotonic() + ARCHIVE_TIMEOUT_S
    while True:
        with house.database.read() as session:
            page = search_calls(session, operator(), CallFilter(), limit=50)
        found = {call.sip_call_id: call for call in page.calls if call.sip_call_id in sip_call_ids}
        if len(found) == len(sip_call_ids):
            return found
        if time.monotonic() > deadline:
            raise UnavailableError(
                what=f"{len(sip_call_ids) - len(found)} of {len(sip_call_ids)} calls were not archived in time",
                where=str(house.home / "demo.log"),
                remedy="read its end",
            )
        time.sleep(_TICK_S)

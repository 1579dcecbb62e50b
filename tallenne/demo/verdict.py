"""The verdict: what the viewer shows, over HTTP, against what the scenes expect."""

from typing import Any

from softphones.correlation import leakage_db, presence
from softphones.sound import read_sound
from tallenne.demo.cast import AGENTS, EMPLOYEE, TRAINER
from tallenne.demo.performance import Played, samples_folder
from tallenne.demo.scenes import Scene
from tallenne.demo.stage import Credentials
from tallenne.demo.viewer import Viewer

MOST_CHANNEL_MS = 40
MOST_LEAKAGE_DB = -20.0
LEAST_FOUND_SHARE = 0.6
_PURPOSE = "verify"
_NOT_FOUND = 404


def verify(address: str, credentials: Credentials, played: list[Played], *, case_no: str) -> list[str]:
    """Look at every call as the trainer, and at the fences as the agent; give what differs, one line each.

    ``case_no`` is of the request that the privacy officer handles, and nobody else sees.
    """
    differences: list[str] = []
    with Viewer(address) as trainer:
        trainer.log_in(link=credentials.links[TRAINER.login], login=TRAINER.login)
        shown = {call["sip_call_id"]: call for call in trainer.calls()}
        for one in played:
            call = shown.get(one.call.sip_call_id)
            found = ["the viewer does not show it"] if call is None else _differences(trainer, one.scene, call)
            differences += [f"{one.scene.title}: {difference}" for difference in found]
    with Viewer(address) as employee:
        employee.log_in(link=credentials.links[EMPLOYEE.login], login=EMPLOYEE.login)
        differences += _fences(employee, played, case_no=case_no)
    return differences


def _differences(viewer: Viewer, scene: Scene, call: dict[str, Any]) -> list[str]:
    expected = scene.expected
    said = {
        "state": (call["state"], expected.state),
        "reason": (call["reason"], expected.reason),
        "agent": (call["agent"], expected.agent),
        "link": (call["link"]["status"], expected.link),
        "customers": (sorted(person["name"] for person in call["link"]["persons"]), sorted(expected.customers)),
        "disclosure complete": ((call["disclosure"] or {}).get("complete"), expected.disclosed),
        "page": (viewer.status_of(f"/calls/{call['id']}"), 200),
    }
    wrong = [f"{what} is {is_!r}, expected {should!r}" for what, (is_, should) in said.items() if is_ != should]
    if call["recording"] is not None and not wrong:
        wrong += _audio_differences(viewer, scene, call)
    return wrong


def _audio_differences(viewer: Viewer, scene: Scene, call: dict[str, Any]) -> list[str]:
    channels, rate = viewer.audio(call["id"], purpose=_PURPOSE)
    customer, agent = channels
    agent_speech = next(role.speech for role in AGENTS if role.name == scene.expected.agent)
    heard_customer = read_sound(samples_folder() / scene.speech)[: len(customer)]
    heard_agent = read_sound(samples_folder() / agent_speech)[: len(agent)]
    length_ms = len(customer) * 1000 / rate
    wrong = []
    if abs(length_ms - call["duration_ms"]) > MOST_CHANNEL_MS:
        wrong.append(f"the recording is {length_ms:.0f} ms, the conversation was {call['duration_ms']} ms")
    for whose, speech, own, other in (
        ("customer", heard_customer, customer, agent),
        ("agent", heard_agent, agent, customer),
    ):
        share = presence(speech, own).found_share
        if share < LEAST_FOUND_SHARE:
            wrong.append(f"only {share:.0%} of the {whose}'s speech is on the {whose}'s channel")
        elif (leakage := leakage_db(speech, own=own, other=other)) > MOST_LEAKAGE_DB:
            wrong.append(f"the {whose}'s speech is on the other channel too ({leakage:.0f} dB)")
    return wrong


def _fences(employee: Viewer, played: list[Played], *, case_no: str) -> list[str]:
    """See that an agent finds his own calls and nobody else's, and no data subject's request."""
    own = {one.call.id for one in played if one.call.agent == EMPLOYEE.name}
    others = {one.call.id for one in played} - own
    listed = {call["id"] for call in employee.calls()} & (own | others)
    wrong = [] if listed == own else [f"{EMPLOYEE.login} is shown {len(listed - own)} calls that are not his own"]
    for call_id in sorted(others):
        paths = [f"/calls/{call_id}", f"/calls/{call_id}/audio", f"/api/calls/{call_id}", f"/api/calls/{call_id}/peaks"]
        wrong += [
            f"{EMPLOYEE.login} gets {status} for another's {path}"
            for path in paths
            if (status := employee.status_of(path)) != _NOT_FOUND
        ]
    if (status := employee.status_of(f"/privacy/cases/{case_no}")) != _NOT_FOUND:
        wrong.append(f"{EMPLOYEE.login} gets {status} for the request {case_no}")
    return wrong

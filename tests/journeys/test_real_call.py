"""One call, with sipp as the customer and a registered baresip as the agent: disclosed, recorded, kept, told right."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fixtures_house import CommandLine
from fixtures_waiting import until

from bench.house import SERVICE, FurnishedHouse
from calls.clock import from_iso
from softphones.baresip import Baresip, PhoneCall, PhoneCallState
from softphones.caller_identity import CallerIdentity
from softphones.correlation import leakage_db, presence
from softphones.ports import free_ports
from softphones.rtp import Heard
from softphones.rtp_tap import RtpTap
from softphones.sipp import MEDIA_PORTS, SippCaller, SippResult
from softphones.sound import FRAME_MS, SAMPLE_RATE_HZ, Samples, read_sound

pytestmark = pytest.mark.alone

CONVERSATION_S = 30.0
DISCLOSURE_S = 6.0
RING_S = 1.0
TOLERANCE_MS = 40


@dataclass(frozen=True)
class RealCall:
    result: SippResult
    phone_call: PhoneCall
    heard_by_caller: Heard
    told: dict[str, Any]
    customer: Samples
    agent: Samples


@pytest.fixture(scope="module")
def real_call(
    running_house: FurnishedHouse,
    command_line: CommandLine,
    tmp_path_factory: pytest.TempPathFactory,
    customer_speech: Path,
    agent_speech: Path,
) -> RealCall:
    folder = tmp_path_factory.mktemp("real-call")
    with Baresip(
        name="Sanna Laine",
        folder=folder / "sanna",
        registrar=running_house.edge,
        aor_user="sanna",
        domain=running_house.house.settings.edge.domain,
        password=running_house.sip_passwords["sanna"],
        speech=agent_speech,
        answer_after_s=RING_S,
    ) as phone:
        phone.wait_until_registered()
        media_port = free_ports(MEDIA_PORTS)
        # the tap first: on a busy machine it takes longer to start than the house to answer and begin the disclosure
        with RtpTap(ports=[media_port], folder=folder / "tap") as tap:
            result = SippCaller(
                folder=folder / "caller",
                edge=running_house.edge,
                service=SERVICE,
                caller=CallerIdentity("+358401000001", display_name="Aino"),
                speech=customer_speech,
                speech_after_s=DISCLOSURE_S + RING_S + 0.5,
                talk_s=DISCLOSURE_S + RING_S + CONVERSATION_S,
                media_port=media_port,
            ).wait()
        phone_call = phone.wait_for_call(PhoneCallState.CLOSED)
    told = until(lambda: command_line.calls().get(result.sip_call_id), what="the call is archived")
    customer, agent = command_line.audio(told["id"], folder)
    return RealCall(result, phone_call, tap.heard(media_port), told, customer, agent)


def milliseconds(duration: timedelta) -> float:
    return duration.total_seconds() * 1000


def test_call_was_answered_and_hung_up_by_the_caller(real_call: RealCall) -> None:
    assert (real_call.result.final_code, real_call.result.ended_by_caller, real_call.result.exit_code) == (200, True, 0)


def test_disclosure_is_heard_to_its_end_before_the_agent_rings(
    real_call: RealCall, running_house: FurnishedHouse
) -> None:
    disclosure = read_sound(running_house.house.home / "prompts" / "disclosure-fi.wav")
    found = presence(disclosure, real_call.heard_by_caller.samples)
    assert found.found_share == 1.0
    assert real_call.heard_by_caller.started_at is not None
    heard_to_end_at = real_call.heard_by_caller.started_at + timedelta(
        milliseconds=found.median_lag_ms + len(disclosure) * 1000 / SAMPLE_RATE_HZ
    )
    # the last frames are on their way when the prompt has been read to its end
    assert milliseconds(heard_to_end_at - real_call.phone_call.rang_at) < 5 * FRAME_MS
    told = real_call.told["disclosure"]
    assert (told["name"], told["language"], told["complete"]) == ("recording-fi", "fi", True)


def test_recording_lasts_from_answer_to_hang_up(real_call: RealCall) -> None:
    assert real_call.phone_call.established_at is not None
    assert real_call.result.ended_at is not None
    conversation_ms = milliseconds(real_call.result.ended_at - real_call.phone_call.established_at)
    recorded_ms = len(real_call.customer) * 1000 / SAMPLE_RATE_HZ
    assert recorded_ms == pytest.approx(conversation_ms, abs=TOLERANCE_MS)
    assert real_call.told["duration_ms"] == pytest.approx(recorded_ms, abs=TOLERANCE_MS)


def test_both_channels_are_equally_long(real_call: RealCall) -> None:
    assert len(real_call.customer) == len(real_call.agent)


def test_each_party_is_on_its_own_channel_only(real_call: RealCall, customer_speech: Path, agent_speech: Path) -> None:
    spoken = slice(0, 20 * SAMPLE_RATE_HZ)
    customer, agent = read_sound(customer_speech)[spoken], read_sound(agent_speech)[spoken]
    # a stall of the machine repeats frames, at worst several in one second; another's voice scores nothing
    assert presence(customer, real_call.customer).found_share >= 0.9
    assert presence(agent, real_call.agent).found_share >= 0.9
    assert presence(customer, real_call.agent).found_share == 0.0
    assert presence(agent, real_call.customer).found_share == 0.0
    assert leakage_db(customer, own=real_call.customer, other=real_call.agent) < -25
    assert leakage_db(agent, own=real_call.agent, other=real_call.customer) < -25


def test_facts_are_right(real_call: RealCall, running_house: FurnishedHouse) -> None:
    told = real_call.told
    assert (told["agent"], told["agent_aor"]) == ("Sanna Laine", f"sip:sanna@{domain_of(running_house)}")
    assert (told["service"], told["caller"], told["direction"]) == (SERVICE, "+358401000001", "inbound")
    assert (told["state"], told["reason"]) == ("recorded", "caller_hung_up")
    started_at: datetime = from_iso(told["started_at"])
    assert abs(milliseconds(started_at - real_call.result.invited_at)) < 500
    recording = told["recording"]
    assert (recording["codec"], recording["channels"], recording["sample_rate_hz"]) == ("flac", 2, SAMPLE_RATE_HZ)


def domain_of(running_house: FurnishedHouse) -> str:
    return running_house.house.settings.edge.domain

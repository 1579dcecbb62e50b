"""The phones against each other, through a registrar that is not ours."""

import os
from pathlib import Path

import pytest
from fixtures_phones import Registrar

from softphones.baresip import Baresip, PhoneCallState, Transport
from softphones.caller_identity import CallerIdentity
from softphones.correlation import presence
from softphones.errors import PhoneError
from softphones.rtp_tap import RtpTap
from softphones.sipp import SippCaller
from softphones.sipp_agents import SippAgents
from softphones.sound import FRAME_SAMPLES, SAMPLE_RATE_HZ, read_sound

pytestmark = pytest.mark.alone

CALLER = CallerIdentity("+358401000001", display_name='O"Brien\\ <script>[call_id]')


def agent(registrar: Registrar, folder: Path, speech: Path, **options: object) -> Baresip:
    known = {
        "name": "Sanna Laine",
        "folder": folder / "sanna",
        "registrar": registrar.address,
        "aor_user": "sanna",
        "domain": registrar.domain,
        "password": registrar.password,
        "speech": speech,
        **options,
    }
    return Baresip(**known)  # type: ignore[arg-type]


def call(registrar: Registrar, folder: Path, *, service: str = "sanna", **options: object) -> SippCaller:
    known = {"folder": folder, "edge": registrar.address, "service": service, "caller": CALLER, **options}
    return SippCaller(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize("transport", list(Transport))
def test_baresip_and_sipp_hear_each_other(
    registrar: Registrar, tmp_path: Path, customer_speech: Path, agent_speech: Path, transport: Transport
) -> None:
    with agent(registrar, tmp_path, agent_speech, transport=transport, answer_after_s=0.2) as phone:
        phone.wait_until_registered()
        caller = call(registrar, tmp_path / "caller", speech=customer_speech, talk_s=3.0)
        with RtpTap(ports=[caller.media_port], folder=tmp_path / "tap") as tap:
            result = caller.wait()
        closed = phone.wait_for_call(PhoneCallState.CLOSED)
    assert (result.final_code, result.ended_by_caller, result.exit_code) == (200, True, os.EX_OK)
    assert closed.sip_call_id == result.sip_call_id
    assert closed.peer_name == 'O\\"Brien\\\\ <script>[call_id]'  # as it was on the wire
    heard_by_caller = tap.heard(caller.media_port).samples
    (heard_file,) = phone.heard_files
    spoken = slice(0, 2 * SAMPLE_RATE_HZ)
    assert presence(read_sound(agent_speech)[spoken], heard_by_caller).found_share == 1.0
    assert presence(read_sound(customer_speech)[spoken], heard_by_caller).found_share == 0.0
    assert presence(read_sound(customer_speech)[spoken], read_sound(heard_file)).found_share == 1.0


def test_agent_answers_by_hand_and_hangs_up(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with agent(registrar, tmp_path, agent_speech) as phone:
        phone.wait_until_registered()
        caller = call(registrar, tmp_path / "caller", talk_s=30.0)
        phone.wait_for_call(PhoneCallState.RINGING)
        phone.answer()
        phone.wait_for_call(PhoneCallState.ESTABLISHED)
        phone.hang_up()
        result = caller.wait()
    assert (result.final_code, result.ended_by_caller) == (200, False)


def test_agent_refuses_by_hand(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with agent(registrar, tmp_path, agent_speech) as phone:
        phone.wait_until_registered()
        caller = call(registrar, tmp_path / "caller")
        phone.wait_for_call(PhoneCallState.RINGING)
        phone.hang_up()
        assert caller.wait().final_code == 486


def test_caller_gives_up_while_it_rings(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with agent(registrar, tmp_path, agent_speech) as phone:
        phone.wait_until_registered()
        result = call(registrar, tmp_path / "caller", cancel_after_s=0.2).wait()
        closed = phone.wait_for_call(PhoneCallState.CLOSED)
    assert (result.final_code, result.answered_at, closed.established_at) == (487, None, None)


def test_wrong_password_is_told(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with (
        agent(registrar, tmp_path, agent_speech, password=registrar.password.upper()) as phone,
        pytest.raises(PhoneError, match="not registered"),
    ):
        phone.wait_until_registered()


def test_stopped_phone_is_no_longer_registered(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with agent(registrar, tmp_path, agent_speech) as phone:
        phone.wait_until_registered()
    phone.stop()
    assert call(registrar, tmp_path / "caller").wait().final_code == 404


def test_secrets_of_a_phone_are_for_its_user_only(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with agent(registrar, tmp_path, agent_speech):
        assert (tmp_path / "sanna" / "accounts").stat().st_mode & 0o777 == 0o600


def sipp_agents(registrar: Registrar, folder: Path, speech: Path, *, password: str, talk_s: float = 9.0) -> SippAgents:
    return SippAgents(
        folder=folder,
        registrar=registrar.address,
        domain=registrar.domain,
        passwords={"mikko": password, "elina": password},
        speech=speech,
        ring_s=0.3,
        talk_s=talk_s,
    )


def test_sipp_agents_take_calls_for_many(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with sipp_agents(registrar, tmp_path / "agents", agent_speech, password=registrar.password, talk_s=2.5):
        hung_up_by_caller = call(registrar, tmp_path / "1", service="mikko", talk_s=1.0)
        hung_up_by_agent = call(registrar, tmp_path / "2", service="elina", talk_s=20.0)
        given_up = call(registrar, tmp_path / "3", service="mikko", cancel_after_s=0.1)
        with RtpTap(ports=[hung_up_by_agent.media_port], folder=tmp_path / "tap") as tap:
            results = [caller.wait() for caller in (hung_up_by_caller, hung_up_by_agent, given_up)]
    assert [(result.final_code, result.ended_by_caller) for result in results] == [
        (200, True),
        (200, False),
        (487, None),
    ]
    heard = tap.heard(hung_up_by_agent.media_port)
    assert presence(read_sound(agent_speech)[: 2 * SAMPLE_RATE_HZ], heard.samples).found_share == 1.0
    assert heard.packets == len(heard.samples) // FRAME_SAMPLES


def test_stopped_sipp_agents_are_no_longer_registered(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with sipp_agents(registrar, tmp_path / "agents", agent_speech, password=registrar.password):
        pass
    assert call(registrar, tmp_path / "caller", service="mikko").wait().final_code == 404


def test_refused_registration_of_sipp_agents_is_told(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    with pytest.raises(PhoneError, match="not all were registered"):
        sipp_agents(registrar, tmp_path / "agents", agent_speech, password=registrar.password.upper())

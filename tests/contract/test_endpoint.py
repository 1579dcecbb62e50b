"""The endpoint against itself and against sipp, through a registrar that is not ours."""

import asyncio
from pathlib import Path

import pytest
from fixtures_phones import Registrar

from softphones.caller_identity import CallerIdentity
from softphones.correlation import presence
from softphones.endpoint import SipEndpoint, number_of
from softphones.endpoint_call import EndpointCall
from softphones.errors import PhoneError
from softphones.frame_check import check_channel
from softphones.frame_sender import FrameSender
from softphones.pulse import Party
from softphones.rtp_tap import RtpTap
from softphones.sipp import SippCaller
from softphones.sipp_agents import SippAgents
from softphones.sound import SAMPLE_RATE_HZ, read_sound

pytestmark = pytest.mark.alone

TALK_S = 1.5


def caller(number: int) -> CallerIdentity:
    return CallerIdentity(f"+35840100{number:04d}")


async def register(
    agents: SipEndpoint, registrar: Registrar, *, password: str | None = None, expires_s: int = 60
) -> None:
    await agents.register(
        user="elina",
        password=password or registrar.password,
        registrar=registrar.address,
        domain=registrar.domain,
        expires_s=expires_s,
    )


def call(customers: SipEndpoint, registrar: Registrar, number: int, service: str = "elina") -> EndpointCall:
    return customers.call(service=service, edge=registrar.address, caller=caller(number), number=number)


def test_twelve_calls_at_once_lose_no_frame(registrar: Registrar) -> None:
    async def talk() -> None:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender, answer_after_s=0.1) as agents,
        ):
            await register(agents, registrar)
            calls = [call(customers, registrar, number) for number in range(12)]
            assert [await one.decided() for one in calls] == [200] * 12
            await asyncio.sleep(TALK_S)
            taken = [agents.taken(one.number) for one in calls]
            await asyncio.gather(*(one.hang_up() for one in calls[:6]), *(one.hang_up() for one in taken[6:] if one))
            await asyncio.gather(*(one.over.wait() for one in [*calls, *taken] if one))
            assert [one.ended_by_us for one in calls] == [True] * 6 + [False] * 6
            for one in [*calls, *taken]:
                assert one is not None
                check = one.media.check()
                assert (check.missing, check.repeated, check.foreign, check.before) == (0, 0, 0, 0)
                assert check.expected > TALK_S * 50 * 0.8

    asyncio.run(talk())


def test_what_a_tap_hears_of_a_call_is_whole(registrar: Registrar, tmp_path: Path) -> None:
    async def talk() -> tuple[RtpTap, int]:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender) as agents,
        ):
            await register(agents, registrar)
            placed = call(customers, registrar, 29)
            with RtpTap(ports=[placed.media.port], folder=tmp_path) as tap:
                await placed.decided()
                await asyncio.sleep(0.5)
                await placed.hang_up()
            return tap, placed.media.port

    tap, port = asyncio.run(talk())
    check = check_channel(tap.heard(port).samples, party=Party.AGENT, call=29)
    assert (check.missing, check.foreign, check.before) == (0, 0, 0)
    assert check.expected > 15


def test_sipp_agent_answers_the_endpoint(registrar: Registrar, tmp_path: Path, agent_speech: Path) -> None:
    async def talk() -> EndpointCall:
        async with FrameSender() as sender, SipEndpoint(sender=sender) as customers:
            placed = call(customers, registrar, 1, service="mikko")
            await asyncio.wait_for(placed.over.wait(), 10)
            return placed

    with SippAgents(
        folder=tmp_path,
        registrar=registrar.address,
        domain=registrar.domain,
        passwords={"mikko": registrar.password},
        speech=agent_speech,
        talk_s=1.3,
    ):
        placed = asyncio.run(talk())
    assert (placed.final_code, placed.ended_by_us) == (200, False)
    assert placed.media.check().expected == 0
    spoken = read_sound(agent_speech)[:SAMPLE_RATE_HZ]
    assert presence(spoken, placed.media.heard().samples).found_share == 1.0


def test_endpoint_answers_a_sipp_caller(registrar: Registrar, tmp_path: Path, customer_speech: Path) -> None:
    async def talk() -> None:
        async with FrameSender() as sender, SipEndpoint(sender=sender) as agents:
            await register(agents, registrar)
            placed = SippCaller(
                folder=tmp_path,
                edge=registrar.address,
                service="elina",
                caller=caller(77),
                speech=customer_speech,
                talk_s=1.3,
            )
            result = await asyncio.to_thread(placed.wait)
            assert (result.final_code, result.ended_by_caller) == (200, True)
            taken = agents.taken(77)
            assert taken is not None
            assert taken.sip_call_id == result.sip_call_id
            spoken = read_sound(customer_speech)[:SAMPLE_RATE_HZ]
            assert presence(spoken, taken.media.heard().samples).found_share == 1.0

    asyncio.run(talk())


def test_cancelled_and_refused_and_unknown(registrar: Registrar) -> None:
    async def talk() -> None:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender, answer_after_s=None) as agents,
        ):
            await register(agents, registrar)
            cancelled, refused = call(customers, registrar, 1), call(customers, registrar, 2)
            await agents.wait_for_call(1)
            await cancelled.cancel()
            assert await cancelled.decided() == 487
            (await agents.wait_for_call(2)).refuse(486, "Busy Here")
            assert await refused.decided() == 486
            assert await call(customers, registrar, 3, service="nobody").decided() == 404

    asyncio.run(talk())


def test_refused_and_ended_registration(registrar: Registrar) -> None:
    async def talk() -> None:
        async with FrameSender() as sender, SipEndpoint(sender=sender) as agents:
            with pytest.raises(PhoneError, match="401"):
                await register(agents, registrar, password=registrar.password.upper())
            await register(agents, registrar)
            await register(agents, registrar, expires_s=0)
            assert await call(agents, registrar, 4).decided() == 404

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("caller_uri", "number"),
    [("sip:+358401000031@trunk", 31), ("sip:anonymous@anonymous.invalid", 0), ("sip:12@10.0.0.99", 12)],
)
def test_number_of_a_call(caller_uri: str, number: int) -> None:
    assert number_of(caller_uri) == number

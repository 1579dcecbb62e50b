"""Many calls at once: each recording holds its own two parties and nothing of another call; a full pool says so."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from fixtures_house import CommandLine
from fixtures_waiting import until

from bench.house import MASS_AGENT, MASS_SERVICE, FurnishedHouse
from softphones.caller_identity import CallerIdentity
from softphones.endpoint import SipEndpoint
from softphones.endpoint_call import EndpointCall
from softphones.frame_check import check_channel
from softphones.frame_sender import FrameSender
from softphones.pulse import Party
from softphones.sound import FRAME_MS

pytestmark = pytest.mark.alone

TALK_S = 4.0
APART_S = 0.15
PLACES = 16
"""Of eight workers."""

MOST_MISSING = 0.25
"""Two cores that do something else meanwhile make phones late, and jitter buffers give up frames. What is lost on an
idle machine the bench tells; whose frames are in a recording does not depend on the load."""


def place(customers: SipEndpoint, house: FurnishedHouse, number: int) -> EndpointCall:
    caller = CallerIdentity(f"+35840100{number:04d}")
    return customers.call(service=MASS_SERVICE, edge=house.edge, caller=caller, number=number)


async def register(agents: SipEndpoint, house: FurnishedHouse) -> None:
    await agents.register(
        user=MASS_AGENT,
        password=house.sip_passwords[MASS_AGENT],
        registrar=house.edge,
        domain=house.house.settings.edge.domain,
    )


async def end_one_after_the_other(calls: Sequence[EndpointCall], agents: SipEndpoint) -> None:
    """Let the customer hang up the even calls, the agent the odd ones."""
    for call in calls:
        taken = agents.taken(call.number)
        assert taken is not None
        await (call if call.number % 2 == 0 else taken).hang_up()
        await asyncio.wait_for(asyncio.gather(call.over.wait(), taken.over.wait()), 10)
        await asyncio.sleep(APART_S)


async def talking(agents: SipEndpoint, calls: Sequence[EndpointCall]) -> None:
    """Wait until an agent has taken each call, then for the time of a talk."""
    for call in calls:
        taken = await asyncio.wait_for(agents.wait_for_call(call.number), 20)
        await asyncio.wait_for(taken.answered.wait(), 10)
    await asyncio.sleep(TALK_S)


def check_recordings(
    calls: Sequence[EndpointCall], agents: SipEndpoint, command_line: CommandLine, folder: Path
) -> None:
    ids = {call.sip_call_id for call in calls}
    until(lambda: ids <= command_line.calls().keys(), what="all calls are archived", poll_s=0.5)
    told = command_line.calls()
    for call in calls:
        facts = told[call.sip_call_id]
        assert facts["state"] == "recorded"
        assert facts["reason"] == ("caller_hung_up" if call.number % 2 == 0 else "agent_hung_up")
        assert facts["caller"] == f"+35840100{call.number:04d}"
        customer, agent = command_line.audio_at_once(facts["id"], folder)
        assert len(customer) == len(agent)
        for channel, party in ((customer, Party.CUSTOMER), (agent, Party.AGENT)):
            check = check_channel(channel, party=party, call=call.number)
            assert check.foreign == 0, (call.number, party, check)
            assert check.missing_share <= MOST_MISSING, (call.number, party, check)
            assert check.expected * FRAME_MS == pytest.approx(facts["duration_ms"], abs=500), (call.number, check)
        taken = agents.taken(call.number)
        assert taken is not None
        for heard in (call.media.check(), taken.media.check()):
            assert heard.foreign == 0, (call.number, heard)


def restarts(house: FurnishedHouse) -> int:
    """How many workers died."""
    return sum(worker.restarts for worker in house.pool.workers)


def test_twelve_overlapping_calls_give_twelve_right_recordings(
    running_house: FurnishedHouse, command_line: CommandLine, tmp_path: Path
) -> None:
    async def talk() -> tuple[list[EndpointCall], SipEndpoint]:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender, answer_after_s=0.2) as agents,
        ):
            await register(agents, running_house)
            calls = []
            for number in range(12):
                calls.append(place(customers, running_house, number))
                await asyncio.sleep(APART_S)
            assert [await call.decided() for call in calls] == [200] * 12
            await talking(agents, calls)
            await end_one_after_the_other(calls, agents)
            return calls, agents

    calls, agents = asyncio.run(talk())
    check_recordings(calls, agents, command_line, tmp_path)
    assert restarts(running_house) == 0


def test_seventeenth_call_is_refused_and_the_sixteen_are_unharmed(
    running_house: FurnishedHouse, command_line: CommandLine, tmp_path: Path
) -> None:
    async def talk() -> tuple[list[EndpointCall], SipEndpoint, EndpointCall]:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender, answer_after_s=0.2) as agents,
        ):
            await register(agents, running_house)
            calls = [place(customers, running_house, 100 + number) for number in range(PLACES)]
            assert [await call.decided() for call in calls] == [200] * PLACES
            refused = place(customers, running_house, 100 + PLACES)
            await refused.decided()
            await talking(agents, calls)
            await end_one_after_the_other(calls, agents)
            again = place(customers, running_house, 200)
            assert await again.decided() == 200  # there is room again
            return calls, agents, refused

    calls, agents, refused = asyncio.run(talk())
    assert refused.final_code == 503
    assert refused.final_header("Retry-After").isdigit()
    check_recordings(calls, agents, command_line, tmp_path)
    assert restarts(running_house) == 0

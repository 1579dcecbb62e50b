"""Customers who hang up at every moment: each place comes back, no worker dies, each call is told of."""

import asyncio

import pytest
from fixtures_house import CommandLine
from fixtures_waiting import until

from bench.house import MASS_AGENT, MASS_SERVICE, FurnishedHouse
from calls.outcome import Reason
from softphones.caller_identity import CallerIdentity
from softphones.endpoint import SipEndpoint
from softphones.frame_sender import FrameSender

pytestmark = pytest.mark.alone

ROUNDS = 12
LANES = 12
"""Of sixteen places: a customer who is refused was refused for a place that is lost."""

FIRST_S = 0.7
STEP_S = 0.05
"""The disclosure lasts a second: the rounds go through its end, the ringing and the answer in small steps."""


def test_every_place_comes_back(running_house: FurnishedHouse, command_line: CommandLine) -> None:
    async def call_at_all_moments() -> tuple[list[int], set[str]]:
        async with (
            FrameSender() as sender,
            SipEndpoint(sender=sender) as customers,
            SipEndpoint(sender=sender, answer_after_s=0.1) as agents,
        ):
            await agents.register(
                user=MASS_AGENT,
                password=running_house.sip_passwords[MASS_AGENT],
                registrar=running_house.edge,
                domain=running_house.house.settings.edge.domain,
            )
            codes = []

            async def lane(number: int) -> None:
                for turn in range(ROUNDS):
                    call = customers.call(
                        service=MASS_SERVICE,
                        edge=running_house.edge,
                        caller=CallerIdentity(f"+35840100{number:04d}"),
                        number=number,
                    )
                    codes.append(await call.decided())
                    await asyncio.sleep(FIRST_S + ((turn + number) % ROUNDS) * STEP_S)
                    await call.hang_up()

            await asyncio.gather(*(lane(number) for number in range(LANES)))
            return codes, {call.sip_call_id for call in customers.calls}

    codes, ids = asyncio.run(call_at_all_moments())
    assert codes == [200] * (ROUNDS * LANES)
    assert sum(worker.restarts for worker in running_house.pool.workers) == 0
    until(lambda: ids <= command_line.calls().keys(), what="all calls are archived", poll_s=0.5)
    told = [call for sip_call_id, call in command_line.calls().items() if sip_call_id in ids]
    reasons = {Reason(call["reason"]) for call in told}
    expected = {Reason.ABANDONED_IN_DISCLOSURE, Reason.ABANDONED_WHILE_RINGING, Reason.CALLER_HUNG_UP}
    assert reasons <= expected
    assert Reason.ABANDONED_IN_DISCLOSURE in reasons

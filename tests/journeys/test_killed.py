"""What is killed in mid-call costs what it held, and nothing else; a call survives its own re-INVITEs."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psutil
import pytest
from fixtures_house import CommandLine
from fixtures_waiting import until

from bench.house import MASS_AGENT, MASS_SERVICE, FurnishedHouse, furnish, started
from calls.errors import UnavailableError
from capture.edge.configuration import edge_files
from capture.edge.control import EdgeControl
from softphones.caller_identity import CallerIdentity
from softphones.endpoint import SipEndpoint
from softphones.endpoint_call import EndpointCall
from softphones.frame_sender import FrameSender

pytestmark = pytest.mark.alone

WORKERS = 3
CALLS = 5
TALK_S = 3.0
EARLY_S = 0.3
LOST_S = 1.0
"""What a killed worker's recordings may lack at their end."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FurnishedHouse]:
    """A house of these tests' own: others count its restarts."""
    furnished = furnish(tmp_path_factory.mktemp("killed") / "home", workers=WORKERS, agents={})
    with started(furnished):
        yield furnished


@dataclass(frozen=True)
class Pair:
    """Both ends of a conversation."""

    customer: EndpointCall
    agent: EndpointCall

    @property
    def is_over(self) -> bool:
        return self.customer.over.is_set() and self.agent.over.is_set()


@asynccontextmanager
async def phones(house: FurnishedHouse) -> AsyncIterator[tuple[SipEndpoint, SipEndpoint]]:
    async with (
        FrameSender() as sender,
        SipEndpoint(sender=sender) as customers,
        SipEndpoint(sender=sender, answer_after_s=0.2) as agents,
    ):
        await agents.register(
            user=MASS_AGENT,
            password=house.sip_passwords[MASS_AGENT],
            registrar=house.edge,
            domain=house.house.settings.edge.domain,
        )
        yield customers, agents


def place(customers: SipEndpoint, house: FurnishedHouse, number: int) -> EndpointCall:
    caller = CallerIdentity(f"+35840100{number:04d}")
    return customers.call(service=MASS_SERVICE, edge=house.edge, caller=caller, number=number)


async def answered(agents: SipEndpoint, call: EndpointCall) -> Pair:
    assert await call.decided() == 200
    taken = await asyncio.wait_for(agents.wait_for_call(call.number), 20)
    await asyncio.wait_for(taken.answered.wait(), 10)
    return Pair(customer=call, agent=taken)


async def over(pair: Pair) -> None:
    await asyncio.wait_for(asyncio.gather(pair.customer.over.wait(), pair.agent.over.wait()), 10)


def held_by(house: FurnishedHouse) -> dict[str, str]:
    """Whose open entry each call is: SIP Call-ID to the name of the worker."""
    holders = {}
    for path in house.house.spool.open.glob("*/*/journal.jsonl"):
        arrived = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        holders[arrived["sip_call_id"]] = arrived["worker"]
    return holders


def test_killed_worker_costs_its_own_calls_a_second_at_most(house: FurnishedHouse) -> None:
    async def talk() -> tuple[list[Pair], set[str], float]:
        async with phones(house) as (customers, agents):
            pairs = [await answered(agents, place(customers, house, number)) for number in range(CALLS)]
            await asyncio.sleep(TALK_S)
            holders = held_by(house)
            victim = next(worker for worker in house.pool.workers if worker.name in holders.values())
            lost = {sip_call_id for sip_call_id, worker in holders.items() if worker == victim.name}
            os.kill(victim.pid, signal.SIGKILL)
            killed_at = time.monotonic()
            for pair in pairs:
                if pair.customer.sip_call_id in lost:
                    await over(pair)  # the edge hangs up on both: nobody is left to listen to silence
            assert not any(pair.is_over for pair in pairs if pair.customer.sip_call_id not in lost)
            until(lambda: len(house.pool.workers) == WORKERS, what="the pool is whole again")
            after = await answered(agents, place(customers, house, 50))
            for pair in [after, *(pair for pair in pairs if not pair.is_over)]:
                await pair.customer.hang_up()
                await over(pair)
            return [*pairs, after], lost, killed_at

    pairs, lost, killed_at = asyncio.run(talk())
    assert 0 < len(lost) <= 2
    command_line = CommandLine(house.house)
    ids = {pair.customer.sip_call_id for pair in pairs}
    until(lambda: ids <= command_line.calls().keys(), what="all calls are archived", poll_s=0.5)
    told = command_line.calls()
    for pair in pairs:
        facts = told[pair.customer.sip_call_id]
        assert facts["state"] == "recorded"
        if pair.customer.sip_call_id in lost:
            assert facts["reason"] == "interrupted"
            assert pair.agent.answered_at is not None
            talked_s = killed_at - pair.agent.answered_at
            assert talked_s - LOST_S <= facts["duration_ms"] / 1000 <= talked_s + 0.1
        else:
            assert facts["reason"] == "caller_hung_up"


def test_killed_edge_costs_no_call(house: FurnishedHouse) -> None:
    async def talk() -> str:
        async with phones(house) as (customers, agents):
            pair = await answered(agents, place(customers, house, 60))
            await asyncio.sleep(TALK_S)
            edge = house.process("edge")
            for process in [edge, *edge.children(recursive=True)]:
                process.kill()
            psutil.wait_procs([edge], timeout=5)
            until(lambda: is_back(house), what="the edge is back")
            await pair.customer.hang_up()
            await over(pair)
            return pair.customer.sip_call_id

    sip_call_id = asyncio.run(talk())
    command_line = CommandLine(house.house)
    until(lambda: sip_call_id in command_line.calls(), what="the call is archived", poll_s=0.5)
    facts = command_line.calls()[sip_call_id]
    assert (facts["state"], facts["reason"]) == ("recorded", "caller_hung_up")
    assert facts["duration_ms"] >= TALK_S * 1000


def is_back(house: FurnishedHouse) -> bool:
    files = edge_files(home=house.house.home, run_folder=house.house.run_folder)
    try:
        EdgeControl(files.control_socket).registered_users()
    except UnavailableError:
        return False
    return True


def test_hold_in_the_disclosure_and_in_the_talk_loses_nothing(house: FurnishedHouse) -> None:
    async def talk() -> str:
        async with phones(house) as (customers, agents):
            call = place(customers, house, 70)
            assert await call.decided() == 200
            await asyncio.sleep(EARLY_S)  # sooner, the worker may say 500: it has not seen our ACK (RFC 3261 14.2)
            for direction in ("inactive", "sendrecv"):
                assert await call.reinvite(direction=direction) == 200
            pair = await answered(agents, call)
            for direction in ("inactive", "sendrecv", "sendonly", "sendrecv"):
                assert await call.reinvite(direction=direction) == 200
                await asyncio.sleep(TALK_S / 4)
            await call.hang_up()
            await over(pair)
            return call.sip_call_id

    sip_call_id = asyncio.run(talk())
    command_line = CommandLine(house.house)
    until(lambda: sip_call_id in command_line.calls(), what="the call is archived", poll_s=0.5)
    facts = command_line.calls()[sip_call_id]
    assert (facts["state"], facts["reason"], facts["disclosure"]["complete"]) == ("recorded", "caller_hung_up", True)
    recorded_ms = facts["recording"]["samples"] * 1000 / facts["recording"]["sample_rate_hz"]
    assert recorded_ms == pytest.approx(facts["duration_ms"], abs=40)

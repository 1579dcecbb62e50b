"""Calls that ring now: entries that are open in a spool, the agents whose phones ring, and the mirror between them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from fixtures_archive import RATE, tone, write_wav
from sqlalchemy import select

from calls.caller import Caller
from calls.clock import SystemClock
from calls.identity import CallId, new_call_id
from calls.outcome import Direction, Reason
from storage.database.calls import AgentRow
from storage.database.engine import Database
from storage.database.live_calls import LiveCallRow
from storage.live_mirror import LiveMirror
from storage.spool.journal import Answered, Arrived, Ended, Ringing
from storage.spool.open_entry import OpenEntry
from storage.spool.spool import Spool

DOMAIN = "tallenne.example"
AINO = "+358401000001"
KORHONENS = "+358401000002"


def aor(user: str, domain: str = DOMAIN) -> str:
    return f"sip:{user}@{domain}"


@dataclass
class LiveCall:
    """One call as its worker writes it down."""

    entry: OpenEntry
    call_id: CallId
    domain: str = DOMAIN

    def ring(self, *users: str) -> None:
        phones = tuple(aor(user, self.domain) for user in users)
        self.entry.note(Ringing(at=datetime.now(UTC), agent_aors=phones))

    def answer(self, user: str) -> None:
        self.entry.note(Answered(at=datetime.now(UTC), agent_aor=aor(user, self.domain), sample_rate_hz=8000))

    def end(self) -> None:
        self.entry.note(Ended(at=datetime.now(UTC), reason=Reason.NO_ANSWER, duration_ms=None))

    def commit_answered(self, user: str) -> None:
        """Let an agent answer, talk for a second, and the caller hang up."""
        now = datetime.now(UTC)
        self.entry.note(Answered(at=now, agent_aor=aor(user, self.domain), sample_rate_hz=RATE))
        for path in (self.entry.customer_wav, self.entry.agent_wav):
            write_wav(path, tone(440, RATE))
        self.entry.note(Ended(at=now + timedelta(seconds=1), reason=Reason.CALLER_HUNG_UP, duration_ms=1000))
        self.entry.commit()

    def commit(self) -> None:
        self.end()
        self.entry.commit()


@dataclass
class Switchboard:
    """A spool where calls come in, and the mirror that copies them into a database with agents Sanna and Mikko."""

    spool: Spool
    database: Database
    mirror: LiveMirror
    agents: dict[str, int] = field(default_factory=dict)
    calls: list[LiveCall] = field(default_factory=list)
    domain: str = DOMAIN

    def call(self, number: str | None = AINO) -> LiveCall:
        call_id = new_call_id()
        made = LiveCall(self.spool.reserve(call_id, worker="w0-1-0"), call_id, self.domain)
        raw = "anonymous" if number is None else f"sip:{number}@trunk.example"
        made.entry.note(
            Arrived(
                at=datetime.now(UTC),
                call_id=call_id,
                sip_call_id="1@trunk.example",
                direction=Direction.INBOUND,
                service_number="+358102001000",
                service_name="Asiakaspalvelu",
                caller=Caller(raw=raw, number=number, display_name="", withheld=number is None),
                worker="w0",
            )
        )
        self.calls.append(made)
        return made

    def ringing_call(self, *users: str, number: str | None = AINO) -> LiveCall:
        """Let a call ring, and the mirror see it."""
        made = self.call(number)
        made.ring(*(users or ("sanna",)))
        self.mirror.step()
        return made

    def hang_up(self) -> None:
        """End every call that goes on, and let the mirror see it."""
        for call in self.calls:
            call.end()
            call.entry._journal.close()
        self.calls.clear()
        self.mirror.step()

    def rows(self) -> dict[str, LiveCallRow]:
        with self.database.read() as session:
            return {row.call_id: row for row in session.scalars(select(LiveCallRow))}

    def parts(self, call: LiveCall) -> dict[str, str]:
        """What a call is to each agent, by the user."""
        names = {agent_id: user for user, agent_id in self.agents.items()}
        return {names[agent.agent_id]: agent.state for agent in self.rows()[call.call_id].agents}


@pytest.fixture
def switchboard(request: pytest.FixtureRequest, database: Database, spool: Spool) -> Iterator[Switchboard]:
    """A switchboard over each of the two databases, with nothing ringing; an office's agents are its agents."""
    if "office" in request.fixturenames:
        request.getfixturevalue("office")
    mirror = LiveMirror(spool=spool, database=database, clock=SystemClock())
    made = Switchboard(spool, database, mirror)
    with database.begin() as session:
        known = {row.sip_user: row.id for row in session.scalars(select(AgentRow))}
        for user, name in (("sanna", "Sanna Laine"), ("mikko", "Mikko Salo")):
            if user not in known:
                row = AgentRow(name=name, aor=aor(user), sip_user=user, ha1="0" * 32, created_at=datetime.now(UTC))
                session.add(row)
                session.flush()
                known[user] = row.id
    made.agents = known
    yield made
    for call in made.calls:
        call.entry._journal.close()

"""Keeps the rows of live calls like the spool: the journals of open entries say what rings, this copies it.

Invariants
----------
1. The spool is the truth. Every row follows from it, but for what a person picked; each pass may be repeated.
2. A row leaves only when its call is archived (``ledger_link.linking.live_picks`` takes it along) or can never be: a
   pick waits for its call however long the object store is away.
3. Whatever goes wrong here costs a screen a moment, and no call anything: the archive does not wait for it.
"""

import threading
from collections.abc import Collection
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import UnavailableError
from calls.identity import CallId
from calls.phone import to_e164
from storage.database.calls import AgentRow, CallRow
from storage.database.engine import Database
from storage.database.live_calls import LiveCallAgentRow, LiveCallRow
from storage.live_calls import LONGEST_CALL, AgentPart
from storage.spool.live_call import LiveCall, LiveCalls
from storage.spool.spool import Spool

POLL_S = 0.2
AWAY_S = 2.0
FORGOTTEN = timedelta(days=30)  # a call that is in quarantine for so long is decided about on its own page, if at all

_log = structlog.get_logger("live-calls")


class LiveMirror:
    """Copies one spool's live calls into the database; runs on a thread of its own beside the archive."""

    def __init__(self, *, spool: Spool, database: Database, clock: Clock, poll_s: float = POLL_S) -> None:
        self._spool = spool
        self._database = database
        self._clock = clock
        self._poll_s = poll_s
        self._watched = LiveCalls(spool)
        self._written: dict[CallId, LiveCall] = {}
        self._is_settled = False

    def run(self, stop: threading.Event) -> None:
        """Copy until ``stop``; a database that is away is asked again, ever so often."""
        is_away = False
        while not stop.is_set():
            try:
                self.step()
            except UnavailableError as error:
                if not is_away:
                    _log.warning("no screen is told of calls for now", reason=str(error))
                is_away = True
            except Exception as error:  # noqa: BLE001 (a fault of ours must not end the pops of all later calls)
                # by its kind alone: a foreign error's text may hold what was to be written
                _log.error("a fault in the copying of live calls", error=type(error).__name__)
                self._written, self._is_settled, is_away = {}, False, True
            else:
                is_away = False
            stop.wait(AWAY_S if is_away else self._poll_s)

    def step(self) -> None:
        """Copy what has changed since the last step; raise UnavailableError where the database is away.

        1. After a start, put right what a crash left. 2. Read the journals. 3. Write what differs, end what is gone.
        """
        live = self._watched.now()
        if not self._is_settled:  # 1, once the journals are read: whatever begins after that is written below
            with self._database.begin() as session:
                self._settle(session, live.keys())
            self._is_settled = True
        changed = [call for call_id, call in live.items() if self._written.get(call_id) != call]
        gone = self._written.keys() - live.keys()
        if not changed and not gone:
            return
        with self._database.begin() as session:
            for call in changed:
                self._write(session, call)
            for call_id in sorted(gone):
                self._end(session, call_id)
        self._written = live

    def _settle(self, session: Session, live: Collection[CallId]) -> None:
        """End the calls that this spool holds no longer open; another spool's are left alone, unless far too old."""
        now = self._clock.now()
        archived = select(CallRow.id).where(CallRow.id == LiveCallRow.call_id).exists()
        session.execute(delete(LiveCallRow).where(archived | (LiveCallRow.arrived_at < now - FORGOTTEN)))
        rows = session.scalars(select(LiveCallRow).where(LiveCallRow.ended_at.is_(None)).with_for_update()).all()
        for row in rows:
            is_kept_here = any(
                (place / row.call_id).exists() for place in (self._spool.committed, self._spool.quarantine)
            )
            if row.call_id not in live and (is_kept_here or row.arrived_at < now - LONGEST_CALL):
                row.ended_at = now
                row.revision += 1

    def _write(self, session: Session, call: LiveCall) -> None:
        row = session.get(LiveCallRow, call.call_id, with_for_update=True)
        if row is None:
            if session.get(CallRow, call.call_id) is not None:  # archived between our two looks
                return
            caller = call.caller
            row = LiveCallRow(
                call_id=call.call_id,
                service_number=call.service_number,
                service_name=call.service_name,
                caller_e164=None if caller.withheld or caller.number is None else to_e164(caller.number),
                caller_withheld=caller.withheld,
                arrived_at=call.arrived_at,
                revision=0,
            )
            session.add(row)
        row.answered_at = call.answered_at
        row.ended_at = None
        row.revision += 1
        parts = _parts_of(session, call)
        known = {agent.agent_id: agent for agent in row.agents}
        for agent_id, part in parts.items():
            if agent_id in known:
                known[agent_id].state = part
            else:
                row.agents.append(LiveCallAgentRow(agent_id=agent_id, state=part))
        session.flush()

    def _end(self, session: Session, call_id: CallId) -> None:
        row = session.get(LiveCallRow, call_id, with_for_update=True)
        if row is None:
            return
        if session.get(CallRow, call_id) is not None:
            session.delete(row)
        else:
            row.ended_at = self._clock.now()
            row.revision += 1
        session.flush()


def _parts_of(session: Session, call: LiveCall) -> dict[int, AgentPart]:
    """Tell what a call is to each agent by his id; an address that is no agent's (any more) is left out."""
    parts = dict.fromkeys(call.rung, AgentPart.RANG) | dict.fromkeys(call.ringing, AgentPart.RINGING)
    if call.answered_by is not None:
        parts[call.answered_by] = AgentPart.ANSWERED
    agents = session.execute(select(AgentRow.aor, AgentRow.id).where(AgentRow.aor.in_(parts)))
    return {agent_id: parts[aor] for aor, agent_id in agents}

"""Which calls ring or are talked now, and at whose phone: the question that screens ask again and again."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from storage.database.live_calls import LiveCallAgentRow, LiveCallRow

LONGEST_CALL = timedelta(hours=12)  # the edge ends a call then; a row that says otherwise was left by a crash


class AgentPart(StrEnum):
    """What a live call is to an agent."""

    RINGING = "ringing"
    RANG = "rang"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class LivePart:
    """One live call as one agent has it; ``revision`` grows whenever anything about the call changes."""

    call_id: str
    part: AgentPart
    revision: int


def live_parts(session: Session, *, now: datetime) -> dict[int, tuple[LivePart, ...]]:
    """Give the calls that ring at each agent's phone or that he is talking, the oldest first; agents by their ids."""
    rows = session.execute(
        select(LiveCallAgentRow.agent_id, LiveCallRow.call_id, LiveCallAgentRow.state, LiveCallRow.revision)
        .join(LiveCallRow, LiveCallRow.call_id == LiveCallAgentRow.call_id)
        .where(is_live(now), LiveCallAgentRow.state.in_((AgentPart.RINGING, AgentPart.ANSWERED)))
        .order_by(LiveCallRow.arrived_at, LiveCallRow.call_id)
    )
    parts: dict[int, list[LivePart]] = defaultdict(list)
    for agent_id, call_id, state, revision in rows:
        parts[agent_id].append(LivePart(call_id, AgentPart(state), revision))
    return {agent_id: tuple(found) for agent_id, found in parts.items()}


def live_rows_of_agent(
    session: Session, agent_id: int, *, now: datetime, call_ids: Collection[str] | None = None
) -> list[tuple[LiveCallRow, AgentPart]]:
    """Give the rows of what rings at one agent's phone or he is talking; of some calls alone where they are named."""
    wanted = (
        select(LiveCallRow, LiveCallAgentRow.state)
        .join(LiveCallAgentRow, LiveCallAgentRow.call_id == LiveCallRow.call_id)
        .where(
            is_live(now),
            LiveCallAgentRow.agent_id == agent_id,
            LiveCallAgentRow.state.in_((AgentPart.RINGING, AgentPart.ANSWERED)),
        )
        .order_by(LiveCallRow.arrived_at, LiveCallRow.call_id)
    )
    if call_ids is not None:
        wanted = wanted.where(LiveCallRow.call_id.in_(call_ids))
    return [(row, AgentPart(state)) for row, state in session.execute(wanted)]


def is_live(now: datetime) -> ColumnElement[bool]:
    """Say in SQL which calls are going on."""
    return LiveCallRow.ended_at.is_(None) & (LiveCallRow.arrived_at > now - LONGEST_CALL)

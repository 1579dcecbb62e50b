"""What the search and the forms let a person choose from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from rights.access.actor import Actor
from rights.access.scope import OWN
from rights.access.tasks import Task
from storage.database.calls import AgentRow


def agents_for(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Give the agents by name, disabled ones too (their calls stay); nobody where only own calls are seen."""
    return all_agents(session) if actor.scopes(Task.VIEW_CALLS) - {OWN} else []


def all_agents(session: Session) -> list[tuple[int, str]]:
    """Give every agent's id and name, by name."""
    return [(row.id, row.name) for row in session.execute(select(AgentRow.id, AgentRow.name).order_by(AgentRow.name))]

"""Agents: the employees whose softphones are rung, and whose names stand beside the calls they answered."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError
from storage.database.calls import AgentGroupRow, AgentRow

SIP_USER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An agent as made: the password is shown once and kept nowhere."""

    agent_id: int
    aor: str
    sip_user: str
    sip_password: str


def add_agent(
    session: Session, *, name: str, sip_user: str, domain: str, groups: tuple[str, ...], clock: Clock
) -> NewAgent:
    """Make an agent with a fresh SIP password; raise BadDataError where the user part is malformed or taken."""
    if not SIP_USER.fullmatch(sip_user):
        raise BadDataError(what=f"not a SIP user: {sip_user!r}", remedy="use letters, digits, '.', '_' and '-'")
    if session.scalar(select(AgentRow).where(AgentRow.sip_user == sip_user)) is not None:
        raise BadDataError(what=f"there is an agent {sip_user!r} already", remedy="see 'tallenne agent list'")
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    row = AgentRow(
        name=name,
        aor=f"sip:{sip_user}@{domain}",
        sip_user=sip_user,
        ha1=digest_ha1(sip_user=sip_user, realm=domain, password=password),
        created_at=clock.now(),
        disabled_at=None,
        groups=[
            AgentGroupRow(group_name=group, position=_next_position(session, group)) for group in dict.fromkeys(groups)
        ],
    )
    session.add(row)
    session.flush()
    return NewAgent(agent_id=row.id, aor=row.aor, sip_user=sip_user, sip_password=password)


def renew_password(session: Session, *, sip_user: str, domain: str) -> NewAgent:
    """Replace an agent's SIP password; raise NotFoundError where there is no such agent."""
    row = agent_by_user(session, sip_user)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    row.ha1 = digest_ha1(sip_user=sip_user, realm=domain, password=password)
    return NewAgent(agent_id=row.id, aor=row.aor, sip_user=sip_user, sip_password=password)


def disable_agent(session: Session, *, sip_user: str, clock: Clock) -> None:
    """Take an agent out of the edge's directory; his calls and his name beside them stay."""
    agent_by_user(session, sip_user).disabled_at = clock.now()


def agent_by_user(session: Session, sip_user: str) -> AgentRow:
    """Find an agent by the user part of his address; raise NotFoundError where there is none."""
    row = session.scalar(select(AgentRow).where(AgentRow.sip_user == sip_user))
    if row is None:
        raise NotFoundError(what=f"no agent {sip_user!r}", remedy="see 'tallenne agent list'")
    return row


def active_agents(session: Session) -> list[AgentRow]:
    """List the agents whose phones may register, by name."""
    return list(session.scalars(select(AgentRow).where(AgentRow.disabled_at.is_(None)).order_by(AgentRow.name)))


def digest_ha1(*, sip_user: str, realm: str, password: str) -> str:
    """Give the A1 hash of RFC 2617 section 3.2.2.2; MD5 is what every softphone speaks."""
    return hashlib.md5(f"{sip_user}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def _next_position(session: Session, group: str) -> int:
    last = session.scalar(select(func.max(AgentGroupRow.position)).where(AgentGroupRow.group_name == group))
    return 0 if last is None else last + 1

"""What is kept about an employee: as an agent, as an account, and what he did, by kind and number alone.

Each row of the audit that an employee made is about somebody else too: he is told what kinds there are, how many and
from when to when (GDPR 15(4)).
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from privacy.cases.gathered import GatheredFact, GatheredSection
from privacy.cases.part_facts import fact, section_of
from rights.tables import AccountRow, AuditRow, PermissionRow, SessionRow
from storage.database.calls import AgentRow


def employee_sections(session: Session, *, agent_id: int | None, account_id: int | None) -> tuple[GatheredSection, ...]:
    """Give everything that is kept about an employee besides his calls."""
    agent = session.get(AgentRow, agent_id) if agent_id is not None else None
    account = session.get(AccountRow, account_id) if account_id is not None else None
    sections = [
        section_of("agent", [_agent(agent)] if agent else []),
        section_of("account", [_account(account)] if account else []),
    ]
    if account is not None:
        sections += [
            section_of("permissions", _permissions(session, account.id)),
            section_of("sessions", _sessions(session, account.id)),
            section_of("own_actions", _actions(session, account.id)),
        ]
    return tuple(one for one in sections if one.entries)


def _agent(agent: AgentRow) -> tuple[GatheredFact, ...]:
    return (
        fact("name", agent.name),
        fact("aor", agent.aor),
        fact("groups", ", ".join(group.group_name for group in agent.groups)),
        fact("created_at", agent.created_at),
        fact("disabled_at", agent.disabled_at),
    )


def _account(account: AccountRow) -> tuple[GatheredFact, ...]:
    names = ("login", "name", "created_at", "password_set_at", "disabled_at")
    return tuple(fact(name, getattr(account, name)) for name in names)


def _permissions(session: Session, account_id: int) -> list[tuple[GatheredFact, ...]]:
    rows = session.scalars(
        select(PermissionRow).where(PermissionRow.account_id == account_id).order_by(PermissionRow.id)
    )
    names = ("task", "valid_from", "valid_until", "granted_at", "revoked_at")
    return [tuple(fact(name, getattr(row, name)) for name in names) for row in rows]


def _sessions(session: Session, account_id: int) -> list[tuple[GatheredFact, ...]]:
    rows = session.scalars(
        select(SessionRow).where(SessionRow.account_id == account_id).order_by(SessionRow.started_at)
    )
    return [tuple(fact(name, getattr(row, name)) for name in ("started_at", "seen_at", "ended_at")) for row in rows]


def _actions(session: Session, account_id: int) -> list[tuple[GatheredFact, ...]]:
    rows = session.execute(
        select(AuditRow.action, func.count(), func.min(AuditRow.at), func.max(AuditRow.at))
        .where(AuditRow.account_id == account_id)
        .group_by(AuditRow.action)
        .order_by(AuditRow.action)
    )
    names = ("action", "count", "first_at", "last_at")
    return [tuple(fact(name, value) for name, value in zip(names, row, strict=True)) for row in rows]

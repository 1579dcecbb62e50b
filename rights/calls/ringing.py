"""What rings at an agent's phone, and who it may be: shown to his own account alone, and audited before it is.

Invariants
----------
1. An account sees a call while it rings at its agent's phone, and while its agent talks it: no other, and not after.
2. Whose card a screen shows stands in the audit, once for each account, call and set of persons.
3. Somebody with a turvakielto keeps address and number here too; so does whoever shares his number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.linking.link import CandidateRule, LinkStatus
from ledger_link.linking.live_matches import LiveCalls, cards_ahead, match_of, numbers_ahead
from ledger_link.linking.live_picks import keep_pick, picked_persons
from ledger_link.records.card import CustomerCard
from ledger_link.records.person_marks import PersonMarks
from ledger_link.register.customer_register import CustomerRegister, OpenRegister
from ledger_link.register.sql_register import SqlRegister
from ledger_link.undisclosed.numbers import undisclosed_among
from ledger_link.values.day import day_of
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.scope import ALL, OWN
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.calls.viewing import persons_on
from rights.register.person_marks import marks_seen
from rights.tables import AuditPersonRow, AuditRow
from storage.database.engine import Database
from storage.database.live_calls import LiveCallRow
from storage.live_calls import AgentPart, live_rows_of_agent


@dataclass(frozen=True, slots=True)
class RingingCandidate:
    """Somebody who may be calling, why, his card as of the day of the call, and what tells him from a namesake."""

    card: CustomerCard
    rule: CandidateRule
    marks: PersonMarks | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingCall:
    """A call at an agent's phone. ``number`` is E.164, or None where there is none or it may not be told.

    ``status`` and ``rule`` are those of the linker: only with ONE the card of the one candidate is who calls.
    ``picked`` are the ids that somebody picked during the call, empty for "none of these", None where nobody did.
    """

    call_id: str
    revision: int
    service_name: str
    arrived_at: datetime
    is_answered: bool
    number: str | None
    is_withheld: bool
    is_masked: bool
    status: LinkStatus
    rule: str
    candidates: tuple[RingingCandidate, ...]
    picked: tuple[int, ...] | None
    may_pick: bool

    @property
    def is_sure(self) -> bool:
        """Whether the number alone tells whose call it is."""
        return self.status is LinkStatus.ONE

    @property
    def shown(self) -> tuple[RingingCandidate, ...]:
        """Those whose cards are shown whole: who was picked, or else the one who is sure."""
        if self.picked is not None:
            return tuple(candidate for candidate in self.candidates if candidate.card.person.id in self.picked)
        return self.candidates if self.is_sure else ()


def has_a_phone(actor: Actor) -> bool:
    """Tell whether calls may ring for an account: it is an agent's, and may know of the calls that he answers."""
    return actor.agent_id is not None and bool(actor.scopes(Task.VIEW_CALLS) & {OWN, ALL})


def ringing_calls(
    database: Database, actor: Actor, *, register: OpenRegister = SqlRegister, clock: Clock
) -> tuple[RingingCall, ...]:
    """Give what rings at the actor's phone or he is talking, oldest first; what is new to him is audited before."""
    if actor.agent_id is None or not has_a_phone(actor):
        return ()
    with database.read() as session:
        if not live_rows_of_agent(session, actor.agent_id, now=clock.now()):
            return ()
    register = cards_ahead(database, register, _at_phone_of(actor.agent_id, clock=clock))
    with database.begin() as session:
        rows = live_rows_of_agent(session, actor.agent_id, now=clock.now())
        asked = register(session)
        calls = tuple(_call(session, asked, actor, live) for live in rows)
        for call in calls:
            _audit(session, actor, call, clock=clock)
        return calls


def pick_customer(
    database: Database,
    actor: Actor,
    call_id: str,
    person_ids: Sequence[int],
    *,
    register: OpenRegister = SqlRegister,
    clock: Clock,
) -> None:
    """Keep whose call it is, as the actor says while it goes on: candidates, or nobody of them. It is audited.

    Raises NotFoundError for a call that is not at the actor's phone and for who is no candidate of it, RefusedError
    without *link customers*; both are audited. The archive makes it the call's decision.
    """
    register = numbers_ahead(database, register, _at_phone_of(actor.agent_id or 0, clock=clock))
    wanted = "pick"
    with audited_refusals(database, actor, wanted=wanted, call_id=call_id, clock=clock), database.begin() as session:
        if actor.agent_id is None or not has_a_phone(actor):
            raise NotFoundError(what="no such call is going on", where=call_id)
        rows = live_rows_of_agent(session, actor.agent_id, now=clock.now(), call_ids=[call_id])
        if not rows:
            raise NotFoundError(what="no such call is going on", where=call_id)
        require(actor, Task.LINK_CUSTOMERS)
        known = {evidence.person_id for evidence in match_of(register(session), rows[0][0]).candidates}
        if strangers := [person_id for person_id in person_ids if person_id not in known]:
            raise NotFoundError(what="nobody of those who may be calling", where=", ".join(map(str, strangers)))
        keep_pick(session, call_id, person_ids, picked_by=actor.login, clock=clock)
        detail = {"during_call": True}
        record(
            session,
            actor=actor,
            action=Action.LINK_DECIDED,
            call_id=call_id,
            persons=tuple(person_ids),
            detail=detail,
            clock=clock,
        )


def _call(
    session: Session, register: CustomerRegister, actor: Actor, live: tuple[LiveCallRow, AgentPart]
) -> RingingCall:
    row, part = live
    found, on = match_of(register, row), day_of(row.arrived_at)
    marks = marks_seen(session, actor, [(evidence.person_id, on) for evidence in found.candidates])
    candidates = tuple(
        RingingCandidate(
            register.card_of(evidence.person_id, on=on), evidence.rule, marks.get((evidence.person_id, on))
        )
        for evidence in found.candidates
    )
    number = row.caller_e164
    is_masked = any(candidate.card.non_disclosure for candidate in candidates) or (
        number is not None and bool(undisclosed_among(session, [number]))
    )
    return RingingCall(
        call_id=row.call_id,
        revision=row.revision,
        service_name=row.service_name,
        arrived_at=row.arrived_at,
        is_answered=part is AgentPart.ANSWERED,
        number=None if is_masked else number,
        is_withheld=row.caller_withheld,
        is_masked=is_masked,
        status=found.status,
        rule=found.rule,
        candidates=candidates,
        picked=None if row.picked_by is None else picked_persons(session, [row.call_id]).get(row.call_id, ()),
        may_pick=actor.may(Task.LINK_CUSTOMERS),
    )


def _at_phone_of(agent_id: int, *, clock: Clock) -> LiveCalls:
    return lambda session: [row for row, _ in live_rows_of_agent(session, agent_id, now=clock.now())]


def _named(call: RingingCall) -> list[int]:
    return sorted({person.id for person in persons_on(candidate.card for candidate in call.candidates)})


def _is_audited(session: Session, actor: Actor, call: RingingCall) -> bool:
    """Tell whether everybody whose name the call shows was audited for this account and call; nobody always is."""
    known = session.scalars(
        select(AuditPersonRow.person_id)
        .join(AuditRow, AuditRow.id == AuditPersonRow.audit_id)
        .where(
            AuditRow.call_id == call.call_id,
            AuditRow.account_id == actor.account_id,
            AuditRow.action == Action.SCREEN_POPPED,
        )
    )
    return set(_named(call)) <= set(known)


def _audit(session: Session, actor: Actor, call: RingingCall, *, clock: Clock) -> None:
    """Write down who is shown; the lock lets two screens of one account write it once."""
    session.execute(select(LiveCallRow.call_id).where(LiveCallRow.call_id == call.call_id).with_for_update())
    if not _is_audited(session, actor, call):
        record(
            session, actor=actor, action=Action.SCREEN_POPPED, call_id=call.call_id, persons=_named(call), clock=clock
        )

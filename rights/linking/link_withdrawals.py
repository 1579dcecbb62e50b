"""Taking back what was decided about whose call it was: permitted as deciding is, kept for ever, audited."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.linking.asking_ahead import ask_ahead
from ledger_link.linking.customer_number import customer_number
from ledger_link.linking.link import LinkDecision
from ledger_link.linking.link_decisions import Withdrawal, decisions_of, withdraw
from ledger_link.register.customer_register import OpenRegister, RegisterQuestion
from ledger_link.register.sql_register import SqlRegister
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.audit.trail import Action, record
from rights.calls.catalogue import get_call
from rights.calls.facts import CallFacts
from rights.calls.viewing import record_look
from rights.linking.customer_links import linkable_row
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class DecidedCall:
    """A call and the decision that stands, None where nobody decided or the decision was withdrawn."""

    call: CallFacts
    standing: LinkDecision | None


def view_decided(database: Database, actor: Actor, call_id: str, *, clock: Clock) -> DecidedCall:
    """Give a call with what was decided, to be withdrawn; audits the look, and raises as ``decide_link``."""
    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock), database.begin() as session:
        linkable_row(session, actor, call_id)
        call = get_call(session, actor, call_id)
        record_look(session, actor, call, call.link.persons, clock=clock)
        return DecidedCall(call=call, standing=standing_of(decisions_of(session, call.id)))


def standing_of(decisions: tuple[LinkDecision, ...]) -> LinkDecision | None:
    """Give the decision that stands of all that were made, oldest first."""
    return decisions[-1] if decisions and not decisions[-1].withdraws else None


def withdraw_link(
    database: Database,
    actor: Actor,
    call_id: str,
    decision_id: int,
    *,
    register: OpenRegister = SqlRegister,
    clock: Clock,
) -> Withdrawal:
    """Take a decision back, so that the rules link the call anew; audited, and raises as ``decide_link``.

    Only the decision that stands is withdrawn, for whoever saw another does not know what he undoes; nothing is kept
    then, nor where nothing stands.
    """

    def number_of_call(session: Session) -> RegisterQuestion:
        number = customer_number(linkable_row(session, actor, call_id))
        return RegisterQuestion(numbers=frozenset() if number is None else frozenset({number}))

    with audited_refusals(database, actor, wanted="link", call_id=call_id, clock=clock):
        asked = ask_ahead(database, register, number_of_call)
        with database.begin() as session:
            row = linkable_row(session, actor, call_id)
            standing = standing_of(decisions_of(session, row.id))
            outcome = withdraw(session, row.id, decision_id, decided_by=actor.login, register=asked, clock=clock)
            if outcome is Withdrawal.DONE:
                record(
                    session,
                    actor=actor,
                    action=Action.LINK_DECIDED,
                    call_id=row.id,
                    persons=[person.id for person in standing.persons] if standing else [],
                    detail={"withdraws": decision_id},
                    clock=clock,
                )
            return outcome

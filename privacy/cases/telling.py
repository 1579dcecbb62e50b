"""What people typed into a case, as it may be told: where somebody with a turvakielto is found stays hidden.

Whoever handles the case sees it whole only where he may be told what a turvakielto hides (*reveal undisclosed*); the
subject himself reads it in his letters.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.tables.call_links import CallLinkPersonRow
from ledger_link.undisclosed.concealment import NOTHING, Concealment, concealment_of
from privacy.cases.case import Case
from rights.access.actor import Actor
from rights.access.tasks import Task


def concealment_for(session: Session, actor: Actor, person_ids: Collection[int]) -> Concealment:
    """Tell what an actor may not be told of some persons."""
    return NOTHING if actor.may(Task.REVEAL_UNDISCLOSED) else concealment_of(session, person_ids)


def persons_of_call(session: Session, call_id: str) -> set[int]:
    """Tell whom a call is linked to, or may be."""
    return set(session.scalars(select(CallLinkPersonRow.person_id).where(CallLinkPersonRow.call_id == call_id)))


def told_case(case: Case, concealment: Concealment) -> Case:
    """Give a case whose typed texts tell nothing that is concealed."""
    decision = case.decision
    extension = case.extension
    return replace(
        case,
        request=concealment.of(case.request),
        reply_to=concealment.of(case.reply_to),
        decision=replace(decision, reasons=concealment.of(decision.reasons)) if decision else None,
        extension=replace(extension, reasons=concealment.of(extension.reasons)) if extension else None,
    )

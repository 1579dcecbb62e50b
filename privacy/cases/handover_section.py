"""What was handed over of a subject's calls and data, as a section of the copy (GDPR 15(1)(c)): to whom, what, when.

What is written about it in free text is for the house: it may name others, or what a recipient keeps secret.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from ledger_link.values.day import day_of, last_day_before
from privacy.cases.gathered import FactKind, GatheredFact, GatheredSection
from privacy.disclosures.handover import Handover
from privacy.disclosures.handovers import handovers_of_subject
from privacy.disclosures.kinds import OF_CALLS, Content


def handover_section(session: Session, *, call_ids: Collection[str], person_id: int | None) -> GatheredSection:
    """Give an entry for each kind of data that each recipient got, newest first."""
    found = handovers_of_subject(session, call_ids=call_ids, person_id=person_id)
    return GatheredSection(
        "handovers",
        tuple(_entry(one, content) for one in found for content in one.contents if _is_theirs(one, content)),
    )


def _is_theirs(handover: Handover, content: Content) -> bool:
    """Tell whether this part was the subject's: of one that also was of others he is told what was his."""
    if content is Content.OTHER:
        return True
    return bool(handover.call_ids if content in OF_CALLS else handover.person_ids)


def _entry(handover: Handover, content: Content) -> tuple[GatheredFact, ...]:
    expires_on = last_day_before(handover.expires_at) if handover.expires_at is not None else None
    return (
        GatheredFact("recipient", FactKind.TEXT, handover.recipient),
        GatheredFact("kind", FactKind.CODE, handover.recipient_kind.value),
        GatheredFact("what", FactKind.CODE, content.value),
        GatheredFact("basis", FactKind.CODE, handover.basis.value),
        GatheredFact("handed_on", FactKind.DAY, day_of(handover.handed_at)),
        GatheredFact("expires_on", FactKind.DAY, expires_on),
    )

"""Calls that somebody once said were of a person with a turvakielto, whoever they are linked to now.

The page of a call goes on naming whom each decision named. So the number stays masked, and the call off the pages of
homes and employers, when the decision is withdrawn or another one made.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ledger_link.tables.call_links import LinkDecisionPersonRow, LinkDecisionRow
from ledger_link.tables.persons import PersonRow

_NAMED = (
    select(LinkDecisionRow.call_id)
    .join(LinkDecisionPersonRow, LinkDecisionPersonRow.decision_id == LinkDecisionRow.id)
    .join(PersonRow, PersonRow.id == LinkDecisionPersonRow.person_id)
    .where(PersonRow.non_disclosure)
)


def is_decided_undisclosed(call_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Tell of a call in a query, by a column with its id, whether any decision about it names such a person."""
    return _NAMED.where(LinkDecisionRow.call_id == call_id).correlate(call_id.class_).exists()


def decided_undisclosed_among(session: Session, call_ids: Collection[str]) -> frozenset[str]:
    """Tell about which of some calls (those of a page) any decision names such a person; one query."""
    return frozenset(session.scalars(_NAMED.where(LinkDecisionRow.call_id.in_(sorted(call_ids)))))

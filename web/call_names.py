"""How a call is named where it stands beside something else: when it was and to which service, and no number."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.database.calls import CallRow
from web.formats import moment_text


def call_name(row: CallRow) -> str:
    """Name a call."""
    return f"{moment_text(row.started_at)}, {row.service_name}"


def call_names(session: Session, call_ids: Iterable[str | None]) -> dict[str, str]:
    """Give the names of calls by their ids; one that was erased is left out."""
    wanted = sorted({call_id for call_id in call_ids if call_id})
    return {row.id: call_name(row) for row in session.scalars(select(CallRow).where(CallRow.id.in_(wanted)))}

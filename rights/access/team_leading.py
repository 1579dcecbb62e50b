"""Which teams an account leads now: what its scope *own team* is."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from rights.access.permit import Permit
from rights.access.scope import TEAM
from rights.access.team_rows import TeamLeaderRow


def teams_led_by(session: Session, account_id: int, permits: Collection[Permit], *, clock: Clock) -> frozenset[int]:
    """Give the ids of the teams that an account leads now; asked for only where one of its permits is on them."""
    if not any(permit.scope == TEAM for permit in permits):
        return frozenset()
    now = clock.now()
    return frozenset(
        session.scalars(
            select(TeamLeaderRow.team_id).where(
                TeamLeaderRow.account_id == account_id,
                TeamLeaderRow.valid_from <= now,
                or_(TeamLeaderRow.valid_until.is_(None), TeamLeaderRow.valid_until > now),
            )
        )
    )

"""Whose call it is, said while it is going on: kept beside the live call, and its decision once it is archived."""

from collections.abc import Callable, Sequence

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from calls.clock import Clock
from calls.errors import NotFoundError
from ledger_link.linking.link_decisions import decide
from ledger_link.tables.persons import PersonRow
from storage.database.base import Base
from storage.database.calls import CallRow
from storage.database.live_calls import LiveCallRow


class LiveCallPersonRow(Base):
    """A person whose call it is, as somebody said during the call; a pick without any says that it is nobody's."""

    __tablename__ = "live_call_persons"

    call_id: Mapped[str] = mapped_column(ForeignKey("live_calls.call_id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    position: Mapped[int]


def picked_persons(session: Session, call_ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Tell who was picked for each of some live calls, in order; calls without persons are left out."""
    rows = session.execute(
        select(LiveCallPersonRow.call_id, LiveCallPersonRow.person_id)
        .where(LiveCallPersonRow.call_id.in_(call_ids))
        .order_by(LiveCallPersonRow.call_id, LiveCallPersonRow.position)
    ).all()
    picked: dict[str, tuple[int, ...]] = {}
    for call_id, person_id in rows:
        picked[call_id] = (*picked.get(call_id, ()), person_id)
    return picked


def keep_pick(session: Session, call_id: str, person_ids: Sequence[int], *, picked_by: str, clock: Clock) -> None:
    """Keep whose call it is until it is archived; a later pick replaces an earlier one.

    Raises NotFoundError for a call that is over, whose place is the call's own page, and for an unknown person.
    """
    live = session.scalar(
        select(LiveCallRow).where(LiveCallRow.call_id == call_id, LiveCallRow.ended_at.is_(None)).with_for_update()
    )
    if live is None:
        raise NotFoundError(what="no such call is going on", where=call_id)
    wanted = tuple(dict.fromkeys(person_ids))
    known = set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(wanted))))
    if missing := [person_id for person_id in wanted if person_id not in known]:
        raise NotFoundError(what="no such person", where=", ".join(map(str, missing)))
    live.picked_by, live.picked_at = picked_by, clock.now()
    live.revision += 1
    session.execute(delete(LiveCallPersonRow).where(LiveCallPersonRow.call_id == call_id))
    for position, person_id in enumerate(wanted):
        session.add(LiveCallPersonRow(call_id=call_id, person_id=person_id, position=position))
    session.flush()


def decide_as_picked(
    session: Session, call: CallRow, *, agent_of: Callable[[Session, str], int | None], clock: Clock
) -> None:
    """Make the pick of a call that is being archived its decision, in the same transaction; the live rows go.

    Only a pick of who answered stands, by ``agent_of`` his login: where several phones rang, another may have picked
    before, who never heard the caller and may not even see the call. The live call is locked first: a pick that comes
    now waits, and then finds no live call any more.
    """
    live = session.scalar(select(LiveCallRow).where(LiveCallRow.call_id == call.id).with_for_update())
    if live is None:
        return
    if live.picked_by is not None and call.agent_id is not None and agent_of(session, live.picked_by) == call.agent_id:
        persons = picked_persons(session, [call.id]).get(call.id, ())
        decide(session, call.id, persons, decided_by=live.picked_by, clock=clock)
    session.execute(delete(LiveCallPersonRow).where(LiveCallPersonRow.call_id == call.id))
    session.delete(live)
    session.flush()

"""The page of a person, and the answer that reveals what is protected on it."""

from datetime import date

from flask import Blueprint, render_template, request

from calls.errors import BadDataError
from ledger_link.protected_field import ProtectedField
from rights.purposes import PurposeUse, active_purposes, all_purposes
from rights.register_view import view_person
from rights.reveals import Revealed
from rights.reveals import reveal as reveal_field
from web.balance_chart import balance_chart
from web.formats import local_day
from web.ledger_lines import lines_of
from web.page_part import PART_HEADER
from web.parts import parts
from web.person_gaps import gaps_of
from web.register_day import day_asked, day_in_address
from web.views.register import back_to_search
from web.views.time_line import is_older_part, older_part, place_asked
from web.visitor import actor

blueprint = Blueprint("person", __name__, url_prefix="/register/persons/<int:person_id>")

NEWEST_LINES = 12


@blueprint.get("")
def show(person_id: int) -> str:
    """Show a person as of a day; that it was looked at is in the audit."""
    return _page(person_id, day_asked(request.args.get("on")))


@blueprint.post("/reveal")
def reveal(person_id: int) -> str:
    """Show one protected field, for the purpose that was stated: it stands in this answer alone."""
    house, on = parts(), day_asked(request.form.get("on"))
    revealed = reveal_field(
        house.database,
        house.keys,
        actor(),
        person_id,
        _field_asked(),
        purpose=request.form.get("purpose", ""),
        clock=house.clock,
        on=on,
    )
    if PART_HEADER not in request.headers:
        return _page(person_id, on, revealed=revealed)
    with house.database.read() as rows:
        purpose = all_purposes(rows)[revealed.purpose]
    return render_template("person_revealed.html", revealed=revealed, purpose=purpose)


def _field_asked() -> ProtectedField:
    try:
        return ProtectedField(request.form.get("field", ""))
    except ValueError as error:
        raise BadDataError(what="no such field", remedy=f"one of {', '.join(ProtectedField)}") from error


def _page(person_id: int, on: date, *, revealed: Revealed | None = None) -> str:
    house = parts()
    before = place_asked(request.args.get("before"))
    viewed = view_person(house.database, actor(), person_id, on=on, before=before, clock=house.clock)
    if is_older_part():
        return older_part(viewed.record.time_line, "person.show", {"person_id": person_id}, on=on)
    with house.database.read() as rows:
        offered, purposes = active_purposes(rows, use=PurposeUse.REGISTER), all_purposes(rows)
    ledgers = viewed.ledgers or {}
    return render_template(
        "person.html",
        viewed=viewed,
        gaps=gaps_of(viewed),
        before=before,
        on=on,
        day=day_in_address(on),
        today=local_day(house.clock.now()),
        revealed=revealed,
        purposes=offered,
        purpose=purposes[revealed.purpose] if revealed else None,
        ledgers=ledgers,
        lines={lease_id: lines_of(ledger) for lease_id, ledger in ledgers.items()},
        charts={
            lease_id: balance_chart(((entry.on, cents) for entry, cents in ledger.lines), until=on)
            for lease_id, ledger in ledgers.items()
        },
        newest=NEWEST_LINES,
        back=back_to_search(),
    )

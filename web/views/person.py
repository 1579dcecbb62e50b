"""The page of a person, and the answer that reveals what is protected on it."""

from flask import Blueprint, render_template, request

from calls.errors import BadDataError
from ledger_link.records.protected_field import ProtectedField
from privacy.cases.subject_notes import notes_beside_person
from privacy.disclosures.handovers import handovers_told
from rights.listening.purposes import PurposeUse, active_purposes, all_purposes
from rights.register.register_view import view_person
from rights.register.reveals import Revealed
from rights.register.reveals import reveal as reveal_field
from web.balance_chart import balance_chart
from web.ledger_lines import lines_of
from web.page_part import PART_HEADER
from web.parts import parts
from web.person_gaps import gaps_of
from web.register_day import day_asked, day_in_address
from web.views.record_page import Asked, asked, record_page
from web.visitor import actor

blueprint = Blueprint("person", __name__, url_prefix="/register/persons/<int:person_id>")

NEWEST_LINES = 12


@blueprint.get("")
def show(person_id: int) -> str:
    """Show a person as of a day; that it was looked at is in the audit."""
    return _page(person_id, asked())


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
        return _page(person_id, Asked(on), revealed=revealed)
    with house.database.read() as rows:
        purpose = all_purposes(rows)[revealed.purpose]
    return render_template("person_revealed.html", revealed=revealed, purpose=purpose, day=day_in_address(on))


def _field_asked() -> ProtectedField:
    try:
        return ProtectedField(request.form.get("field", ""))
    except ValueError as error:
        raise BadDataError(what="no such field", remedy=f"one of {', '.join(ProtectedField)}") from error


def _page(person_id: int, wanted: Asked, *, revealed: Revealed | None = None) -> str:
    house = parts()
    viewed = view_person(house.database, actor(), person_id, on=wanted.on, before=wanted.before, clock=house.clock)
    with house.database.read() as rows:
        offered, purposes = active_purposes(rows, use=PurposeUse.REGISTER), all_purposes(rows)
        handovers = handovers_told(rows, actor(), person_id=person_id)
        notes = notes_beside_person(rows, actor(), person_id)
    ledgers = viewed.ledgers or {}
    return record_page(
        "person.html",
        viewed,
        wanted,
        gaps=gaps_of(viewed),
        revealed=revealed,
        purposes=offered,
        purpose=purposes[revealed.purpose] if revealed else None,
        ledgers=ledgers,
        lines={lease_id: lines_of(ledger) for lease_id, ledger in ledgers.items()},
        charts={
            lease_id: balance_chart(((entry.on, cents) for entry, cents in ledger.lines), until=wanted.on)
            for lease_id, ledger in ledgers.items()
        },
        newest=NEWEST_LINES,
        handovers=handovers,
        notes=notes,
        now=house.clock.now(),
    )

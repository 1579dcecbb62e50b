"""The page of a lease: its parties, its rents, and, for who may, its ledger."""

from flask import Blueprint, render_template, request

from ledger_link.leases import PartyRole
from rights.register_view import view_lease
from web.balance_chart import balance_chart
from web.collation import person_order
from web.formats import local_day
from web.ledger_lines import lines_of, years_of
from web.parts import parts
from web.register_day import day_asked, day_in_address
from web.views.register import back_to_search
from web.views.time_line import is_older_part, older_part, place_asked
from web.visitor import actor

blueprint = Blueprint("lease", __name__)

_ORDER = list(PartyRole)


@blueprint.get("/register/leases/<int:lease_id>")
def show(lease_id: int) -> str:
    """Show a lease as of a day; that it was looked at is in the audit."""
    house, on = parts(), day_asked(request.args.get("on"))
    before = place_asked(request.args.get("before"))
    viewed = view_lease(house.database, actor(), lease_id, on=on, before=before, clock=house.clock)
    if is_older_part():
        return older_part(viewed.record.time_line, "lease.show", {"lease_id": lease_id}, on=on)
    ledger = viewed.ledger
    return render_template(
        "lease.html",
        viewed=viewed,
        parties=sorted(
            viewed.record.parties, key=lambda party: (_ORDER.index(party.role), person_order(party.person.name))
        ),
        ledger=ledger,
        years=years_of(lines_of(ledger)) if ledger else [],
        chart=balance_chart(((entry.on, cents) for entry, cents in ledger.lines), until=on) if ledger else None,
        before=before,
        on=on,
        day=day_in_address(on),
        today=local_day(house.clock.now()),
        back=back_to_search(),
    )

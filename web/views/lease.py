"""The page of a lease: its parties, its rents, and, for who may, its ledger."""

from flask import Blueprint

from ledger_link.tables.leases import PartyRole
from rights.register.register_view import view_lease
from web.balance_chart import balance_chart
from web.collation import person_order
from web.ledger_lines import lines_of, years_of
from web.parts import parts
from web.views.record_page import asked, record_page
from web.visitor import actor

blueprint = Blueprint("lease", __name__)

_ORDER = list(PartyRole)


@blueprint.get("/register/leases/<int:lease_id>")
def show(lease_id: int) -> str:
    """Show a lease as of a day; that it was looked at is in the audit."""
    house, wanted = parts(), asked()
    viewed = view_lease(house.database, actor(), lease_id, on=wanted.on, before=wanted.before, clock=house.clock)
    ledger = viewed.ledger
    lines = ((entry.on, cents) for entry, cents in ledger.lines) if ledger else ()
    return record_page(
        "lease.html",
        viewed,
        wanted,
        parties=sorted(
            viewed.record.parties, key=lambda party: (_ORDER.index(party.role), person_order(party.person.name))
        ),
        ledger=ledger,
        years=years_of(lines_of(ledger)) if ledger else [],
        chart=balance_chart(lines, until=wanted.on) if ledger else None,
    )

"""Periods and what deletions are due to, in words of the page's language."""

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from privacy.retention.deletion_state import Because, State
from privacy.retention.period import Period, Unit
from privacy.retention.row_kind import RowKind
from privacy.retention.row_list import Listed

STATES = {
    State.SCHEDULED: _l("Scheduled"),
    State.WITHDRAWN: _l("Taken back"),
    State.SHREDDING: _l("Being erased"),
    State.EMPTYING: _l("Being erased"),
    State.DONE: _l("Erased"),
}
BECAUSE = {
    Because.POLICY: _l("The period is over"),
    Because.CASE: _l("Decided in a case"),
    Because.RESTORED: _l("Came back with a backup"),
}


LEDGER_TABLES = {
    "charges": _l("Charges"),
    "payments": _l("Payments"),
    "reminders": _l("Reminders"),
    "deposits": _l("Deposits"),
    "cases": _l("Requests of data subjects"),
    "handovers": _l("Hand-overs"),
}


def period_words(period: Period) -> str:
    """Write a period: "24 kuukautta"."""
    match period.unit:
        case Unit.DAYS:
            return str(ngettext("%(num)d day", "%(num)d days", period.count))
        case Unit.MONTHS:
            return str(ngettext("%(num)d month", "%(num)d months", period.count))
        case Unit.YEARS:
            return str(ngettext("%(num)d year", "%(num)d years", period.count))


def service_words(number: str | None, services: dict[str, str]) -> str:
    """Name a service: its name and number, or all of them."""
    if number is None:
        return str(gettext("All services"))
    return f"{services[number]} ({number})" if number in services else number


def row_amount(kind: RowKind, of_kind: Listed) -> str:
    """Write how much of a kind is on the list: "3 vuokrasopimusta, 72 tositetta"."""
    if kind is RowKind.LEASES:
        leases = ngettext("%(num)d lease", "%(num)d leases", of_kind.lines)
        vouchers = ngettext("%(num)d voucher", "%(num)d vouchers", of_kind.rows)
        return f"{leases}, {vouchers}"
    if kind is RowKind.PAYMENTS:
        return str(ngettext("%(num)d payment", "%(num)d payments", of_kind.rows))
    return str(of_kind.lines)


def teach_periods(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(period_words=period_words)
    app.jinja_env.globals.update(
        deletion_states=STATES, deletion_because=BECAUSE, ledger_tables=LEDGER_TABLES, service_words=service_words
    )
    app.jinja_env.globals.update(row_amount=row_amount)

"""What a look at a person's data is called before people."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ledger_link.records.protected_field import ProtectedField
from rights.audit.trail import Action
from rights.register.look_ups import LookUp

_LOOKS: dict[Action, LazyString] = {
    Action.CALLS_LISTED: _l("In a list of calls"),
    Action.CALL_SHOWN: _l("The page of a call"),
    Action.SCREEN_POPPED: _l("On the screen when the telephone rang"),
    Action.LISTENED: _l("A recording was listened to"),
    Action.EXPORTED: _l("A recording was copied"),
    Action.REGISTER_SEARCHED: _l("Found in a search of the register"),
    Action.REGISTER_PAGE_SHOWN: _l("A page of the register"),
    Action.IDENTITY_CODE_LOOKED_UP: _l("Found by identity code"),
    Action.FIELD_REVEALED: _l("A protected field was shown"),
    Action.LOOK_UPS_SHOWN: _l("This list of look-ups"),
    Action.REGISTER_EXPORTED: _l("The whole register was exported"),
    Action.CASES_LISTED: _l("In the list of requests"),
    Action.CASE_SHOWN: _l("A request was handled"),
    Action.CASE_GATHERED: _l("The data was gathered for a request"),
    Action.AUDIT_SHOWN: _l("The log of what was done with the data"),
}

PAGES: dict[str, LazyString] = {
    "person": _l("The person's page"),
    "lease": _l("The page of a lease"),
    "apartment": _l("The page of an apartment"),
    "organisation": _l("The page of an organisation"),
}

FIELDS: dict[str, LazyString] = {
    ProtectedField.IDENTITY_CODE: _l("Identity code"),
    ProtectedField.TRAVEL_DOCUMENT: _l("Number of the travel document"),
    ProtectedField.INCOME: _l("Income and assets"),
    ProtectedField.CREDIT_DATA: _l("Credit data"),
    ProtectedField.GUARDIANSHIP: _l("Guardianship"),
    ProtectedField.UNDISCLOSED: _l("Addresses, telephone numbers, e-mail and employer"),
}


def looked_at(look_up: LookUp) -> tuple[str, str]:
    """Tell what was looked at, and more closely of what; an action that has no words is told by its name."""
    if look_up.action is Action.REGISTER_PAGE_SHOWN and look_up.page in PAGES:
        return str(PAGES[look_up.page]), ""
    field = FIELDS.get(look_up.field or "", "")
    return str(_LOOKS.get(look_up.action, look_up.action)), str(field)

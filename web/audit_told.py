"""What single details of an audit row are called before people: permits, deeds, fields and pages by their names."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from calls.errors import BadDataError
from privacy.disclosures.kinds import LegalBasis
from rights.access.deeds import Deed
from rights.access.permit import parse_permit
from rights.access.roles import Role
from rights.access.tasks import Task
from rights.audit.changed_settings import DETAIL as SETTINGS
from rights.listening.purposes import Purpose
from web.formats import date_text, moment_text
from web.handover_labels import BASES
from web.labels import TASKS
from web.languages import chosen_language
from web.look_up_labels import FIELDS, PAGES
from web.permit_words import deed_name, ending, permit_name, role_name
from web.settings_told import settings_told

_ABOUT_AN_ACCOUNT = "account:"
_NO_PURPOSES: Mapping[str, Purpose] = MappingProxyType({})


def told_detail(
    key: str,
    value: str,
    *,
    roles: Mapping[str, Role],
    accounts: Mapping[int, str],
    purposes: Mapping[str, Purpose] = _NO_PURPOSES,
) -> str:
    """Tell one detail by its name; what has none, also of an older or newer version, as it was written."""
    match key:
        case "task" | "permit" | "wanted":
            told = _permit(value)
        case "deed" if value in set(Deed):
            told = str(deed_name(Deed(value)))
        case "role" if value in roles:
            told = role_name(roles[value])
        case "field" | "page":
            told = str({**FIELDS, **PAGES}.get(value, value))
        case "subject":
            told = _account(value, accounts)
        case "purpose" if value in purposes:
            told = purposes[value].name(chosen_language())
        case "basis" if value in set(LegalBasis):
            told = str(BASES[LegalBasis(value)])
        case "valid_from" | "valid_until" | "until" | "goes_on":
            told = _moment(key, value)
        case _:
            told = settings_told(value) if key == SETTINGS else value
    return told


def _permit(value: str) -> str:
    if value in set(Task):  # as rows have it from before tasks had scopes, and refusals still
        return str(TASKS[Task(value)])
    try:
        return permit_name(parse_permit(value))
    except BadDataError:
        return value


def _moment(key: str, value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if key == "goes_on":
        return date_text(moment.date())
    return moment_text(moment) if key == "valid_from" else ending(moment)


def _account(value: str, accounts: Mapping[int, str]) -> str:
    number = value.removeprefix(_ABOUT_AN_ACCOUNT)
    if number == value or not number.isdecimal():
        return value
    return accounts.get(int(number), value)

"""What single details of an audit row are called before people: permits, deeds, fields and pages by their names."""

from collections.abc import Mapping

from calls.errors import BadDataError
from rights.access.deeds import Deed
from rights.access.permit import parse_permit
from rights.access.roles import Role
from rights.access.tasks import Task
from rights.audit.changed_settings import DETAIL as SETTINGS
from web.labels import TASKS
from web.look_up_labels import FIELDS, PAGES
from web.permit_words import deed_name, permit_name, role_name
from web.settings_told import settings_told

_ABOUT_AN_ACCOUNT = "account:"


def told_detail(key: str, value: str, *, roles: Mapping[str, Role], accounts: Mapping[int, str]) -> str:
    """Tell one detail by its name; what has none, also of an older or newer version, as it was written."""
    match key:
        case "task" | "permit" | "wanted":
            return _permit(value)
        case "deed" if value in set(Deed):
            return str(deed_name(Deed(value)))
        case "role" if value in roles:
            return role_name(roles[value])
        case "field" | "page":
            return str({**FIELDS, **PAGES}.get(value, value))
        case "subject":
            return _account(value, accounts)
        case _:
            return settings_told(value) if key == SETTINGS else value


def _permit(value: str) -> str:
    if value in set(Task):  # as rows have it from before tasks had scopes, and refusals still
        return str(TASKS[Task(value)])
    try:
        return permit_name(parse_permit(value))
    except BadDataError:
        return value


def _account(value: str, accounts: Mapping[int, str]) -> str:
    number = value.removeprefix(_ABOUT_AN_ACCOUNT)
    if number == value or not number.isdecimal():
        return value
    return accounts.get(int(number), value)

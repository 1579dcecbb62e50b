"""What permits, their scopes and the groups of tasks are called before people. Translated when shown."""

from datetime import datetime, timedelta

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ledger_link.values.day import day_of, end_of
from rights.access.deeds import Deed
from rights.access.permit import Permit
from rights.access.roles import Role
from rights.access.scope import Reach, Scope
from rights.access.tasks import SCOPED_TASKS, Task
from web.formats import date_text, moment_text
from web.labels import TASKS
from web.languages import chosen_language
from web.parts import parts

REACHES: dict[str, LazyString] = {
    Reach.OWN: _l("own calls"),
    Reach.TEAM: _l("calls of one's own team"),
    Reach.SERVICE: _l("calls of one service"),
    Reach.ALL: _l("all calls"),
}

TASK_GROUPS: tuple[tuple[LazyString, tuple[Task, ...]], ...] = (
    (_l("Calls"), (Task.VIEW_CALLS, Task.LISTEN, Task.EXPORT_AUDIO, Task.LINK_CUSTOMERS)),
    (
        _l("Register"),
        (
            Task.VIEW_REGISTER,
            Task.VIEW_LEDGER,
            Task.FIND_BY_IDENTITY_CODE,
            Task.REVEAL_IDENTITY,
            Task.REVEAL_INCOME,
            Task.REVEAL_CREDIT,
            Task.REVEAL_GUARDIANSHIP,
            Task.REVEAL_UNDISCLOSED,
        ),
    ),
    (
        _l("Privacy"),
        (
            Task.HANDLE_CASES,
            Task.HEAR_FOR_COPIES,
            Task.VIEW_LOOK_UPS,
            Task.RECORD_DISCLOSURES,
            Task.MANAGE_RETENTION,
            Task.MANAGE_HOLDS,
            Task.PUBLISH_DOCUMENTS,
            Task.VIEW_AUDIT,
        ),
    ),
    (_l("Second person"), (Task.APPROVE_EXPORTS, Task.APPROVE_DELETIONS, Task.APPROVE_GRANTS)),
    (_l("Administration"), (Task.ADMINISTER_ACCOUNTS, Task.ADMINISTER_PURPOSES)),
)

DEEDS: dict[str, LazyString] = {
    Deed.EXPORT_AUDIO: _l("Export of a recording"),
    Deed.EXPORT_REGISTER: _l("Export of the register"),
    Deed.DELIVER_COPY: _l("Delivery of a copy to a data subject"),
    Deed.DELETE_EARLY: _l("Deletion before its time"),
    Deed.RELEASE_HOLD: _l("Release of a hold"),
    Deed.GRANT_LISTENING: _l("A permission that needs two people"),
    Deed.OPEN_TO_PARTNER: _l("Opening calls to a partner"),
    Deed.ACKNOWLEDGE_FINDINGS: _l("Findings in the log that are known"),
    Deed.NEW_LINK: _l("A new one-time link"),
    Deed.RESET_SECOND_FACTOR: _l("Reset of the second factor"),
    Deed.WIDEN_TEAM: _l("A wider team"),
}


def scope_name(scope: Scope) -> str:
    """Name a scope; a service by the name that it has in the settings."""
    if scope.service is None:
        return str(REACHES[scope.reach])
    name: str = gettext("calls of %(service)s", service=parts().services.get(scope.service, scope.service))
    return name


def permit_name(permit: Permit) -> str:
    """Name a task, with its scope where it knows one."""
    name = str(TASKS[permit.task])
    return f"{name}: {scope_name(permit.scope)}" if permit.task in SCOPED_TASKS else name


def ending(moment: datetime) -> str:
    """Tell when a permission ends: its last day, or the moment where that is not the end of a day."""
    last_day = day_of(moment) - timedelta(days=1)
    return date_text(last_day) if end_of(last_day) == moment else moment_text(moment)


def role_name(role: Role) -> str:
    """Name a role in the reader's language."""
    return {"fi": role.name_fi, "sv": role.name_sv, "en": role.name_en}[chosen_language()]


def deed_name(deed: Deed) -> LazyString:
    """Name a deed that needs two people."""
    return DEEDS[deed]


def teach_permits(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(
        permit_name=permit_name, scope_name=scope_name, role_name=role_name, deed_name=deed_name, ending=ending
    )
    app.jinja_env.globals.update(task_groups=TASK_GROUPS, scoped_tasks=SCOPED_TASKS)

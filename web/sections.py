"""The sections of pages that have tabs, and who sees which tab: the navigation shows what is permitted, and no more.

What may be done is decided by the views and by ``rights``: a tab that is not shown is refused all the same.
"""

from dataclasses import dataclass

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from rights.access.actor import Actor
from rights.access.tasks import Task


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a section, for those who may do any of some tasks."""

    endpoint: str
    name: LazyString
    any_of: tuple[Task, ...]


PRIVACY: tuple[Tab, ...] = (
    Tab("cases.show", _l("Requests"), (Task.HANDLE_CASES,)),
    Tab("retention.show", _l("Retention"), (Task.MANAGE_RETENTION, Task.MANAGE_HOLDS)),
    Tab("holds.show", _l("Holds"), (Task.MANAGE_HOLDS,)),
    Tab("handovers.show", _l("Hand-overs"), (Task.RECORD_DISCLOSURES, Task.HANDLE_CASES)),
    Tab("partners.show", _l("Partners"), (Task.RECORD_DISCLOSURES, Task.ADMINISTER_ACCOUNTS)),
    Tab("documents.show", _l("Documents"), (Task.PUBLISH_DOCUMENTS, Task.HANDLE_CASES)),
)
ADMINISTRATION: tuple[Tab, ...] = (
    Tab("accounts.show", _l("Accounts"), (Task.ADMINISTER_ACCOUNTS,)),
    Tab("roles.show", _l("Roles"), (Task.ADMINISTER_ACCOUNTS,)),
    Tab("teams.show", _l("Teams"), (Task.ADMINISTER_ACCOUNTS,)),
    Tab("exclusions.show", _l("Excluded"), (Task.ADMINISTER_ACCOUNTS,)),
    Tab("audit_log.show", _l("Log"), (Task.VIEW_AUDIT,)),
    Tab("purposes.show", _l("Purposes"), (Task.ADMINISTER_PURPOSES,)),
)


def permitted_tabs(tabs: tuple[Tab, ...], who: Actor) -> list[Tab]:
    """Give the tabs that an actor sees, in their order."""
    return [tab for tab in tabs if any(who.may(task) for task in tab.any_of)]


def teach_sections(app: Flask) -> None:
    """Let templates ask for the tabs of a section."""
    app.jinja_env.globals.update(PRIVACY=PRIVACY, ADMINISTRATION=ADMINISTRATION, permitted_tabs=permitted_tabs)

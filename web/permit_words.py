"""What permits and their scopes are called before people. Translated when shown."""

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from rights.access.permit import Permit
from rights.access.scope import Reach, Scope
from rights.access.tasks import SCOPED_TASKS
from web.forms.account import GRANTABLE
from web.labels import TASKS
from web.parts import parts

REACHES: dict[str, LazyString] = {
    Reach.OWN: _l("own calls"),
    Reach.TEAM: _l("calls of one's own team"),
    Reach.SERVICE: _l("calls of one service"),
    Reach.ALL: _l("all calls"),
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


def teach_permits(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.filters.update(permit_name=permit_name, scope_name=scope_name)
    app.jinja_env.globals.update(grantable=GRANTABLE)

"""What the administrator grants: a role or one task, on which calls, to which day, and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional, ValidationError

from rights.access.permit import Permit
from rights.access.roles import Role
from rights.access.scope import ALL, OWN, TEAM, Scope, of_service, parse_scope
from rights.access.tasks import SCOPED_TASKS, Task
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, possible_day
from web.forms.reason_field import reason_field
from web.labels import TASKS
from web.permit_words import TASK_GROUPS, role_name, scope_name

_ROLE, _TASK = "role:", "task:"


def _not_over(form: "GrantForm", field: Field) -> None:
    if field.data and field.data < form.today:
        raise ValidationError(gettext("The last day is over already."))


class GrantForm(PageForm):
    """A grant to one account. ``has_agent`` tells whether there are calls that are the account's own."""

    what = SelectField(_l("What is granted"), [DataRequired(_l("Choose a role or a task."))])
    scope = SelectField(
        _l("Which calls"), description=_l("Asked of tasks on calls alone. A role brings its own."), default=""
    )
    until = DayField(
        _l("Last day"), [Optional(), possible_day, _not_over], description=_l("Left empty: until it is taken away.")
    )
    reason = reason_field(
        _l("Reason"),
        _l("Write why it is needed."),
        hint=_l("Kept with the permission. No names of customers here."),
    )

    def __init__(self, *, roles: Sequence[Role], services: Iterable[str], today: date, has_agent: bool) -> None:
        super().__init__()
        self.today, self.has_agent = today, has_agent
        self.roles = {role.code: role for role in roles}
        self.what.choices = _what(roles)
        self.scope.choices = [SelectChoice("", gettext("Choose which calls")), *scope_choices(services)]

    @property
    def role(self) -> Role | None:
        """Give the role that was chosen, None for a task."""
        return self.roles.get(str(self.what.data).removeprefix(_ROLE)) if self.chose(_ROLE) else None

    def chose(self, kind: str) -> bool:
        """Tell whether a role or a task was chosen."""
        return str(self.what.data or "").startswith(kind)

    def permit(self) -> Permit | None:
        """Give the task with its scope that was chosen, None for a role or where none is whole."""
        name = str(self.what.data).removeprefix(_TASK)
        if not self.chose(_TASK) or name not in set(Task):
            return None
        task = Task(name)
        if task not in SCOPED_TASKS:
            return Permit(task)
        offered = {str(choice.value) for choice in self.scope.choices if choice.value}
        return Permit(task, parse_scope(self.scope.data)) if self.scope.data in offered else None

    def validate_what(self, _field: Field) -> None:
        """See that own calls, where a role brings them, are somebody's."""
        if self.role is not None:
            self._require_agent(self.role.permits)

    def validate_scope(self, _field: Field) -> None:
        """See that a task on calls has a scope, and that own calls are somebody's."""
        if not self.chose(_TASK):
            return
        permit = self.permit()
        if permit is None:
            raise ValidationError(gettext("Choose which calls the task is for."))
        self._require_agent([permit])

    def _require_agent(self, wanted: Iterable[Permit]) -> None:
        if not self.has_agent and any(permit.scope == OWN for permit in wanted):
            raise ValidationError(
                gettext("The account has no own calls: first choose the agent as whom the person answers.")
            )


def scope_choices(services: Iterable[str]) -> list[SelectChoice]:
    """Give the scopes that there are, of services those in the settings."""
    scopes: list[Scope] = [OWN, TEAM, *(of_service(number) for number in services), ALL]
    return [SelectChoice(str(scope), scope_name(scope)) for scope in scopes]


def _what(roles: Sequence[Role]) -> Mapping[str, list[SelectChoice]]:
    choices = {"": [SelectChoice("", gettext("Choose"))]}
    choices[gettext("Roles")] = [SelectChoice(_ROLE + role.code, role_name(role)) for role in roles]
    for name, tasks in TASK_GROUPS:
        choices[str(name)] = [SelectChoice(_TASK + task, str(TASKS[task])) for task in tasks]
    return choices

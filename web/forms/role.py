"""A role, as the administrator fills it in: its names, its tasks, and for tasks on calls which calls."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from rights.access.permit import Permit
from rights.access.roles import NAME_MAX_CHARS, Role
from rights.access.scope import parse_scope
from rights.access.tasks import SCOPED_TASKS, Task
from web.forms.grant import scope_choices
from web.forms.page_form import PageForm, readable, stripped
from web.labels import TASKS

_PLAIN_TASKS = tuple(task for task in Task if task not in SCOPED_TASKS)


def _name(label: object) -> StringField:
    return StringField(
        label, [DataRequired(_l("Write the role's name.")), readable, Length(max=NAME_MAX_CHARS)], filters=[stripped]
    )


class RoleForm(PageForm):
    """Names in three languages, tasks, and the scopes of tasks on calls (``scope_<task>``)."""

    name_fi = _name(_l("Name in Finnish"))
    name_sv = _name(_l("Name in Swedish"))
    name_en = _name(_l("Name in English"))
    tasks = SelectMultipleField(_l("Tasks"), choices=[SelectChoice(str(task), str(task)) for task in _PLAIN_TASKS])
    is_retired = BooleanField(_l("The role is no longer granted"))

    def __init__(self, *, services: Iterable[str], role: Role | None = None) -> None:
        held = role.permits if role else frozenset()
        scopes = {_field(permit.task): str(permit.scope) for permit in sorted(held) if permit.task in SCOPED_TASKS}
        names = {"name_fi": role.name_fi, "name_sv": role.name_sv, "name_en": role.name_en} if role else {}
        tasks = [str(permit.task) for permit in held if permit.task not in SCOPED_TASKS]
        super().__init__(data={**names, **scopes, "tasks": tasks, "is_retired": role.is_retired if role else False})
        choices = [SelectChoice("", gettext("Not granted")), *scope_choices(services)]
        for task in SCOPED_TASKS:
            self.scope(task).choices = choices

    def scope(self, task: Task) -> Field:
        """Give the field with the scope of a task on calls."""
        return self[_field(task)]

    def permits(self) -> frozenset[Permit]:
        """Give what was chosen."""
        plain = {Permit(task) for task in _PLAIN_TASKS if task in (self.tasks.data or ())}
        chosen = {task: self.scope(task) for task in SCOPED_TASKS if self.scope(task).data}
        offered = {str(choice.value) for field in chosen.values() for choice in field.choices}
        return frozenset(
            plain | {Permit(task, parse_scope(field.data)) for task, field in chosen.items() if field.data in offered}
        )

    def validate_tasks(self, _field_of_tasks: Field) -> None:
        """See that there is a task at all."""
        if not self.permits():
            raise ValidationError(gettext("Choose a task at least."))


def _field(task: Task) -> str:
    return "scope_" + task.name.lower()


for _task in sorted(SCOPED_TASKS):
    setattr(RoleForm, _field(_task), SelectField(TASKS[_task], default=""))

"""Accounts, as the administrator fills them in."""

from collections.abc import Collection, Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from calls.errors import BadDataError
from rights.accounts import folded_login, normal_login
from rights.tables import LOGIN_CHARS
from rights.tasks import Task
from web.labels import TASKS

_NAME_MAX_CHARS = 200


class TasksForm(FlaskForm):
    """What an account may do."""

    tasks = SelectMultipleField(_l("Permissions"), choices=[SelectChoice(str(task), TASKS[task]) for task in Task])

    def chosen(self) -> frozenset[Task]:
        """Give the tasks that were ticked."""
        return frozenset(task for task in Task if task in (self.tasks.data or ()))


class AccountForm(TasksForm):
    """A new account."""

    name = StringField(_l("Name"), [InputRequired(_l("Write the person's name.")), Length(max=_NAME_MAX_CHARS)])
    login = StringField(
        _l("User name"),
        [InputRequired(_l("Write a user name.")), Length(max=LOGIN_CHARS)],
        description=_l("For example firstname.lastname"),
    )
    agent_id = SelectField(
        _l("Answers calls as"),
        coerce=lambda text: int(text) if text else None,
        description=_l("The person's own calls are the ones answered as this agent."),
    )

    def __init__(self, *, agents: Iterable[tuple[int, str]], taken: Collection[str] = ()) -> None:
        super().__init__()
        self.taken = taken
        self.agent_id.choices = [
            SelectChoice("", gettext("Nobody")),
            *(SelectChoice(str(key), name) for key, name in agents),
        ]

    def validate_login(self, field: Field) -> None:
        """See that the login is well formed, and nobody else's."""
        try:
            normal_login(field.data)
        except BadDataError as error:
            raise ValidationError(
                gettext("Use letters, digits, full stops, hyphens and underscores; at least two.")
            ) from error
        if folded_login(field.data) in self.taken:
            raise ValidationError(gettext("This user name is already taken."))

    def validate_agent_id(self, field: Field) -> None:
        """Own calls need an agent whose they are."""
        if Task.OWN_CALLS in self.chosen() and field.data is None:
            raise ValidationError(gettext("Choose the agent whose calls are the person's own."))

"""Accounts, as the administrator fills them in."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from calls.errors import BadDataError
from rights.access.permit import Permit
from rights.access.scope import ALL, OWN
from rights.access.tasks import SCOPED_TASKS, Task
from rights.identity.accounts import folded_login, normal_login
from rights.tables import LOGIN_CHARS
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_or_nobody, possible_day, readable, stripped

_NAME_MAX_CHARS = 200
_UNTIL = "until_"

GRANTABLE = tuple(Permit(task, scope) for task in Task for scope in ((OWN, ALL) if task in SCOPED_TASKS else (ALL,)))


def _last_day() -> DayField:
    return DayField(_l("Last day"), [Optional(), possible_day, _not_over])


def _not_over(form: "PermissionsForm", field: Field) -> None:
    is_wanted = any(form.until(permit) is field for permit in form.chosen())
    if is_wanted and field.data and field.data < form.today:
        raise ValidationError(gettext("The last day is over already."))


def _name(permit: Permit) -> str:
    return _UNTIL + str(permit).replace("-", "_").replace(":", "_")


class PermissionsForm(PageForm):
    """What an account may do and to which day (``until_<permit>``), and whose calls are its own."""

    tasks = SelectMultipleField(
        _l("Permissions"), choices=[SelectChoice(str(permit), str(permit)) for permit in GRANTABLE]
    )
    agent_id = SelectField(
        _l("Answers calls as"),
        coerce=number_or_nobody,
        description=_l("The person's own calls are the ones answered as this agent."),
    )

    reason = StringField(
        _l("Reason"),
        [DataRequired(_l("Write why the permission is needed.")), readable, Length(max=1000)],
        filters=[stripped],
    )

    def __init__(
        self,
        *,
        agents: Iterable[tuple[int, str]],
        today: date,
        held: Mapping[Permit, date | None] | None = None,
        agent_id: int | None = None,
    ) -> None:
        days = {_name(permit): day for permit, day in (held or {}).items()}
        super().__init__(data={"tasks": [str(permit) for permit in held or ()], "agent_id": agent_id, **days})
        self.today = today
        self.agent_id.choices = [
            SelectChoice("", gettext("Nobody")),
            *(SelectChoice(str(key), name) for key, name in agents),
        ]

    def chosen(self) -> frozenset[Permit]:
        """Give the permits that were ticked."""
        return frozenset(permit for permit in GRANTABLE if str(permit) in (self.tasks.data or ()))

    def until(self, permit: Permit) -> Field:
        """Give the field of a permit's last day."""
        return self[_name(permit)]

    def wanted(self) -> dict[Permit, date | None]:
        """Give the permits that were ticked with their last days."""
        return {permit: self.until(permit).data for permit in self.chosen()}

    def validate_agent_id(self, field: Field) -> None:
        """Own calls need an agent whose they are."""
        if any(permit.scope == OWN for permit in self.chosen()) and field.data is None:
            raise ValidationError(gettext("Choose the agent whose calls are the person's own."))


for _permit in GRANTABLE:
    setattr(PermissionsForm, _name(_permit), _last_day())


class AccountForm(PermissionsForm):
    """A new account."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Write the person's name.")), readable, Length(max=_NAME_MAX_CHARS)],
        filters=[stripped],
    )
    login = StringField(
        _l("User name"),
        [DataRequired(_l("Write a user name.")), readable, Length(max=LOGIN_CHARS)],
        filters=[stripped],
        description=_l("For example firstname.lastname"),
    )

    def __init__(self, *, agents: Iterable[tuple[int, str]], today: date, taken: Collection[str] = ()) -> None:
        super().__init__(agents=agents, today=today)
        self.taken = taken

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

"""Accounts, as the administrator fills them in."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from calls.errors import BadDataError
from rights.access.roles import Role
from rights.identity.accounts import folded_login, normal_login
from rights.tables import LOGIN_CHARS
from web.forms.grant import GrantForm
from web.forms.page_form import PageForm, number_or_nobody, readable, stripped

_NAME_MAX_CHARS = 200


def _agent_choices(agents: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    return [SelectChoice("", gettext("Nobody")), *(SelectChoice(str(key), name) for key, name in agents)]


class AgentForm(PageForm):
    """Whose calls are an account's own."""

    agent_id = SelectField(
        _l("Answers calls as"),
        coerce=number_or_nobody,
        description=_l("The person's own calls are the ones answered as this agent."),
    )

    def __init__(self, *, agents: Iterable[tuple[int, str]], agent_id: int | None) -> None:
        super().__init__(data={"agent_id": agent_id})
        self.agent_id.choices = _agent_choices(agents)


class AccountForm(GrantForm):
    """A new account, with what is granted to it first."""

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
    agent_id = SelectField(
        _l("Answers calls as"),
        coerce=number_or_nobody,
        description=_l("The person's own calls are the ones answered as this agent."),
    )

    def __init__(
        self,
        *,
        agents: Iterable[tuple[int, str]],
        roles: Sequence[Role],
        services: Iterable[str],
        today: date,
        taken: Collection[str] = (),
    ) -> None:
        super().__init__(roles=roles, services=services, today=today, has_agent=False)
        self.agent_id.choices = _agent_choices(agents)
        self.has_agent = self.agent_id.data is not None  # who was chosen here
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

"""Teams: their names, their agents and who leads them."""

from collections.abc import Collection, Iterable
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from rights.access.teams import NAME_MAX_CHARS
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_of, possible_day, readable, stripped


class TeamForm(PageForm):
    """A new team."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Write the team's name.")), readable, Length(max=NAME_MAX_CHARS)],
        filters=[stripped],
    )

    def __init__(self, *, taken: Collection[str] = ()) -> None:
        super().__init__()
        self.taken = taken

    def validate_name(self, field: Field) -> None:
        """See that no other team has the name."""
        if " ".join(field.data.split()) in self.taken:
            raise ValidationError(gettext("There is a team of this name already."))


class MemberForm(PageForm):
    """An agent to be put into a team."""

    agent_id = SelectField(_l("Agent"), coerce=number_of)
    since = DayField(_l("In the team since"), [Optional(), possible_day], description=_l("Left empty: from now on."))

    def __init__(self, *, agents: Iterable[tuple[int, str]], today: date) -> None:
        super().__init__()
        self.today = today
        self.agent_id.choices = [SelectChoice(str(key), name) for key, name in agents]

    def validate_since(self, field: Field) -> None:
        """See that it is not a day to come."""
        if field.data and field.data > self.today:
            raise ValidationError(gettext("The day is still to come."))


class LeaderForm(PageForm):
    """An account that is to lead a team."""

    account_id = SelectField(_l("Account"), coerce=number_of)

    def __init__(self, *, accounts: Iterable[tuple[int, str]]) -> None:
        super().__init__()
        self.account_id.choices = [SelectChoice(str(key), name) for key, name in accounts]

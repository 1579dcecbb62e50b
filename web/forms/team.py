"""Teams: their names, their agents and who leads them."""

from collections.abc import Collection, Iterable
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from rights.access.teams import NAME_MAX_CHARS
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_of, possible_day, readable, stripped
from web.forms.reason_field import reason_field


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


def _reason() -> TextAreaField:
    return reason_field(_l("Reason"), None, hint=_l("For the second person, where one has to approve it."))


def _require_reason(field: Field, *, takes_two: bool) -> None:
    if takes_two and not field.data:
        raise ValidationError(gettext("Write why: a second person has to approve it, and reads this."))


class MemberForm(PageForm):
    """An agent to be put into a team."""

    agent_id = SelectField(_l("Agent"), coerce=number_of)
    since = DayField(_l("In the team since"), [Optional(), possible_day], description=_l("Left empty: from now on."))

    member_reason = _reason()

    def __init__(self, *, agents: Iterable[tuple[int, str]], today: date, takes_two: bool) -> None:
        super().__init__()
        self.today, self.takes_two = today, takes_two
        self.agent_id.choices = [SelectChoice(str(key), name) for key, name in agents]

    def validate_since(self, field: Field) -> None:
        """See that it is not a day to come."""
        if field.data and field.data > self.today:
            raise ValidationError(gettext("The day is still to come."))

    def validate_member_reason(self, field: Field) -> None:
        """See that the second person, where it takes one, is told why."""
        _require_reason(field, takes_two=self.takes_two)


class LeaderForm(PageForm):
    """An account that is to lead a team."""

    account_id = SelectField(_l("Account"), coerce=number_of)
    leader_reason = _reason()

    def __init__(self, *, accounts: Iterable[tuple[int, str]], hearers: Collection[int]) -> None:
        super().__init__()
        self.hearers = hearers
        self.account_id.choices = [SelectChoice(str(key), name) for key, name in accounts]

    def validate_leader_reason(self, field: Field) -> None:
        """See that the second person, where it takes one, is told why."""
        _require_reason(field, takes_two=self.account_id.data in self.hearers)

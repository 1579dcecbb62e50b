"""Exclusions: whose calls nobody else hears, and why."""

from collections.abc import Callable, Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from rights.access.stated_reason import REASON_MAX_CHARS
from web.forms.page_form import PageForm, number_or_nobody, readable, stripped
from web.forms.reason_field import reason_field

_NUMBER_MAX_CHARS = 64


class ExclusionForm(PageForm):
    """An agent or a person of the register, and the reason."""

    agent_id = SelectField(_l("Agent"), coerce=number_or_nobody)
    person_no = StringField(
        _l("or customer's number in the source system"),
        [readable, Length(max=_NUMBER_MAX_CHARS)],
        filters=[stripped],
        description=_l("The number alone: names are not shown here."),
    )
    reason = reason_field(
        _l("Reason"),
        _l("Write why it is needed."),
        hint=_l("For example shop steward, or close to an employee."),
    )

    def __init__(self, *, agents: Iterable[tuple[int, str]], is_known: Callable[[str], bool]) -> None:
        super().__init__()
        self.is_known = is_known
        self.agent_id.choices = [
            SelectChoice("", gettext("Nobody")),
            *(SelectChoice(str(key), name) for key, name in agents),
        ]

    def validate_person_no(self, field: Field) -> None:
        """See that one of the two is given, and that the person is in the register."""
        if bool(field.data) == (self.agent_id.data is not None):
            raise ValidationError(gettext("Choose an agent or give a customer's number, one of the two."))
        if field.data and not self.is_known(field.data):
            raise ValidationError(gettext("Nobody in the register has this number."))


class EndExclusionForm(PageForm):
    """Why an exclusion ends."""

    because = StringField(
        _l("Why it ends"),
        [DataRequired(_l("Write why it ends.")), readable, Length(max=REASON_MAX_CHARS)],
        filters=[stripped],
    )

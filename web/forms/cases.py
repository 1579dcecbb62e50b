"""Taking a data subject's request in."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from privacy.cases.case_words import CaseKind, Channel, IdentityMethod
from privacy.cases.typed_text import LINE_MAX_CHARS
from web.case_labels import CHANNELS, KINDS, METHODS
from web.forms.case_fields import choices_of, text_field
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_or_nobody, possible_day, readable, stripped

IN_REGISTER, OUTSIDE, EMPLOYEE = "in-register", "outside", "employee"


class IntakeForm(PageForm):
    """A request as it came in: ``person_no`` tells a customer, ``name`` a stranger, ``agent_id`` an employee."""

    subject = RadioField(
        _l("Whom is it about?"),
        choices=[
            SelectChoice(IN_REGISTER, _l("A customer in the register")),
            SelectChoice(OUTSIDE, _l("Somebody who is not in the register")),
            SelectChoice(EMPLOYEE, _l("An employee who answers calls")),
        ],
        default=IN_REGISTER,
    )
    person_no = StringField(
        _l("Customer number"),
        [readable, Length(max=LINE_MAX_CHARS)],
        filters=[stripped],
        description=_l("Stands on the person's page in the register. The page also has a link that fills it in here."),
    )
    name = StringField(_l("Name"), [readable, Length(max=LINE_MAX_CHARS)], filters=[stripped])
    agent_id = SelectField(_l("Employee"), coerce=number_or_nobody)
    kind = RadioField(_l("What is asked for"), choices=choices_of(KINDS), default=CaseKind.ACCESS.value)
    channel = SelectField(_l("How it came"), choices=choices_of(CHANNELS, *(set(Channel) - {Channel.OWN_PAGE})))
    received_on = DayField(
        _l("Came on"),
        [DataRequired(_l("Write the day on which it came.")), possible_day],
        description=_l("Both clocks run from this day."),
    )
    request = text_field(_l("The request"), _l("Write what is asked for."), hint=_l("In the person's own words"))
    language = SelectField(
        _l("Language of the answer"),
        choices=[SelectChoice("fi", "Suomi"), SelectChoice("sv", "Svenska"), SelectChoice("en", "English")],
    )
    reply_to = StringField(
        _l("Where the answer is wanted"),
        [readable, Length(max=LINE_MAX_CHARS)],
        filters=[stripped],
        description=_l("For example a postal address, or that it is fetched. Leave empty if not known."),
    )
    identity = SelectField(
        _l("Identity"),
        choices=[
            SelectChoice("", _l("Not checked yet")),
            *choices_of(METHODS, *(set(IdentityMethod) - {IdentityMethod.OWN_ACCOUNT})),
        ],
        description=_l("No copy of the document and no number of it is written anywhere."),
    )

    def __init__(self, *, agents: Iterable[tuple[int, str]], today: date, data: Mapping[str, object]) -> None:
        super().__init__(data={"received_on": today, **data})
        self._today = today
        self.agent_id.choices = [
            SelectChoice("", gettext("Choose")),
            *(SelectChoice(str(key), name) for key, name in agents),
        ]

    def validate_person_no(self, field: Field) -> None:
        """See that a customer of the register is told by his number."""
        if self.subject.data == IN_REGISTER and not field.data:
            raise ValidationError(gettext("Write the customer number."))

    def validate_received_on(self, field: Field) -> None:
        """See that it came already."""
        if field.data and field.data > self._today:
            raise ValidationError(gettext("The day is still to come."))

    def validate_agent_id(self, field: Field) -> None:
        """See that an employee is one of the list."""
        if self.subject.data == EMPLOYEE and field.data is None:
            raise ValidationError(gettext("Choose the employee."))

    def validate_name(self, field: Field) -> None:
        """See that a stranger has a name."""
        if self.subject.data == OUTSIDE and not field.data:
            raise ValidationError(gettext("Write the person's name."))

    def day(self) -> date:
        """Give the day of receipt; only after the form was validated."""
        return self.received_on.data or self._today

    def method(self) -> IdentityMethod | None:
        """Give how the identity was checked, None where it was not."""
        return IdentityMethod(self.identity.data) if self.identity.data else None


class OwnCaseForm(PageForm):
    """A request of an employee about himself."""

    kind = RadioField(_l("What is asked for"), choices=choices_of(KINDS), default=CaseKind.ACCESS.value)
    request = text_field(_l("The request"), _l("Write what is asked for."))

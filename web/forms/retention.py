"""How long calls are kept, and what must stay: as the privacy officer fills it in."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from calls.errors import TallenneError
from calls.identity import parse_call_id
from privacy.retention.period import MAX_YEARS, Period, Unit
from rights.access.stated_reason import REASON_MAX_CHARS
from rights.listening.purposes import Purpose
from web.bounds import MAX_NUMBER
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, pasted, possible_day, readable, stripped
from web.forms.reason_field import reason_field

_MOST_A_PERIOD = 366 * MAX_YEARS


def _reason(label: str, asked: str) -> StringField:
    return StringField(label, [DataRequired(asked), readable, Length(max=REASON_MAX_CHARS)], filters=[stripped])


def require_call_id(field: Field) -> None:
    """Refuse at its field what can be no call's identifier."""
    try:
        parse_call_id(field.data or "")
    except TallenneError as error:
        raise ValidationError(gettext("This is no identifier of a call.")) from error


class PolicyForm(PageForm):
    """For which service and purpose, how long, and why."""

    service = SelectField(_l("Service"))
    purpose = SelectField(_l("Purpose"))
    count = IntegerField(
        _l("Kept for"),
        [
            DataRequired(_l("Write how long, as a whole number.")),
            NumberRange(min=1, max=_MOST_A_PERIOD, message=_l("At most a hundred years, and at least a day.")),
        ],
    )
    unit = SelectField(
        _l("Unit"),
        choices=[
            SelectChoice(str(Unit.MONTHS), _l("months")),
            SelectChoice(str(Unit.YEARS), _l("years")),
            SelectChoice(str(Unit.DAYS), _l("days")),
        ],
    )
    reason = _reason(_l("Reason"), _l("Write what the period is based on."))

    def __init__(self, *, services: Mapping[str, str], purposes: Iterable[Purpose], language: str) -> None:
        super().__init__()
        self.service.choices = [
            SelectChoice("", gettext("All services")),
            *(SelectChoice(number, f"{name} ({number})") for number, name in services.items()),
        ]
        self.purpose.choices = [SelectChoice(purpose.code, purpose.name(language)) for purpose in purposes]

    def validate_unit(self, _field: Field) -> None:
        """See that the period as a whole is one."""
        if self.count.data and not self.count.errors:
            try:
                self.period()
            except (TallenneError, ValueError) as error:  # ValueError: a unit that is none, refused by its choices too
                raise ValidationError(gettext("At most a hundred years, and at least a day.")) from error

    def period(self) -> Period:
        """Give what was filled in, after it was validated."""
        return Period(self.count.data or 0, Unit(self.unit.data))


class ReserveForm(PageForm):
    """A purpose that one call is kept for beyond those of its service."""

    call = StringField(
        _l("Call"),
        [DataRequired(_l("Give the identifier of the call."))],
        filters=[pasted],
        description=_l("The identifier of the call, from its page"),
    )
    purpose = SelectField(_l("Purpose"))
    reason = _reason(_l("Reason"), _l("Write why it is kept."))

    def __init__(self, *, purposes: Iterable[Purpose], language: str) -> None:
        super().__init__(prefix="reserve-")  # beside the form of periods, whose fields have the same names
        self.purpose.choices = [SelectChoice(purpose.code, purpose.name(language)) for purpose in purposes]

    def validate_call(self, field: Field) -> None:
        """See that it can be a call."""
        require_call_id(field)


class HoldForm(PageForm):
    """What must stay: one call, or a person with all calls; why, and when somebody looks at it again."""

    call = StringField(
        _l("Call"),
        [Optional()],
        filters=[pasted],
        description=_l("The identifier of the call, from its page"),
    )
    person = IntegerField(
        _l("Person"),
        [Optional(), NumberRange(min=1, max=MAX_NUMBER, message=_l("No such person."))],
        description=_l("The number at the end of the address of the person's page; all calls of the person stay"),
    )
    reason = _reason(_l("Why it must stay"), _l("Write why it must stay."))
    review_on = DayField(
        _l("To be reviewed on"),
        [DataRequired(_l("Give the day on which the need is looked at again.")), possible_day],
    )

    def __init__(self, *, today: date, call: str = "", person: int | None = None) -> None:
        super().__init__(data={"call": call, "person": person})
        self.today = today

    def validate_call(self, field: Field) -> None:
        """See that it can be a call; either a call or a person is given."""
        if field.data:
            require_call_id(field)

    def validate_review_on(self, field: Field) -> None:
        """See that it is to come."""
        if field.data and field.data <= self.today:
            raise ValidationError(gettext("Give a day that is to come."))

    def is_of_one(self) -> bool:
        """Tell whether exactly one of call and person is given; say so at the field where not."""
        if bool(self.call.data) != bool(self.person.data):
            return True
        self.call.errors = (*self.call.errors, gettext("Give either a call or a person."))
        return False


class ReleaseForm(PageForm):
    """Why a hold may be released."""

    reason = reason_field(_l("Why it may be released"), _l("Write why it is not needed any more."))

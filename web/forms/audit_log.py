"""What the log is narrowed by; it stands in the address, so there is nothing of a person in it but numbers."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, SelectField, StringField
from wtforms.validators import Optional, StopValidation, ValidationError

from calls.errors import TallenneError
from calls.identity import parse_call_id
from ledger_link.values.day import end_of, start_of
from rights.audit.log_view import LogFilter
from rights.audit.trail import Action
from web.audit_labels import ACTIONS
from web.bounds import is_number
from web.forms.day_field import DayField
from web.forms.page_form import number_or_nobody, pasted, possible_day


def known_call(_form: Form, field: Field) -> None:
    """See that a text can be a call's id: a validator of fields."""
    try:
        field.data = parse_call_id(field.data or "")
    except TallenneError as error:
        raise StopValidation(gettext("Give the call's identity as its page's address has it.")) from error


def known_person(_form: Form, field: Field) -> None:
    """See that a text can be a person's number: a validator of fields."""
    if not is_number(field.data or ""):
        raise StopValidation(gettext("Give the person's number as the address of the person's page has it."))


class LogForm(Form):
    """All that is filled in must hold."""

    from_day = DayField(_l("From"), [Optional(), possible_day])
    to_day = DayField(_l("To"), [Optional(), possible_day])
    account = SelectField(_l("Who"), [Optional()], coerce=number_or_nobody)
    action = SelectField(_l("What was done"), [Optional()])
    call = StringField(_l("Call's identity"), [Optional(), known_call], filters=[pasted])
    person = StringField(_l("Person's number"), [Optional(), known_person], filters=[pasted])

    def validate_to_day(self, field: Field) -> None:
        """See that the period ends after it begins."""
        if self.from_day.data and field.data and field.data < self.from_day.data:
            raise ValidationError(gettext("The period ends before it begins."))

    def wanted(self) -> LogFilter:
        """Give what was asked for; only after the form was validated."""
        return LogFilter(
            from_at=start_of(self.from_day.data) if self.from_day.data else None,
            to_at=end_of(self.to_day.data) if self.to_day.data else None,
            account_id=self.account.data,
            action=Action(self.action.data) if (self.action.data or "").strip() else None,  # blanks are left out, too
            call_id=self.call.data or None,
            person_id=int(self.person.data) if self.person.data else None,
        )


def log_form(given: MultiDict[str, str], *, accounts: Iterable[tuple[int, str]]) -> LogForm:
    """Make the form with its choices, filled with what the address brings."""
    form = LogForm(given)
    form.account.choices = [("", gettext("Everybody")), *((str(key), name) for key, name in accounts)]
    names = sorted(((str(action), str(ACTIONS[action])) for action in ACTIONS), key=lambda choice: choice[1].casefold())
    form.action.choices = [("", gettext("Everything")), *names]
    return form

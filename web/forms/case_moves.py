"""What is filled in while a data subject's case is handled, one form a move."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from privacy.cases.added_calls import CallFault
from privacy.cases.case_words import Outcome
from privacy.cases.handling import is_said_before
from privacy.cases.typed_text import LINE_MAX_CHARS
from rights.listening.purposes import Purpose
from web.case_labels import CALL_FAULTS, OUTCOMES, WAYS
from web.forms.case_fields import choices_of, method_field, text_field
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_or_nobody, pasted, possible_day, readable, stripped

_ADDRESS = re.compile(r".*/calls/([0-9a-f-]{36})(?:[/?#].*)?", re.IGNORECASE)


def _identity_in_address(text: str | None) -> str | None:
    """Take the identity of a call out of the address of its page: on a phone that is what can be copied."""
    found = _ADDRESS.fullmatch(text) if text else None
    return found[1] if found else text


class ReasonsForm(PageForm):
    """Something in words: why identity is asked for, why a request ends, a note."""

    text = text_field(_l("In words"), _l("Write it in your own words."))


class AskIdentityForm(ReasonsForm):
    """Why proof of identity is asked for; asked for again it takes a reason of its own (GDPR 12(6))."""

    def __init__(self, *, earlier: Sequence[str]) -> None:
        self._earlier = earlier
        super().__init__()
        if earlier:
            self.text.label.text = _l("What gives rise to doubt again")
            self.text.description = _l("Identity was asked for before. Without a new reason it is not asked for again.")

    def validate_text(self, field: Field) -> None:
        """See that it is no reason of before."""
        if is_said_before(field.data or "", self._earlier):
            raise ValidationError(gettext("This was the reason before. Write what is doubtful now."))


class ConfirmIdentityForm(PageForm):
    """How it was made sure who asks."""

    method = method_field()


class ExtendForm(PageForm):
    """By how much the law's month is extended, and why."""

    months = RadioField(
        _l("By how much"),
        choices=[SelectChoice("1", _l("One month")), SelectChoice("2", _l("Two months"))],
        default="1",
    )
    text = text_field(
        _l("Why"),
        _l("Write why the time is extended."),
        hint=_l("Complex, or many requests at once. The person reads this in the letter."),
    )


class DecideForm(PageForm):
    """What is decided, and why."""

    outcome = RadioField(_l("Decision"), [InputRequired(_l("Choose the decision."))])
    text = text_field(
        _l("Reasons"),
        _l("Write the reasons."),
        hint=_l("The person reads these in the letter. When something is refused, say on what ground of the law."),
    )

    def __init__(self, *, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcome.choices = choices_of(OUTCOMES, *outcomes)


class DeliverForm(PageForm):
    """How the answer was handed over."""

    way = RadioField(_l("How"), [InputRequired(_l("Choose how it was handed over."))], choices=choices_of(WAYS))
    to_whom = StringField(
        _l("To whom"),
        [DataRequired(_l("Write who took it, or where it was sent.")), readable, Length(max=LINE_MAX_CHARS)],
        filters=[stripped],
    )
    delivered_on = DayField(_l("When"), [DataRequired(_l("Write the day.")), possible_day])
    method = method_field()

    def __init__(self, *, decided_on: date | None, today: date, to_whom: str = "") -> None:
        super().__init__(data={"to_whom": to_whom, "delivered_on": today})
        self._decided_on, self._today = decided_on, today

    def day(self) -> date:
        """Give the day; only after the form was validated."""
        return self.delivered_on.data or self._today

    def validate_delivered_on(self, field: Field) -> None:
        """See that it was handed over after the decision, and not tomorrow."""
        if field.data and self._decided_on and not self._decided_on <= field.data <= self._today:
            raise ValidationError(gettext("Give a day between the decision and today."))


class AssignForm(PageForm):
    """Who handles the case."""

    account_id = SelectField(_l("Handler"), coerce=number_or_nobody)

    def __init__(self, *, handlers: Iterable[tuple[int, str]], assigned_to: int | None = None) -> None:
        super().__init__(data={"account_id": assigned_to})
        self.account_id.choices = [
            SelectChoice("", gettext("Nobody")),
            *(SelectChoice(str(key), name) for key, name in handlers),
        ]


class PurposesForm(PageForm):
    """For which purposes processing is blocked; none is all of them."""

    purposes = SelectMultipleField(_l("Purposes"), choices=[])

    def __init__(self, *, purposes: Iterable[Purpose], language: str, is_objection: bool) -> None:
        super().__init__()
        self._is_objection = is_objection
        self.purposes.choices = [SelectChoice(one.code, one.name(language)) for one in purposes]

    def validate_purposes(self, field: Field) -> None:
        """See that an objection is to something."""
        if self._is_objection and not field.data:
            raise ValidationError(gettext("Choose at least one purpose."))


class LiftForm(PageForm):
    """When the subject was told that a restriction is lifted: before it is."""

    told_on = DayField(_l("The person was told on"), [DataRequired(_l("Write the day.")), possible_day])

    def __init__(self, *, announced_on: date | None, today: date) -> None:
        super().__init__(data={"told_on": today})
        self._announced_on, self._today = announced_on, today

    def day(self) -> date:
        """Give the day; only after the form was validated."""
        return self.told_on.data or self._today

    def validate_told_on(self, field: Field) -> None:
        """See that it was told after the letter was written, and not tomorrow."""
        if field.data and self._announced_on and not self._announced_on <= field.data <= self._today:
            raise ValidationError(gettext("Give a day between the letter and today."))


class AddCallForm(PageForm):
    """A call that nothing links to the subject, and by what it is known as his; ``fault`` tells why one will not do."""

    call = StringField(
        _l("Call"),
        [DataRequired(_l("Name the call.")), readable],
        filters=[pasted, _identity_in_address],
        description=_l("The address of the call's page, or the identity at its foot"),
    )
    text = StringField(
        _l("How it is known to be the person's"),
        [DataRequired(_l("Write how it is known.")), readable, Length(max=LINE_MAX_CHARS)],
        filters=[pasted],
        description=_l("For example that the person named the number and the time"),
    )

    def __init__(self, *, fault: Callable[[str], CallFault | None]) -> None:
        super().__init__()
        self._fault = fault

    def validate_call(self, field: Field) -> None:
        """See that the call is there, and is nobody else's."""
        if field.data and (found := self._fault(field.data)) is not None:
            raise ValidationError(str(CALL_FAULTS[found]))


class NoteForm(PageForm):
    """A note beside the subject's data, or beside a call of the case (``call_id``)."""

    text = text_field(
        _l("The note"),
        _l("Write the note."),
        hint=_l("Whoever sees the call or the person reads it. The recording itself stays as it is."),
    )
    call_id = SelectField(_l("Beside what"))

    def __init__(self, *, calls: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.call_id.choices = [
            SelectChoice("", gettext("The person's data")),
            *(SelectChoice(key, name) for key, name in calls),
        ]

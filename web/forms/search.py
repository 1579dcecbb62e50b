"""The search of the call list."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from calls.outcome import CallState
from calls.phone import for_reading
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, number_or_nobody, pasted, possible_day, readable
from web.labels import STATES
from web.search import Search

_TEXT_MAX_CHARS = 100


class SearchForm(PageForm):
    """All that is filled in must hold."""

    from_day = DayField(_l("From"), [Optional(), possible_day])
    to_day = DayField(_l("To"), [Optional(), possible_day])
    customer = StringField(_l("Customer's name"), [readable, Length(max=_TEXT_MAX_CHARS)], filters=[pasted])
    number = StringField(_l("Telephone number"), [readable, Length(max=_TEXT_MAX_CHARS)], filters=[pasted])
    agent_id = SelectField(_l("Agent"), [Optional()], coerce=number_or_nobody)
    service = SelectField(_l("Service"), [Optional()])
    state = SelectField(_l("Recording"), [Optional()])

    def validate_to_day(self, field: Field) -> None:
        """See that the period ends after it begins."""
        first: date | None = self.from_day.data
        if first and field.data and field.data < first:
            raise ValidationError(gettext("The period ends before it begins."))

    def search(self) -> Search:
        """Give what was asked for; only after the form was validated."""
        return Search(
            from_day=self.from_day.data,
            to_day=self.to_day.data,
            customer=self.customer.data or "",
            number=self.number.data or "",
            agent_id=self.agent_id.data,
            service=self.service.data or "",
            state=self.state.data or "",
        )


def search_form(search: Search, *, agents: Iterable[tuple[int, str]], services: Mapping[str, str]) -> SearchForm:
    """Make the form with its choices, filled with a search unless the request brings its own."""
    data: dict[str, Any] = {name: getattr(search, name) for name in Search.__dataclass_fields__}
    form = SearchForm(data=data)
    form.agent_id.choices = _choices(gettext("Everybody"), {str(key): name for key, name in agents})
    numbers = {number: f"{name}, {for_reading(number)}" for number, name in services.items()}
    if search.service:
        numbers.setdefault(search.service, search.service)
    form.service.choices = _choices(gettext("All services"), numbers)
    form.state.choices = _choices(gettext("All calls"), {str(state): str(STATES[state]) for state in CallState})
    return form


def _choices(nothing: str, given: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice("", nothing), *(SelectChoice(value, name) for value, name in given.items())]

"""Asking for a recording to be exported."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from rights.listening.case_numbers import CASE_NUMBER_CHARS
from rights.listening.purposes import Purpose
from web.forms.page_form import PageForm, pasted, readable
from web.forms.reason_field import reason_field


class ExportForm(PageForm):
    """For what purpose and why, for the person who approves it."""

    purpose = RadioField(_l("Purpose"), [DataRequired(_l("Choose a purpose."))])
    case = StringField(
        _l("Number of the case"),
        [Optional(), readable, Length(max=CASE_NUMBER_CHARS)],
        filters=[pasted],
        description=_l("Where the purpose requires one"),
    )
    reason = reason_field(
        _l("Why it has to be exported"),
        _l("Write why: a second person decides by it."),
        hint=_l("For example to whom it goes, and why listening here is not enough. Write no identity codes."),
    )

    def __init__(self, *, purposes: Iterable[Purpose], language: str) -> None:
        super().__init__()
        self._requiring = {purpose.code for purpose in purposes if purpose.requires_case}
        self.purpose.choices = [SelectChoice(purpose.code, purpose.name(language)) for purpose in purposes]

    def validate_case(self, field: Field) -> None:
        """See that there is the number of a case where the purpose requires one."""
        if self.purpose.data in self._requiring and not field.data:
            raise ValidationError(gettext("The purpose requires the number of the case."))

"""Searching the customer register: by one text that may be anything, and by identity code."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from ledger_link.importing.problem import holds_identity_code
from ledger_link.values.identity_code import IdentityCode
from rights.listening.purposes import Purpose
from rights.register.register_finding import RegisterQuery, Within
from web.forms.page_form import PageForm, pasted, readable
from web.register_labels import WITHIN

_TEXT_MAX_CHARS = 100
_CODE_MAX_CHARS = 20


class RegisterSearchForm(PageForm):
    """One field that takes whatever is known, and what to look among."""

    text = StringField(
        _l("What do you know?"),
        [DataRequired(_l("Write what you search for.")), readable, Length(max=_TEXT_MAX_CHARS)],
        filters=[pasted],
        description=_l("A name, number, address, apartment, lease, reference number or business id"),
    )
    within = SelectField(_l("Look among"), choices=[SelectChoice(str(kind), WITHIN[kind]) for kind in Within])

    def __init__(self, *, may_find_by_code: bool, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data=data)
        self._may_find_by_code = may_find_by_code
        self.held_code = False

    def validate_text(self, field: Field) -> None:
        """Refuse an identity code, before what is searched for is sealed into an address; it is not written back."""
        if not any(holds_identity_code(text) for text in (field.data, field.data.replace(" ", ""))):
            return
        field.data, self.held_code = "", True
        raise ValidationError(
            gettext("Identity codes are not searched for here. Use the form for finding by identity code below.")
            if self._may_find_by_code
            else gettext("Identity codes are not searched for here. Finding by them needs a permission of its own.")
        )

    def query(self) -> RegisterQuery:
        """Give what was asked for; only after the form was validated."""
        return RegisterQuery(self.text.data or "", Within(self.within.data))


class IdentityCodeForm(PageForm):
    """A whole identity code, and why it is looked up. The template never writes the code back."""

    code = StringField(
        _l("Identity code"),
        [DataRequired(_l("Write the whole identity code.")), readable, Length(max=_CODE_MAX_CHARS)],
        filters=[pasted],
    )
    purpose = SelectField(_l("For what purpose?"), [DataRequired(_l("Choose the purpose."))])

    def __init__(self, *, purposes: Iterable[Purpose], language: str, today: date) -> None:
        super().__init__()
        self._today = today
        self.purpose.choices = [
            SelectChoice("", gettext("Choose the purpose")),
            *(SelectChoice(purpose.code, purpose.name(language)) for purpose in purposes),
        ]

    def validate_code(self, field: Field) -> None:
        """See that it is an identity code, before anything is looked up or recorded."""
        try:
            IdentityCode.parse(field.data, on=self._today)
        except ValueError:
            raise ValidationError(gettext("This is no identity code. Check each character.")) from None

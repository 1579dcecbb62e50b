"""Saying by hand whose call it was."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField
from wtforms.validators import Length

from web.forms.page_form import PageForm, number_of, readable, stripped

_TEXT_MAX_CHARS = 100


class CustomerForm(PageForm):
    """A search in the register, and the persons ticked."""

    text = StringField(
        _l("Search the customer register"),
        [readable, Length(max=_TEXT_MAX_CHARS)],
        filters=[stripped],
        description=_l("A name or a part of it, or a whole telephone number"),
    )
    persons = SelectMultipleField(_l("Customers"), coerce=number_of, validate_choice=False)

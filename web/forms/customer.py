"""Saying by hand whose call it was."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField
from wtforms.validators import Length

_TEXT_MAX_CHARS = 100


class CustomerForm(FlaskForm):
    """A search in the register, and the persons ticked."""

    text = StringField(
        _l("Search the customer register"),
        [Length(max=_TEXT_MAX_CHARS)],
        description=_l("A name or a part of it, or a whole telephone number"),
    )
    persons = SelectMultipleField(_l("Customers"), coerce=int, validate_choice=False)

"""Proving again who one is."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from rights.identity.passwords import MAX_PASSWORD_CHARS
from web.forms.page_form import PageForm


class ConfirmPasswordForm(PageForm):
    """The password of whoever is logged in."""

    password = PasswordField(
        _l("Password"), [InputRequired(_l("Write your password.")), Length(max=MAX_PASSWORD_CHARS)]
    )

"""Logging in and setting a password."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from rights.identity.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from rights.tables import LOGIN_CHARS
from web.forms.page_form import PageForm, readable, stripped


class LogInForm(PageForm):
    """Who comes in, and the password that says so."""

    login = StringField(
        _l("User name"),
        [InputRequired(_l("Write your user name.")), readable, Length(max=LOGIN_CHARS)],
        filters=[stripped],
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Write your password.")), Length(max=MAX_PASSWORD_CHARS)]
    )


class PasswordForm(PageForm):
    """A new password, twice; how good it must be is for ``rights.identity.passwords`` to say."""

    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Write a password."))],
        description=_l("At least %(count)s characters. Several words are easy to remember.", count=MIN_PASSWORD_CHARS),
    )
    again = PasswordField(
        _l("The same password again"),
        [InputRequired(_l("Write the password again.")), EqualTo("password", _l("The two passwords differ."))],
    )

"""Codes, passkeys and passwords of who is logged in or about to be."""

import json
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from rights.identity.passkeys import NAME_MAX_CHARS
from rights.identity.passwords import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from rights.identity.provider_identities import EMAIL_MAX_CHARS
from web.forms.page_form import PageForm, readable, stripped

_CODE_MAX_CHARS = 60
_ANSWER_MAX_CHARS = 20_000


class ConfirmPasswordForm(PageForm):
    """The password of whoever is logged in."""

    password = PasswordField(
        _l("Password"), [InputRequired(_l("Write your password.")), Length(max=MAX_PASSWORD_CHARS)]
    )


class CodeForm(PageForm):
    """A code of the authenticator application, or a recovery code."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Write the code.")), readable, Length(max=_CODE_MAX_CHARS)],
        filters=[stripped],
        description=_l("The six digits that your authenticator app shows now, or a recovery code."),
    )


class ConfirmBothForm(ConfirmPasswordForm, CodeForm):
    """The password and a code of whoever is logged in and has both."""


class AuthenticatorForm(PageForm):
    """The first code of an authenticator application; its secret comes along sealed."""

    sealed = HiddenField()
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Write the code.")), readable, Length(max=_CODE_MAX_CHARS)],
        filters=[stripped],
        description=_l("The six digits that the app shows now."),
    )


class PasskeyForm(PageForm):
    """What the browser's passkey answered: JSON, written by the page's script."""

    answer = HiddenField(validators=[InputRequired(), Length(max=_ANSWER_MAX_CHARS)])

    def answered(self) -> dict[str, Any] | None:
        """Give the answer; None for what is none."""
        try:
            plain = json.loads(self.answer.data or "")
        except (ValueError, RecursionError):
            return None
        return plain if isinstance(plain, dict) else None


class NewPasskeyForm(PasskeyForm):
    """A new passkey, and what its owner calls it."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Give the passkey a name.")), readable, Length(max=NAME_MAX_CHARS)],
        filters=[stripped],
        description=_l("So that you know it again, for example the device: Work phone"),
    )


class OwnPasswordForm(PageForm):
    """A new password for one's own account; the old one is asked for."""

    old = PasswordField(
        _l("Your password now"), [InputRequired(_l("Write your password.")), Length(max=MAX_PASSWORD_CHARS)]
    )
    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Write a password."))],
        description=_l("At least %(count)s characters. Several words are easy to remember.", count=MIN_PASSWORD_CHARS),
    )
    again = PasswordField(
        _l("The same password again"),
        [InputRequired(_l("Write the password again.")), EqualTo("password", _l("The two passwords differ."))],
    )


class ProviderIdentityForm(PageForm):
    """By which address somebody is known at the log-in provider."""

    email = StringField(
        _l("E-mail address at the provider"),
        [readable, Length(max=EMAIL_MAX_CHARS)],
        filters=[stripped],
        description=_l("The person links it on “My account”, logged in with the password. Empty: no such log-in."),
    )

"""The languages of the viewer: Finnish, Swedish and English, and the choice between them."""

from pathlib import Path

from flask import Flask, current_app, request
from flask_babel import Babel

from calls.errors import BadConfigurationError
from ledger_link.values.day import HELSINKI

LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
DEFAULT_LANGUAGE = "fi"
TRANSLATED = ("fi", "sv")  # English is the language of the source
TRANSLATIONS = Path(__file__).parent / "translations"


def language_cookie() -> str:
    """Name the cookie: with TLS this very host's alone, like that of the session."""
    return "__Host-language" if current_app.config["SESSION_COOKIE_SECURE"] else "language"


def chosen_language() -> str:
    """Tell the visitor's language: what was chosen here, else what the browser asks for, else Finnish."""
    chosen = request.cookies.get(language_cookie())
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT_LANGUAGE


def require_catalogues() -> None:
    """See that the messages were compiled; raise BadConfigurationError where they were not."""
    for language in TRANSLATED:
        catalogue = TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"
        if not catalogue.is_file():
            raise BadConfigurationError(
                what="a message catalogue is not compiled",
                where=str(catalogue),
                remedy="run 'pybabel compile -d web/translations'",
            )


def speak_languages(app: Flask) -> None:
    """Let an application speak; raise BadConfigurationError where the catalogues were not compiled."""
    require_catalogues()
    Babel(
        app,
        default_locale="en",  # the language of the source: what a locale without a catalogue would read
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=chosen_language,
        timezone_selector=lambda: HELSINKI,  # pytz has years of its own, to 2037: a page would not show our day
    )

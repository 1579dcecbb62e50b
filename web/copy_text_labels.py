"""Where a text of a copy stands, in the visitor's words."""

from flask_babel import gettext

from privacy.cases.words import heading, label
from privacy.copies.copy_texts import CALL_NOTES, CASE_NOTES, CASE_REASONS, CASE_REQUEST, NOTES
from web.languages import chosen_language


def place_said(place: str) -> str:
    """Say a place: a part of the copy, and what of it."""
    language = chosen_language()
    own: dict[str, str] = {
        CALL_NOTES: gettext("Note beside a call"),
        NOTES: gettext("Note beside the person's data"),
        CASE_REQUEST: gettext("What was asked for"),
        CASE_REASONS: gettext("Reasons of a decision"),
        CASE_NOTES: gettext("Note of a handler"),
    }
    if place in own:
        return own[place]
    section, _, fact = place.partition(".")
    return f"{heading(section, language)}: {label(fact, language)}"

"""Fields that several forms of cases have: closed lists, words, and how an identity was checked."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from privacy.cases.case_words import IdentityMethod
from privacy.cases.typed_text import TEXT_MAX_CHARS
from web.case_labels import METHODS
from web.forms.page_form import readable_lines, written


def choices_of(words: Mapping[str, LazyString], *wanted: str) -> list[SelectChoice]:
    """Give the choices of a list, or some of them, in its order."""
    return [SelectChoice(str(code), name) for code, name in words.items() if not wanted or code in wanted]


def text_field(label: LazyString, missing: LazyString, *, hint: LazyString | str = "") -> TextAreaField:
    """Make a field for words that have to be written."""
    return TextAreaField(
        label,
        [DataRequired(missing), readable_lines, Length(max=TEXT_MAX_CHARS)],
        filters=[written],
        description=hint,
        render_kw={"rows": 4},
    )


def method_field() -> RadioField:
    """Make the field that says how it was made sure who somebody is."""
    usable = [method for method in IdentityMethod if method is not IdentityMethod.OWN_ACCOUNT]
    return RadioField(
        _l("How the identity was checked"),
        [InputRequired(_l("Say how it was made sure who asks."))],
        choices=choices_of(METHODS, *usable),
        description=_l("No copy of the document and no number of it is written anywhere."),
    )

"""The field for why somebody asks for something, or does it: another reads it."""

from flask_babel.speaklater import LazyString
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from rights.access.stated_reason import REASON_MAX_CHARS
from web.forms.page_form import readable_lines, written


def reason_field(label: LazyString, missing: LazyString | None, *, hint: LazyString | str = "") -> TextAreaField:
    """Make the field; ``missing`` is what an empty one is told, None where it may stay empty."""
    required = [DataRequired(missing)] if missing is not None else []
    checks = [*required, readable_lines, Length(max=REASON_MAX_CHARS)]
    return TextAreaField(label, checks, filters=[written], description=hint)

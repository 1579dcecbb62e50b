"""Letting somebody back in with a second person: why."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from rights.access.stated_reason import REASON_MAX_CHARS
from web.forms.page_form import PageForm, readable_lines, written


class LettingBackForm(PageForm):
    """The reason that the second person reads. ``purpose`` tells two of these on one page apart."""

    reason = TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("Write what happened, and how you know that it is the person who asks.")),
            readable_lines,
            Length(max=REASON_MAX_CHARS),
        ],
        filters=[written],
        description=_l("What happened, and how you know that it is the person who asks."),
    )

    def __init__(self, *, purpose: str, is_asked: bool = True) -> None:
        super().__init__(**({} if is_asked else {"formdata": None}), prefix=purpose)
        self.purpose = purpose

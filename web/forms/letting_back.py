"""Letting somebody back in with a second person: why."""

from flask_babel import lazy_gettext as _l

from web.forms.page_form import PageForm
from web.forms.reason_field import reason_field


class LettingBackForm(PageForm):
    """The reason that the second person reads. ``purpose`` tells two of these on one page apart."""

    reason = reason_field(
        _l("Reason"),
        _l("Write what happened, and how you know that it is the person who asks."),
        hint=_l("What happened, and how you know that it is the person who asks."),
    )

    def __init__(self, *, purpose: str, is_asked: bool = True) -> None:
        super().__init__(**({} if is_asked else {"formdata": None}), prefix=purpose)
        self.purpose = purpose

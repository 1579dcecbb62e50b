"""Which findings of the log are known, and why."""

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from rights.access.stated_reason import REASON_MAX_CHARS
from web.forms.page_form import PageForm, number_or_nobody, readable_lines, stripped


class KnownFindingsForm(PageForm):
    """Findings of the newest verification by their numbers, and the reason."""

    findings = SelectMultipleField(_l("Findings"), coerce=number_or_nobody)
    reason = TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("Write why it was found: what happened, when, and who knows of it.")),
            readable_lines,
            Length(max=REASON_MAX_CHARS),
        ],
        filters=[stripped],
        description=_l("It stays in the log for good. Name no customer."),
    )

    def offer(self, finding_ids: Iterable[int]) -> None:
        """Say what can be chosen."""
        self.findings.choices = [(number, str(number)) for number in finding_ids]

    def validate_findings(self, field: Field) -> None:
        """See that something was chosen."""
        if not field.data:
            raise ValidationError(gettext("Choose what is known."))

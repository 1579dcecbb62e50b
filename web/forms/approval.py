"""What a second person says of what another asked for."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from rights.access.stated_reason import REASON_MAX_CHARS
from web.forms.page_form import PageForm, readable, stripped

APPROVE, REFUSE = "approve", "refuse"


class ApprovalForm(PageForm):
    """Yes or no, and with a no the reason."""

    verdict = RadioField(
        _l("Decision"), choices=[SelectChoice(APPROVE, _l("Approve")), SelectChoice(REFUSE, _l("Refuse"))]
    )
    note = StringField(_l("Reason"), [readable, Length(max=REASON_MAX_CHARS)], filters=[stripped])

    def validate_note(self, field: Field) -> None:
        """See that who is refused is told why."""
        if self.verdict.data == REFUSE and not field.data:
            raise ValidationError(gettext("Write why it is refused: who asked is told."))

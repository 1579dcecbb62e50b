"""The form that blacks out words of one text of a copy."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from privacy.copies.blackout_rows import TEXT_KEY_CHARS
from privacy.copies.mask import MaskReason
from web.copy_labels import TEXT_REASONS
from web.forms.page_form import PageForm, stripped

_WORDS_MAX_CHARS = 4000


class BlackoutForm(PageForm):
    """Which words of which text, and why."""

    text_key = HiddenField(validators=[DataRequired(), Length(max=TEXT_KEY_CHARS)])
    words = StringField(
        _l("Words to black out"),
        [DataRequired(_l("Write the words as they stand in the text.")), Length(max=_WORDS_MAX_CHARS)],
        filters=[stripped],
        description=_l("As they stand in the text. Each place where they stand is blacked out."),
    )
    reason = SelectField(
        _l("Why they are blacked out"), choices=[SelectChoice(str(code), name) for code, name in TEXT_REASONS.items()]
    )

    def __init__(self) -> None:
        super().__init__(data={"reason": MaskReason.THIRD_PERSON})

    def why(self) -> MaskReason:
        """Give the reason; the form has been validated."""
        return MaskReason(self.reason.data)

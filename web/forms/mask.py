"""The form that marks a range of a call to be masked, and the one that orders a copy."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from privacy.copies.mask import Lane, Mask, MaskReason, Way
from web.copy_labels import LANES, REASONS, WAYS
from web.forms.page_form import PageForm, stripped
from web.mask_place import read_place

_RECIPIENT_MAX_CHARS = 200


class MaskForm(PageForm):
    """From where to where, in which lane, what is heard instead, and why."""

    from_place = StringField(
        _l("Beginning of the range"),
        [DataRequired(_l("Write where it begins."))],
        filters=[stripped],
        description=_l("For example 1:05,2"),
    )
    to_place = StringField(
        _l("End of the range"),
        [DataRequired(_l("Write where it ends."))],
        filters=[stripped],
        description=_l("For example 1:09"),
    )
    lane = RadioField(
        _l("Whose voice"), [InputRequired()], choices=[SelectChoice(str(code), name) for code, name in LANES.items()]
    )
    way = RadioField(
        _l("What is heard instead"),
        [InputRequired()],
        choices=[SelectChoice(str(code), name) for code, name in WAYS.items()],
    )
    reason = SelectField(
        _l("Why it is masked"), choices=[SelectChoice(str(code), name) for code, name in REASONS.items()]
    )

    def __init__(self) -> None:
        super().__init__(data={"lane": Lane.CUSTOMER, "way": Way.SILENCE, "reason": MaskReason.THIRD_PERSON})

    def validate_from_place(self, field: Field) -> None:
        """See that it is a place."""
        _place(field)

    def validate_to_place(self, field: Field) -> None:
        """See that it is a place, and after the other."""
        if _place(field) <= _place_or(self.from_place, -1):
            raise ValidationError(gettext("The end has to be after the beginning."))

    def mask(self) -> Mask:
        """Give what was marked; the form has been validated."""
        return Mask(
            Lane(self.lane.data),
            read_place(self.from_place.data),
            read_place(self.to_place.data),
            Way(self.way.data),
            MaskReason(self.reason.data),
        )


class CopyForm(PageForm):
    """To whom a copy is encrypted: to a passphrase that is made for it, or to the person's own key."""

    recipient = StringField(
        _l("The person's own age key"),
        [Length(max=_RECIPIENT_MAX_CHARS)],
        filters=[stripped],
        description=_l("Leave it empty, and the house makes a passphrase. A key begins with age1."),
    )


def _place(field: Field) -> int:
    try:
        return read_place(field.data or "")
    except ValueError as error:
        raise ValidationError(gettext("Write minutes and seconds, for example 1:05,2.")) from error


def _place_or(field: Field, otherwise: int) -> int:
    try:
        return read_place(field.data or "")
    except ValueError:
        return otherwise

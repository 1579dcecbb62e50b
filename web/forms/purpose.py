"""A purpose, as the administrator fills it in."""

from collections.abc import Collection

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from rights.listening.case_numbers import PATTERN_CHARS
from rights.listening.purpose_keeping import NAME_CHARS, PurposeWords
from rights.listening.purposes import BUILT_IN, Purpose, PurposeUse
from web.forms.page_form import PageForm, pasted, readable


def _name(label: str) -> StringField:
    asked = _l("Write the name in this language.")
    return StringField(label, [DataRequired(asked), readable, Length(max=NAME_CHARS)], filters=[pasted])


class PurposeForm(PageForm):
    """Its names, what it may be stated for, and what has to be stated with it."""

    name_fi = _name(_l("Name in Finnish"))
    name_sv = _name(_l("Name in Swedish"))
    name_en = _name(_l("Name in English"))
    uses = SelectMultipleField(
        _l("Asked for"),
        choices=[
            SelectChoice(str(PurposeUse.LISTENING), _l("Listening to calls")),
            SelectChoice(str(PurposeUse.REGISTER), _l("Looking into protected register data")),
        ],
    )
    requires_case = BooleanField(_l("The number of a case has to be given"))
    case_pattern = StringField(
        _l("What the number looks like"),
        [Optional(), readable, Length(max=PATTERN_CHARS)],
        filters=[pasted],
        description=_l("For example T-####-####, where # is a digit and @ a letter. Empty allows any number."),
    )
    despite_restriction = BooleanField(_l("May be stated though the processing has been restricted"))

    def __init__(self, purpose: Purpose | None = None) -> None:
        super().__init__(
            data=None
            if purpose is None
            else {
                "name_fi": purpose.name_fi,
                "name_sv": purpose.name_sv,
                "name_en": purpose.name_en,
                "uses": [str(use) for use in purpose.uses],
                "requires_case": purpose.requires_case,
                "case_pattern": purpose.case_pattern or "",
                "despite_restriction": purpose.despite_restriction,
            }
        )
        self._kept: Collection[PurposeUse] | None = (
            purpose.uses if purpose is not None and purpose.code in BUILT_IN else None
        )

    @property
    def has_fixed_uses(self) -> bool:
        """Whether the program itself relies on what the purpose is asked for."""
        return self._kept is not None

    def validate_uses(self, field: Field) -> None:
        """See that it is asked for somewhere."""
        if not self.has_fixed_uses and not field.data:
            raise ValidationError(gettext("Choose at least one."))

    def words(self) -> PurposeWords:
        """Give what was filled in, after it was validated."""
        chosen = frozenset(PurposeUse(use) for use in self.uses.data or ())
        return PurposeWords(
            name_fi=self.name_fi.data or "",
            name_sv=self.name_sv.data or "",
            name_en=self.name_en.data or "",
            uses=chosen if self._kept is None else frozenset(self._kept),
            requires_case=bool(self.requires_case.data),
            case_pattern=self.case_pattern.data or None,
            despite_restriction=bool(self.despite_restriction.data),
        )

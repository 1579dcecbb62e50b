"""Partners: an account for one, and the calls that are to be opened to it."""

from collections.abc import Collection
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError

from calls.errors import BadDataError
from ledger_link.values.day import end_of
from privacy.disclosures.handover import RECIPIENT_MAX_CHARS, TEXT_MAX_CHARS
from privacy.disclosures.kinds import LegalBasis
from privacy.disclosures.opening import Opening
from rights.identity.accounts import folded_login, normal_login
from rights.tables import LOGIN_CHARS
from web.forms.day_field import DayField
from web.forms.handover import call_ids_in, free_of_identity_codes, possible_calls
from web.forms.page_form import PageForm, possible_day, readable, readable_lines, stripped, written
from web.handover_labels import BASES


class PartnerForm(PageForm):
    """A partner's account."""

    organisation = StringField(
        _l("Organisation"),
        [DataRequired(_l("Write the partner's name.")), readable, Length(max=RECIPIENT_MAX_CHARS)],
        filters=[stripped],
    )
    name = StringField(
        _l("Name"),
        [DataRequired(_l("Write the person's name.")), readable, Length(max=RECIPIENT_MAX_CHARS)],
        filters=[stripped],
        description=_l("An account is one person's, not the organisation's"),
    )
    login = StringField(
        _l("User name"),
        [DataRequired(_l("Write a user name.")), readable, Length(max=LOGIN_CHARS)],
        filters=[stripped],
    )
    last_day = DayField(
        _l("Last day"),
        [DataRequired(_l("Write the day on which the account ends.")), possible_day],
        description=_l("The account ends by itself"),
    )

    def __init__(self, *, today: date, taken: Collection[str] = ()) -> None:
        super().__init__()
        self.today = today
        self.taken = taken

    def validate_login(self, field: Field) -> None:
        """See that the login is well formed, and nobody else's."""
        try:
            normal_login(field.data)
        except BadDataError as error:
            raise ValidationError(
                gettext("Use letters, digits, full stops, hyphens and underscores; at least two.")
            ) from error
        if folded_login(field.data) in self.taken:
            raise ValidationError(gettext("This user name is already taken."))

    def validate_last_day(self, field: Field) -> None:
        """See that it is still to come."""
        if field.data and field.data < self.today:
            raise ValidationError(gettext("The last day is over already."))


class OpeningForm(PageForm):
    """Which calls, to which day, and why."""

    calls = TextAreaField(
        _l("Calls"),
        [DataRequired(_l("Name the calls.")), readable_lines, possible_calls],
        filters=[written],
        description=_l("The identity of each call, on a line of its own; it stands at the foot of the call's page"),
    )
    basis = SelectField(_l("Legal basis"), choices=[SelectChoice(str(basis), BASES[basis]) for basis in LegalBasis])
    basis_detail = StringField(
        _l("Section of the law, contract or request"),
        [
            DataRequired(_l("Write on what exactly the hand-over is based.")),
            readable,
            Length(max=TEXT_MAX_CHARS),
            free_of_identity_codes,
        ],
        filters=[stripped],
        description=_l("The partner sees this beside each call"),
    )
    description = TextAreaField(
        _l("What the partner needs the calls for"),
        [
            DataRequired(_l("Write the reason.")),
            readable_lines,
            Length(max=1000),
            free_of_identity_codes,
        ],
        filters=[written],
    )
    last_day = DayField(_l("Open until"), [DataRequired(_l("Write the day.")), possible_day])

    def __init__(self, *, today: date, account_ends: date) -> None:
        super().__init__(data={"last_day": account_ends, "basis": str(LegalBasis.PROCESSOR)})
        self.today = today
        self.account_ends = account_ends

    def validate_last_day(self, field: Field) -> None:
        """See that it is still to come, and not after the account's."""
        if field.data and not self.today <= field.data <= self.account_ends:
            raise ValidationError(gettext("Give a day from today to the account's last day."))

    def opening(self) -> Opening:
        """Give what was filled in, after it was validated; open to the end of the last day."""
        return Opening(
            call_ids=call_ids_in(self.calls.data),
            until=end_of(self.last_day.data or self.today),
            basis=LegalBasis(self.basis.data),
            basis_detail=self.basis_detail.data or "",
            description=self.description.data or "",
        )

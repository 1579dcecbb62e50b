"""Recording a hand-over to somebody outside, and saying that one was recorded by mistake."""

import re
from datetime import date, datetime, time

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from calls.errors import BadDataError
from calls.identity import parse_call_id
from ledger_link.importing.problem import holds_identity_code
from ledger_link.values.day import HELSINKI, end_of
from privacy.disclosures.handover import (
    CASE_NO_MAX_CHARS,
    MOST_CALLS,
    RECIPIENT_MAX_CHARS,
    TEXT_MAX_CHARS,
    HandoverDraft,
)
from privacy.disclosures.kinds import OF_CALLS, Content, LegalBasis, RecipientKind, Way
from web.bounds import is_number
from web.forms.day_field import DayField
from web.forms.page_form import PageForm, possible_day, readable, readable_lines, stripped, written
from web.handover_labels import BASES, CONTENTS, RECIPIENTS, WAYS

_BETWEEN = re.compile(r"[\s,;]+")
_NOON = time(12)


def free_of_identity_codes(_form: PageForm, field: Field) -> None:
    """Refuse identity codes in a text that is kept plain; they are not written back."""
    if field.data and any(holds_identity_code(text) for text in (field.data, field.data.replace(" ", ""))):
        field.data = ""
        raise ValidationError(gettext("Leave identity codes out: this text is kept as it is written."))


def possible_calls(_form: PageForm, field: Field) -> None:
    """See that each line can be the identity of a call."""
    named = call_ids_in(field.data)
    if len(named) > MOST_CALLS:
        raise ValidationError(gettext("Name at most %(count)s calls at a time.", count=MOST_CALLS))
    for text in named:
        try:
            parse_call_id(text)
        except BadDataError as error:
            raise ValidationError(gettext("There is a line that is no identity of a call.")) from error


def call_ids_in(text: str | None) -> tuple[str, ...]:
    """Give the identities of calls as they were written, each once."""
    return tuple(_parts(text))


class HandoverForm(PageForm):
    """To whom, why, what, whose, when and how."""

    recipient_kind = SelectField(
        _l("What kind of recipient"), choices=[SelectChoice(str(kind), RECIPIENTS[kind]) for kind in RecipientKind]
    )
    recipient = StringField(
        _l("To whom"),
        [DataRequired(_l("Write who received it.")), readable, Length(max=RECIPIENT_MAX_CHARS), free_of_identity_codes],
        filters=[stripped],
        description=_l("The organisation, and the person or unit that received it"),
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
        description=_l("For example the section of the law, the number of the contract or of the request"),
    )
    contents = SelectMultipleField(
        _l("What was handed over"), choices=[SelectChoice(str(kind), CONTENTS[kind]) for kind in Content]
    )
    description = TextAreaField(
        _l("What exactly, and what for"),
        [
            DataRequired(_l("Write what was handed over, and what for.")),
            readable_lines,
            Length(max=TEXT_MAX_CHARS),
            free_of_identity_codes,
        ],
        filters=[written],
    )
    calls = TextAreaField(
        _l("Calls"),
        [readable_lines, possible_calls],
        filters=[written],
        description=_l("The identity of each call, on a line of its own; it stands at the foot of the call's page"),
    )
    persons = TextAreaField(
        _l("Persons of the register"),
        [readable_lines],
        filters=[written],
        description=_l("The number at the end of the address of each person's page, on a line of its own"),
    )
    way = SelectField(_l("In which way"), choices=[SelectChoice(str(way), WAYS[way]) for way in Way])
    handed_on = DayField(_l("Day of the hand-over"), [DataRequired(_l("Write the day.")), possible_day])
    expires_on = DayField(
        _l("The recipient may keep it until"),
        [Optional(), possible_day],
        description=_l("Leave empty if the law does not limit it"),
    )
    case_no = StringField(
        _l("Case number"),
        [readable, Length(max=CASE_NO_MAX_CHARS), free_of_identity_codes],
        filters=[stripped],
        description=_l("Of the request that it answers, or of the recipient's own case; leave empty if there is none"),
    )

    def __init__(self, *, today: date, call_ids: tuple[str, ...] = (), person_ids: tuple[int, ...] = ()) -> None:
        written = {"calls": "\n".join(call_ids), "persons": "\n".join(map(str, person_ids)), "handed_on": today}
        super().__init__(data=written)
        self.today = today

    def validate_contents(self, field: Field) -> None:
        """See that it is said what went, and whose it was."""
        chosen = frozenset(kind for kind in Content if kind in (field.data or ()))
        if not chosen:
            raise ValidationError(gettext("Choose what was handed over."))
        if chosen & OF_CALLS and not self.call_ids():
            raise ValidationError(gettext("Name the calls below: recordings and facts of calls are always of a call."))
        if chosen - OF_CALLS - {Content.OTHER} and not self.person_ids():
            raise ValidationError(gettext("Name the persons below: data of the register are always somebody's."))
        if not self.call_ids() and not self.person_ids():
            raise ValidationError(gettext("Name at least one call or one person below."))

    def validate_persons(self, field: Field) -> None:
        """See that each line is a number."""
        if not all(is_number(text) for text in _parts(field.data)):
            raise ValidationError(gettext("Write the numbers alone, each on a line of its own."))

    def validate_handed_on(self, field: Field) -> None:
        """See that it has happened."""
        if field.data and field.data > self.today:
            raise ValidationError(gettext("The day is still to come. Record the hand-over when it has been done."))

    def validate_expires_on(self, field: Field) -> None:
        """See that it ends after it began."""
        if field.data and self.handed_on.data and field.data <= self.handed_on.data:
            raise ValidationError(gettext("Give a day after the hand-over."))

    def call_ids(self) -> tuple[str, ...]:
        """Give the identities of calls as they were written."""
        return call_ids_in(self.calls.data)

    def person_ids(self) -> tuple[int, ...]:
        """Give the numbers of persons as they were written; none where a line is no number."""
        written = _parts(self.persons.data)
        return tuple(int(text) for text in written) if all(is_number(text) for text in written) else ()

    def draft(self, *, now: datetime) -> HandoverDraft:
        """Give what was filled in, after it was validated; the day it was handed stands for its noon."""
        handed = datetime.combine(self.handed_on.data or self.today, _NOON, HELSINKI)
        expires = end_of(self.expires_on.data) if self.expires_on.data else None
        return HandoverDraft(
            recipient_kind=RecipientKind(self.recipient_kind.data),
            recipient=self.recipient.data or "",
            basis=LegalBasis(self.basis.data),
            basis_detail=self.basis_detail.data or "",
            contents=frozenset(Content(code) for code in self.contents.data or ()),
            description=self.description.data or "",
            way=Way(self.way.data),
            handed_at=min(handed, now),
            expires_at=expires,
            case_no=self.case_no.data or None,
            call_ids=self.call_ids(),
            person_ids=self.person_ids(),
        )


class VoidForm(PageForm):
    """Why a hand-over was recorded by mistake."""

    reason = TextAreaField(
        _l("Why it was recorded by mistake"),
        [DataRequired(_l("Write the reason.")), readable_lines, Length(max=TEXT_MAX_CHARS), free_of_identity_codes],
        filters=[written],
    )


def _parts(text: str | None) -> list[str]:
    return list(dict.fromkeys(part for part in _BETWEEN.split(text or "") if part))

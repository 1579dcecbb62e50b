"""Saying by hand whose call it was, and about what."""

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from ledger_link.linking.call_subjects import CallSubjects
from ledger_link.linking.link import Link
from rights.calls.queue import QueueKind
from web.bounds import MAX_CURSOR_CHARS
from web.formats import date_text
from web.forms.page_form import PageForm, number_of, number_or_nobody, pasted, readable

_TEXT_MAX_CHARS = 100
QUEUE = "queue"


class CustomerForm(PageForm):
    """A search in the register, the persons ticked, and what the call was about."""

    text = StringField(
        _l("Search the customer register"),
        [readable, Length(max=_TEXT_MAX_CHARS)],
        filters=[pasted],
        description=_l("A name or a part of it, or a whole telephone number"),
    )
    persons = SelectMultipleField(_l("Customers"), coerce=number_of, validate_choice=False)
    lease = SelectField(_l("Lease"), coerce=number_or_nobody, validate_choice=False)
    apartment = SelectField(_l("Apartment"), coerce=number_or_nobody, validate_choice=False)
    fault_report = SelectField(_l("Fault report"), coerce=number_or_nobody, validate_choice=False)

    @property
    def is_about_something(self) -> bool:
        """Whether a lease, an apartment or a fault report was chosen."""
        return any(row_id is not None for row_id in self.about().values())

    def about(self) -> dict[str, int | None]:
        """Give what the call was about, by the names of the ids."""
        return {
            "lease_id": self.lease.data,
            "apartment_id": self.apartment.data,
            "fault_report_id": self.fault_report.data,
        }

    def offer(self, choices: CallSubjects, link: Link) -> None:
        """Give the fields what there is to choose from, and what is chosen unless the request brings its own."""
        self.lease.choices = _choices(
            (lease.id, ", ".join(part for part in (lease.lease_no, lease.address) if part)) for lease in choices.leases
        )
        self.apartment.choices = _choices(
            (apartment.id, apartment.address or gettext("Address not disclosed")) for apartment in choices.apartments
        )
        self.fault_report.choices = _choices(
            (fault.id, ", ".join(part for part in (date_text(fault.reported_on), fault.subject or fault.fault_no)))
            for fault in choices.faults
        )
        if not self.is_submitted():
            self.lease.data = link.lease_id
            self.apartment.data = link.apartment_id
            self.fault_report.data = link.fault_report_id


class QueuePlace(NamedTuple):
    """A page of the queue, as its address says; None stands for the usual one."""

    kind: str | None
    cursor: str | None


class _PlaceForm(PageForm):
    """A decision, and where it was made: ``back``, and the ``kind`` and ``cursor`` of the page of the queue."""

    back = StringField(validators=[Length(max=_TEXT_MAX_CHARS)])
    kind = StringField(validators=[Length(max=_TEXT_MAX_CHARS)])
    cursor = StringField(validators=[readable, Length(max=MAX_CURSOR_CHARS)])

    @property
    def queue_place(self) -> QueuePlace | None:
        """Give the address of the page of the queue on which it was made, None where it was made elsewhere."""
        if self.back.data != QUEUE:
            return None
        kind = QueueKind.WITHHELD.value if self.kind.data == QueueKind.WITHHELD else None
        return QueuePlace(kind=kind, cursor=self.cursor.data or None)


class PickForm(_PlaceForm):
    """One candidate, or nobody."""

    person = SelectField(coerce=number_or_nobody, validate_choice=False)


class UndoForm(_PlaceForm):
    """Taking back the decision that was seen."""

    decision = SelectField(coerce=number_of, validate_choice=False)


def _choices(found: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    return [SelectChoice("", gettext("Not chosen")), *(SelectChoice(str(row_id), text) for row_id, text in found)]

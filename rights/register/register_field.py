"""What is said of one row of the register statement: where its data is kept, shown and guarded."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from types import MappingProxyType

from ledger_link.records.protected_field import PROTECTED_PARTS, ProtectedField
from rights.access.protection import REVEAL_TASKS
from rights.access.tasks import Task


class Page(StrEnum):
    """A page of the register, by its address."""

    PERSON = "/register/persons/<id>"
    LEASE = "/register/leases/<id>"
    APARTMENT = "/register/apartments/<id>"
    ORGANISATION = "/register/organisations/<id>"


_SECTIONS: Mapping[tuple[Page, str], str] = MappingProxyType(
    {
        (Page.PERSON, "identity_code"): "identity",
        (Page.PERSON, "record.travel_documents"): "identity",
        (Page.PERSON, "travel_documents"): "identity",
        (Page.PERSON, "record.addresses"): "contact",
        (Page.PERSON, "record.numbers"): "contact",
        (Page.PERSON, "record.emails"): "contact",
        (Page.PERSON, "guardianships"): "guardianship",
        (Page.PERSON, "record.employments"): "circumstances",
        (Page.PERSON, "incomes"): "income",
        (Page.PERSON, "assets"): "income",
        (Page.PERSON, "credit_checks"): "credit",
        (Page.PERSON, "record.dwellings"): "dwelling",
        (Page.PERSON, "record.dwelling_needs"): "dwelling",
        (Page.PERSON, "record.marital_statuses"): "family",
        (Page.PERSON, "record.time_line"): "events",
        (Page.PERSON, "record.participations"): "participation",
        (Page.PERSON, "record.marketing_permissions"): "marketing",
        (Page.LEASE, "record.parties"): "parties",
        (Page.LEASE, "record.rents"): "rents",
        (Page.LEASE, "record.deposits"): "deposits",
        (Page.LEASE, "record.reminders"): "reminders",
        (Page.LEASE, "ledger.lines"): "ledger",
        (Page.LEASE, "ledger.allocation"): "ledger",
        (Page.APARTMENT, "record.tenancies"): "tenancies",
        (Page.APARTMENT, "record.fault_reports"): "faults",
        (Page.ORGANISATION, "record.numbers"): "numbers",
        (Page.ORGANISATION, "record.employed"): "employed",
    }
)
"""The sections of the pages; what is in none stands at the head of its page."""


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One row of the statement.

    ``columns`` are ``table.column``. ``part`` is where the value stands in what the page is given (``ViewedPerson``,
    ``ViewedLease`` and so on), a path with dots; a ``protected`` one is not there, but in ``Revealed``.
    ``ledger`` tells what *view ledger* opens.
    """

    key: str
    statement: str
    columns: tuple[str, ...]
    page: Page
    part: str
    _: KW_ONLY
    ledger: bool = False
    protected: ProtectedField | None = None

    @property
    def section(self) -> str | None:
        """The section of the page, by the anchor of its heading; None at the page's head."""
        return _SECTIONS.get((self.page, self.part))

    @property
    def place(self) -> str:
        """The address of the place where it stands."""
        return f"{self.page}#{self.section}" if self.section else str(self.page)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks without any of which the value is not given."""
        ledger = (Task.VIEW_LEDGER,) if self.ledger else ()
        reveals = (REVEAL_TASKS[self.protected],) if self.protected else ()
        return (Task.VIEW_REGISTER, *ledger, *reveals)

    @property
    def is_hidden_by_non_disclosure(self) -> bool:
        """Whether it takes ``reveal-undisclosed`` besides where the person has a turvakielto."""
        return self.page is Page.PERSON and self.part.rpartition(".")[2] in PROTECTED_PARTS[ProtectedField.UNDISCLOSED]

    @property
    def test(self) -> str:
        """The test that shows it, and that nobody else is given it, as pytest names it."""
        return f"tests/contract/test_register_fields.py::test_row_is_given_to_who_may_see_it[{self.key}]"

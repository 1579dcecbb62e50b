"""What is said of one row of the register statement: where its data is kept, shown and guarded."""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from ledger_link.protected_field import PROTECTED_PARTS, ProtectedField
from rights.protection import REVEAL_TASKS
from rights.tasks import Task


class Page(StrEnum):
    """A page of the register, by its address."""

    PERSON = "/register/persons/<id>"
    LEASE = "/register/leases/<id>"
    APARTMENT = "/register/apartments/<id>"


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One row of the statement.

    ``columns`` are ``table.column``. ``part`` is where the value stands in what the page is given (``ViewedPerson``,
    ``ViewedLease``, ``ViewedApartment``), a path with dots; a ``protected`` one is not there, but in ``Revealed``.
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
    def tasks(self) -> tuple[Task, ...]:
        """The tasks without any of which the value is not given."""
        ledger = (Task.VIEW_LEDGER,) if self.ledger else ()
        reveals = (REVEAL_TASKS[self.protected],) if self.protected else ()
        return (Task.VIEW_REGISTER, *ledger, *reveals)

    @property
    def is_hidden_by_non_disclosure(self) -> bool:
        """Whether it takes ``reveal-undisclosed`` besides where the person has a turvakielto."""
        return self.part.rpartition(".")[2] in PROTECTED_PARTS[ProtectedField.UNDISCLOSED]

    @property
    def test(self) -> str:
        """The test that shows it, and that nobody else is given it, as pytest names it."""
        return f"tests/contract/test_register_fields.py::test_row_is_given_to_who_may_see_it[{self.key}]"

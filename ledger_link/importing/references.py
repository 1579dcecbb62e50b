"""The kinds of value that carry a check of their own: payment references and business ids."""

from ledger_link.importing.formats import Formats
from ledger_link.importing.value_kind import ValueKind
from ledger_link.values.reference_number import ReferenceNumber


def _reference(text: str, _formats: Formats) -> str:
    return ReferenceNumber.parse(text).national


REFERENCE = ValueKind("a reference number, national or RF, with its check digit", _reference)

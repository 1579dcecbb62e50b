"""The parts of a record that are shown only to who may see them, and was asked for what purpose."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ProtectedField(StrEnum):
    """What is masked until it is revealed, one field at a time."""

    IDENTITY_CODE = "identity-code"
    TRAVEL_DOCUMENT = "travel-document"
    INCOME = "income"
    CREDIT_DATA = "credit-data"
    GUARDIANSHIP = "guardianship"
    UNDISCLOSED = "undisclosed"


PROTECTED_PARTS: Mapping[ProtectedField, tuple[str, ...]] = MappingProxyType(
    {
        ProtectedField.IDENTITY_CODE: (),  # sealed: in no record, has_identity_code tells that there is one
        ProtectedField.TRAVEL_DOCUMENT: (),  # sealed: travel_documents have kind and issuer, and no number
        ProtectedField.INCOME: ("incomes", "assets"),
        ProtectedField.CREDIT_DATA: ("credit_checks",),
        ProtectedField.GUARDIANSHIP: ("guardianships",),
        ProtectedField.UNDISCLOSED: ("numbers", "emails", "addresses", "employments"),  # of a turvakielto alone
    }
)
"""Which parts of a ``PersonRecord`` each field protects; a part that is kept from somebody is None there."""

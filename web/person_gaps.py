"""What a person's page has no card for: what the register holds nothing of, and what takes a permission to see.

Whether there is anything behind a mask that the reader may not lift is told to nobody: those parts are the same for
every person, whatever is kept of him.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ledger_link.records.protected_field import ProtectedField
from rights.register.register_view import ViewedPerson

_NAMES: dict[str, LazyString] = {
    "identity": _l("Identity code and travel documents"),
    "guardianship": _l("Guardianship"),
    "family": _l("Marital status"),
    "circumstances": _l("Employment"),
    "income": _l("Income and assets"),
    "credit": _l("Credit data"),
    "dwelling": _l("Dwelling"),
    "faults": _l("Fault reports"),
    "participation": _l("Participation in activities"),
    "marketing": _l("Direct-marketing permits"),
}

_PROTECTED = {
    "identity": ProtectedField.IDENTITY_CODE,
    "guardianship": ProtectedField.GUARDIANSHIP,
    "income": ProtectedField.INCOME,
    "credit": ProtectedField.CREDIT_DATA,
}


@dataclass(frozen=True, slots=True)
class Gaps:
    """Sections of the page, by their anchors: ``empty`` ones, and ``kept`` ones that the reader may not reveal."""

    empty: tuple[str, ...]
    kept: tuple[str, ...]

    def __contains__(self, section: str) -> bool:
        return section in self.empty or section in self.kept

    @property
    def empty_names(self) -> list[LazyString]:
        """What there is nothing of, in words."""
        return [_NAMES[section] for section in self.empty]

    @property
    def kept_names(self) -> list[LazyString]:
        """What takes a permission, in words."""
        return [_NAMES[section] for section in self.kept]


def gaps_of(viewed: ViewedPerson) -> Gaps:
    """Tell what needs no card on the page of a person."""
    empty = set(_without_data(viewed))
    kept = {
        section
        for section, field in _PROTECTED.items()
        if field in viewed.hidden - viewed.may_reveal and section in empty
    }
    ordered = [section for section in _NAMES if section in empty]
    return Gaps(
        empty=tuple(section for section in ordered if section not in kept),
        kept=tuple(section for section in ordered if section in kept),
    )


def _without_data(viewed: ViewedPerson) -> Iterator[str]:
    """Give the sections that have nothing to show, and nothing that the reader may reveal."""
    record = viewed.record
    parts = {
        "identity": (record.travel_documents,),
        "guardianship": (record.guardianships,),
        "family": (record.marital_statuses,),
        "circumstances": (record.employments,),
        "income": (record.incomes, record.assets),
        "credit": (record.credit_checks,),
        "dwelling": (record.dwellings, record.dwelling_needs),
        "faults": (record.fault_reports,),
        "participation": (record.participations,),
        "marketing": (record.marketing_permissions,),
    }
    for section, held in parts.items():
        may_be_revealed = _PROTECTED.get(section) in viewed.hidden & viewed.may_reveal
        is_kept = section == "circumstances" and record.employments is None  # nobody says that there is nothing
        if not any(held) and not may_be_revealed and not is_kept:
            yield section

"""Every word of the register's enumerations is called something before people."""

from enum import StrEnum

import pytest

from ledger_link.tables.addresses import AddressKind
from ledger_link.tables.assets import AssetKind
from ledger_link.tables.charges import ChargeKind
from ledger_link.tables.contacts import ContactDirection, ContactKind
from ledger_link.tables.credit_checks import CreditResult
from ledger_link.tables.deposits import DepositKind
from ledger_link.tables.dwellings import Tenure
from ledger_link.tables.employments import EmploymentNature
from ledger_link.tables.fault_reports import FaultState
from ledger_link.tables.incomes import IncomeKind
from ledger_link.tables.leases import PartyRole
from ledger_link.tables.marital_statuses import MaritalStatus
from ledger_link.tables.marketing_permissions import MarketingChannel, MarketingDecision
from ledger_link.tables.person_roles import OwnRole
from ledger_link.tables.persons import Language
from ledger_link.tables.rents import RentKind
from ledger_link.tables.travel_documents import TravelDocumentKind
from rights.register.register_finding import Within
from web.register_labels import LABELS

WORDS: dict[str, tuple[type[StrEnum], ...]] = {
    "person_roles": (PartyRole, OwnRole),
    "spoken": (Language,),
    "address_kinds": (AddressKind,),
    "documents": (TravelDocumentKind,),
    "employments": (EmploymentNature,),
    "incomes": (IncomeKind,),
    "assets": (AssetKind,),
    "credit_results": (CreditResult,),
    "tenures": (Tenure,),
    "marital_statuses": (MaritalStatus,),
    "channels": (MarketingChannel,),
    "marketing": (MarketingDecision,),
    "rents": (RentKind,),
    "charges": (ChargeKind,),
    "deposits": (DepositKind,),
    "contacts": (ContactKind,),
    "directions": (ContactDirection,),
    "fault_states": (FaultState,),
    "within": (Within,),
}


def test_every_table_of_words_is_checked() -> None:
    assert set(WORDS) == set(LABELS)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_every_word_has_a_label_and_no_other(name: str) -> None:
    assert set(LABELS[name]) == {word for words in WORDS[name] for word in words}

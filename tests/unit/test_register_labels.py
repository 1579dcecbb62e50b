"""Every word of the register's enumerations is called something before people."""

from enum import StrEnum

import pytest

from ledger_link.addresses import AddressKind
from ledger_link.assets import AssetKind
from ledger_link.charges import ChargeKind
from ledger_link.contacts import ContactDirection, ContactKind
from ledger_link.credit_checks import CreditResult
from ledger_link.deposits import DepositKind
from ledger_link.dwellings import Tenure
from ledger_link.employments import EmploymentNature
from ledger_link.fault_reports import FaultState
from ledger_link.incomes import IncomeKind
from ledger_link.leases import PartyRole
from ledger_link.marital_statuses import MaritalStatus
from ledger_link.marketing_permissions import MarketingChannel, MarketingDecision
from ledger_link.person_roles import OwnRole
from ledger_link.persons import Language
from ledger_link.rents import RentKind
from ledger_link.travel_documents import TravelDocumentKind
from rights.register_finding import Within
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

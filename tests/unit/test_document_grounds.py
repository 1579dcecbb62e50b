"""The grounds of law that a document owes its reader: the interest that is called legitimate, the code's own ground."""

import pytest
from fixtures_web import HOUSE_FACTS

from privacy.documents.facts import DocumentFacts
from privacy.documents.kinds import LANGUAGES, DocumentKind
from privacy.documents.text import render_text

FACTS = DocumentFacts(house=HOUSE_FACTS, listening=(), register=(), retention=(), recipients=(), partners=())
INTEREST = {
    "fi": "varmistaa, mitä puhelussa on sovittu",
    "sv": "att försäkra sig om vad som har avtalats i ett samtal",
    "en": "to make sure what was agreed in a call",
}
HEARD = {
    "fi": "saa tulla kuulluksi ennen päätöstä",
    "sv": "att bli hörd före beslutet",
    "en": "heard before the decision",
}
CODE = {"fi": "tietosuojalaki 1050/2018, 29 §", "sv": "dataskyddslagen 1050/2018, 29 §", "en": "1050/2018, section 29"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [DocumentKind.RECORDINGS_STATEMENT, DocumentKind.EMPLOYEES_NOTICE])
def test_who_is_recorded_reads_which_interest_is_meant(kind: DocumentKind, language: str) -> None:
    """GDPR 13(1)(d): naming the point of Article 6 is not enough."""
    assert INTEREST[language] in render_text(kind, language, FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_workplace_hears_its_staff(language: str) -> None:
    """Act 759/2004, section 21(2): where the legislation on co-operation does not apply."""
    assert HEARD[language] in render_text(DocumentKind.EMPLOYEES_NOTICE, language, FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_identity_code_has_a_ground_of_its_own(language: str) -> None:
    """GDPR 87 leaves it to national law."""
    assert CODE[language] in render_text(DocumentKind.CUSTOMERS_STATEMENT, language, FACTS)

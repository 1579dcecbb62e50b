"""Free text that tells a home: names of streets of several words, inflected, with a hyphen, as one, or apart."""

from datetime import date

import pytest
from fixtures_rights import Office
from sqlalchemy import update

from ledger_link.tables.addresses import AddressKind, PersonAddressRow
from ledger_link.tables.persons import PersonRow
from ledger_link.undisclosed.concealment import CONCEALED, Concealment, concealment_of

HOMES = ("Iso Roobertinkatu 5", "Itä-Pakilantie 7 A", "Pieni Villasaarentie 3", "Kuulokkeenkatu 2")


@pytest.fixture
def concealment(office: Office) -> Concealment:
    """What may not be told of somebody who lived in several homes."""
    person_id = office.add_person("Helmi", "Kirjava")
    with office.database.begin() as session:
        session.execute(update(PersonRow).values(non_disclosure=True))
        for number, home in enumerate(HOMES):
            session.add(
                PersonAddressRow(
                    person_id=person_id,
                    kind=AddressKind.HOME,
                    street_address=home,
                    postal_code="00990",
                    city="Uusi-Kätkölä",
                    country="FI",
                    valid_from=date(2020 + number, 1, 1),
                )
            )
        session.flush()
        return concealment_of(session, [person_id])


@pytest.mark.parametrize(
    "text",
    [
        "käynti Iso Roobertinkatu 5",
        "Avain viety Iso Roobertinkadulle 5 A 3",
        "Isolla Roobertinkadulla",
        "ISO-ROOBERTINKATU",
        "IsoRoobertinkatu 5",
        "Iso Roobertin katu",
        "iso  roobertin-kadun kulma",
        "postia Itä-Pakilantielle 7",
        "Itä Pakilantie, ovi",
        "Itäpakilan tie 7",
        "Pienellä Villasaarentiellä",
        "Kuulokkeen kadulla",
        "(Kuulokkeenkadun kautta)",
        "muutti Uuteen Kätkölään",
        "Uudessakätkölässä",
        "00990",
    ],
)
def test_a_home_is_found_however_it_is_written(concealment: Concealment, text: str) -> None:
    assert concealment.of(text) == CONCEALED


@pytest.mark.parametrize(
    "text",
    ["Mannerheimintie 5", "Iso remontti Roopen talossa", "Itä-Helsinki", "Pieni vuoto", "Kuuloke rikki", "Uusi avain"],
)
def test_other_words_are_told(concealment: Concealment, text: str) -> None:
    assert concealment.of(text) == text


def test_a_long_text_is_looked_through_soon(concealment: Concealment) -> None:
    """Were the pattern's work to grow with a power of the length, this would not end."""
    text = "iso" + "o-" * 20_000 + "pien" * 20_000
    assert concealment.of(text) == text

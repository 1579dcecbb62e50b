"""Free text that would tell where or how to reach somebody with a turvakielto: notes, subjects, payers' names.

Addresses and numbers are kept from pages by leaving out their columns; this is for the places where people write them
down all the same. A text that holds any is hidden whole. What cannot be found is what is written in other words.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger_link.tables.addresses import PersonAddressRow
from ledger_link.tables.buildings import ApartmentRow, BuildingRow
from ledger_link.tables.emails import EmailAddressRow
from ledger_link.tables.leases import LeasePartyRow, LeaseRow
from ledger_link.tables.persons import PersonRow, PhoneNumberRow
from ledger_link.values.names import folded

CONCEALED = "***"
_ENDING = re.compile(r"(?:nen|.{2})$")
_BETWEEN = re.compile(r"[\W_]+")
_SHORTEST_STEM_CHARS = 5
_SHORT_WORD_CHARS = 3  # whole: Iso, Ylä
_REST = r"\w{0,12}"  # of an inflected word; bounded, so that no text takes long


@dataclass(frozen=True, slots=True)
class Concealment:
    """What may not be told: ``words`` finds places and e-mail, ``digits`` are numbers without prefix or spaces."""

    words: re.Pattern[str] | None = None
    digits: frozenset[str] = frozenset()

    def of(self, text: str) -> str:
        """Give a text, or ``CONCEALED`` where it tells what may not be told."""
        if self.words is not None and self.words.search(folded(text)):
            return CONCEALED
        written = "".join(char for char in text if char.isdigit())
        return CONCEALED if any(number in written for number in self.digits) else text


NOTHING = Concealment()


def concealment_of(session: Session, person_ids: Collection[int], *, names: bool = False) -> Concealment:
    """Tell what may not be told of those of some persons who have a turvakielto, in five queries at most.

    With ``names`` their names may not be told either: for pages that tell an address.
    """
    protected = session.scalars(
        select(PersonRow).where(PersonRow.id.in_(sorted(person_ids)), PersonRow.non_disclosure)
    ).all()
    if not protected:
        return NOTHING
    ids = sorted(person.id for person in protected)
    emails = select(EmailAddressRow.address).where(EmailAddressRow.person_id.in_(ids))
    patterns = {_pattern(place) for place in _places(session, ids)}
    patterns |= {re.escape(folded(email)) for email in session.scalars(emails)}
    if names:
        patterns |= {_pattern(person.surname) for person in protected}
    listed = "|".join(sorted(patterns - {""}))
    numbers = session.scalars(select(PhoneNumberRow.e164).where(PhoneNumberRow.person_id.in_(ids)))
    return Concealment(
        words=re.compile(rf"(?<!\w)(?:{listed})") if listed else None,
        digits=frozenset(_significant(number) for number in numbers),
    )


def _places(session: Session, ids: Collection[int]) -> Iterator[str]:
    """List streets, postal codes and towns of persons' own addresses and of every lease they were party to."""
    own = select(PersonAddressRow.street_address, PersonAddressRow.postal_code, PersonAddressRow.city)
    leased = (
        select(BuildingRow.street_address, BuildingRow.postal_code, BuildingRow.city)
        .join(ApartmentRow, ApartmentRow.building_id == BuildingRow.id)
        .join(LeaseRow, LeaseRow.apartment_id == ApartmentRow.id)
        .join(LeasePartyRow, LeasePartyRow.lease_id == LeaseRow.id)
        .where(LeasePartyRow.person_id.in_(ids))
    )
    for street_address, postal_code, city in [
        *session.execute(own.where(PersonAddressRow.person_id.in_(ids))),
        *session.execute(leased),
    ]:
        yield re.split(r"\d", street_address, maxsplit=1)[0]
        yield postal_code
        yield city


def _pattern(text: str) -> str:
    """Make the pattern that finds a folded place or name however it is inflected and put together.

    Finnish changes the end of every word (``Iso Roobertinkatu``, ``Isolla Roobertinkadulla``); people write the parts
    of a name as one, apart or with a hyphen (``Itä-Pakilantie``, ``Itäpakilan tie``).
    """
    words = [word for word in _BETWEEN.split(folded(text)) if word]
    if not words:
        return ""
    *before, last = words
    begun = [word[:-2] if word.isalpha() and len(word) > _SHORT_WORD_CHARS else word for word in before]
    return r"[\W_]*".join((*(f"{_spread(word)}{_REST}" for word in begun), _spread(_stem(last))))


def _spread(word: str) -> str:
    """Let a longer word be written apart anywhere."""
    parts = word if word.isalpha() and len(word) >= _SHORTEST_STEM_CHARS else [word]
    return r"[\s-]*".join(re.escape(part) for part in parts)


def _stem(word: str) -> str:
    """Cut the ending of a longer word, for Finnish changes it: ``Korhonen``, ``Korhosen``; ``-katu``, ``-kadulla``."""
    stem = _ENDING.sub("", word)
    return stem if word.isalpha() and len(stem) >= _SHORTEST_STEM_CHARS else word


def _significant(number: str) -> str:
    """Give the digits of a number that stand in every way of writing it."""
    return str(phonenumbers.parse(number, None).national_number)

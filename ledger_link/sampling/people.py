"""The persons of a sample, with all that the register keeps of somebody."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from ledger_link.sampling.invention import Invention, birth_and_code, chance, number_of
from ledger_link.sampling.livelihood import ADULT_YEARS, birthday, livelihood
from ledger_link.sampling.sample_folder import SampleFolder

EMPLOYERS = 400
_LANGUAGES = ("fi",) * 88 + ("sv",) * 6 + ("en",) * 4 + ("other",) * 2
_REASONS = ("opiskelu", "työpaikka", "perhe kasvaa", "pienempi asunto", "avioero")
_CHANNELS = ("phone", "sms", "email", "post")
_MOST_YEARS_APART = 12  # of two who live as a couple
_WIDOWED_YEARS, _DIVORCED_YEARS = 55, 28
_LAST_REGISTRATION = date(2017, 2, 28)  # of a partnership: marriage is open to all since then
_SPARE_CODES = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A person that was written; ``phone`` is how a co-tenant may share it."""

    person_no: str
    name: str
    surname: str
    phone: str
    birth: date


class People:
    """Writes persons one after the other; the same seed gives the same ones."""

    def __init__(self, files: SampleFolder, invention: Invention, *, seed: int) -> None:
        self._files = files
        self._invention = invention
        self._seed = seed
        self._dice = random.Random(f"people/{seed}")  # noqa: S311 (a sample)
        self._codes = 0
        self._spare: deque[tuple[date, str]] = deque(maxlen=_SPARE_CODES)  # of births that did not fit
        self.count = 0
        for number in range(EMPLOYERS):
            self._employer(number)

    def _employer(self, number: int) -> None:
        name = self._invention.companies[number % len(self._invention.companies)]
        base = f"{2_000_000 + number:07}"
        rest = sum(int(digit) * weight for digit, weight in zip(base, (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
        business_id = "" if rest == 1 else f"{base}-{(11 - rest) % 11}"  # 1 is never issued
        self._files.add("organisations", organisation_no=f"O-{number:04}", name=name, business_id=business_id)
        self._files.add("organisation_numbers", organisation_no=f"O-{number:04}", number=f"010 5{number:06}")

    def add(self, since: date, *, shares: Person | None = None, beside: Person | None = None) -> Person:
        """Write a new person who became a customer on a day, and was of age then.

        ``shares``: with whose number; ``beside``: of about whose age, and often of the same name.
        """
        dice, invention, files = self._dice, self._invention, self._files
        self.count += 1
        number = self.count
        person_no = f"A{number:07}"
        apart = timedelta(days=_MOST_YEARS_APART * 365)
        birth, code = self._code(
            lambda day: birthday(day, ADULT_YEARS) <= since and (beside is None or abs(day - beside.birth) <= apart)
        )
        first = invention.women if number % 2 else invention.men
        names = dict.fromkeys(dice.choice(first) for _ in range(dice.choice((1, 2, 2, 3))))
        surname = beside.surname if beside and chance(dice, 0.6) else dice.choice(invention.surnames)
        call_name = next(iter(names))
        is_hidden, has_code = chance(dice, 0.005), chance(dice, 0.95)
        files.add(
            "persons",
            person_no=person_no,
            first_names=" ".join(names),
            call_name=call_name,
            surname=surname,
            non_disclosure="yes" if is_hidden else "no",
            birth_date=birth.isoformat(),
            language=dice.choice(_LANGUAGES if has_code else ("en", "en", "other")),
            identity_code=code if has_code else "",
        )
        if not has_code:
            files.add(
                "travel_documents",
                person_no=person_no,
                kind="passport",
                issuer=dice.choice(("EE", "SE", "UA", "VN", "IN")),
                number=f"X{number:08}",
            )
        phone = shares.phone if shares else number_of(number)
        files.add("phone_numbers", person_no=person_no, number=phone, valid_from=since.isoformat())
        if chance(dice, 0.1):  # an old number, which somebody else may have by now
            ended = (since + timedelta(days=-30)).isoformat()
            files.add("phone_numbers", person_no=person_no, number=number_of(number + 50), valid_until=ended)
        if chance(dice, 0.6):
            address = f"asiakas{number}@esimerkki.example"
            files.add("email_addresses", person_no=person_no, address=address, valid_from=since.isoformat())
        self._circumstances(person_no, birth, since)
        return Person(person_no, f"{surname} {call_name}", surname, phone, birth)

    def _code(self, fits: Callable[[date], bool]) -> tuple[date, str]:
        """Give the next birth and identity code that fit, of those that did not before or of new ones."""
        for place, spare in enumerate(self._spare):
            if fits(spare[0]):
                del self._spare[place]
                return spare
        while True:
            self._codes += 1
            drawn = birth_and_code(self._codes, self._seed)
            if fits(drawn[0]):
                return drawn
            self._spare.append(drawn)

    def couple(self, one: Person, other: Person, since: date) -> None:
        """Write that two live as a couple, both as of one day on which they were of age."""
        dice = self._dice
        of_age = birthday(max(one.birth, other.birth), ADULT_YEARS)
        day = max(of_age, since - timedelta(days=dice.randrange(3000)))
        statuses = (
            "married",
            "married",
            "cohabiting",
            *(("registered_partnership",) if day <= _LAST_REGISTRATION else ()),
        )
        status = dice.choice(statuses)
        for person in (one, other):
            self._status(person, status, day)

    def single(self, person: Person, since: date) -> None:
        """Write of some that they live as no couple."""
        dice = self._dice
        if not chance(dice, 0.2):
            return
        known = ["unmarried"]
        known += ["divorced"] if birthday(person.birth, _DIVORCED_YEARS) <= since else []
        known += ["widowed"] if birthday(person.birth, _WIDOWED_YEARS) <= since else []
        self._status(person, dice.choice(known), since)

    def _status(self, person: Person, status: str, day: date) -> None:
        self._files.add("marital_statuses", person_no=person.person_no, status=status, valid_from=day.isoformat())

    def _circumstances(self, person_no: str, birth: date, since: date) -> None:
        dice, files = self._dice, self._files
        day = since.isoformat()
        if chance(dice, 0.3):
            self._livelihood(person_no, birth, since)
        if chance(dice, 0.3):
            result = dice.choice(("clear", "clear", "clear", "entries", "not_found"))
            files.add("credit_checks", person_no=person_no, source="Asiakastieto", result=result, checked_on=day)
        if chance(dice, 0.1):
            value = f"{dice.randrange(40_000)}.00"
            files.add("assets", person_no=person_no, kind="savings", value=value, source="hakemus", recorded_on=day)
        if chance(dice, 0.2):
            decision = dice.choice(("permit", "ban"))
            files.add(
                "marketing_permissions",
                person_no=person_no,
                channel=dice.choice(_CHANNELS),
                decision=decision,
                source="hakemus",
                given_on=day,
            )
        if chance(dice, 0.01):
            guardian = f"{dice.choice(self._invention.women)} {dice.choice(self._invention.surnames)}"
            files.add(
                "guardianships",
                person_no=person_no,
                guardian_name=guardian,
                guardian_phone="010 5999999",
                scope="Taloudelliset asiat",
                valid_from=day,
            )

    def _livelihood(self, person_no: str, birth: date, since: date) -> None:
        dice, files = self._dice, self._files
        for spell in livelihood(dice, birth, since):
            employer = dice.randrange(EMPLOYERS)
            first, last = spell.starts_on.isoformat(), spell.ends_on.isoformat() if spell.ends_on else ""
            named = spell.has_employer and spell.nature != "self_employed"
            files.add(
                "employments",
                person_no=person_no,
                employer_name=self._invention.companies[employer % len(self._invention.companies)] if named else "",
                organisation_no=f"O-{employer:04}" if named else "",
                occupation=dice.choice(self._invention.trades) if spell.has_employer else "",
                nature=spell.nature,
                starts_on=first,
                ends_on=last,
            )
            files.add(
                "incomes",
                person_no=person_no,
                kind=spell.income,
                amount_per_month=f"{spell.euros_per_month}.00",
                source="hakemus",
                valid_from=first,
                valid_until=last,
            )

    def applicant(self, on: date) -> None:
        """Write somebody who looks for a dwelling and has none of ours."""
        person, day = self.add(on), on.isoformat()
        role = "possible_buyer" if chance(self._dice, 0.05) else "applicant"
        self._files.add("person_roles", person_no=person.person_no, role=role, starts_on=day)
        self.single(person, on)
        self._files.add("dwellings", person_no=person.person_no, tenure="rented", recorded_on=day)
        self._files.add(
            "dwelling_needs",
            person_no=person.person_no,
            reason=self._dice.choice(_REASONS),
            rooms_min=self._dice.randrange(1, 5),
            municipality=self._dice.choice(self._invention.cities),
            wanted_from=(on + timedelta(days=self._dice.randrange(14, 120))).isoformat(),
            recorded_on=day,
        )

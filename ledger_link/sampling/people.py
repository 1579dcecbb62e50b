"""The persons of a sample, with all that the register keeps of somebody."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from ledger_link.sampling.invention import Invention, birth_and_code, chance, number_of
from ledger_link.sampling.sample_folder import SampleFolder

EMPLOYERS = 400
_NATURES = ("permanent",) * 6 + ("fixed_term", "part_time", "self_employed", "student", "retired", "unemployed")
_WITHOUT_EMPLOYER = ("student", "retired", "unemployed")
_LANGUAGES = ("fi",) * 88 + ("sv",) * 6 + ("en",) * 4 + ("other",) * 2
_STATUSES = ("unmarried", "married", "cohabiting", "divorced", "widowed", "registered_partnership")
_CHANNELS = ("phone", "sms", "email", "post")


@dataclass(frozen=True, slots=True)
class Person:
    """A person that was written; ``phone`` is how a co-tenant may share it."""

    person_no: str
    name: str
    phone: str


class People:
    """Writes persons one after the other; the same seed gives the same ones."""

    def __init__(self, files: SampleFolder, invention: Invention, *, seed: int) -> None:
        self._files = files
        self._invention = invention
        self._seed = seed
        self._dice = random.Random(f"people/{seed}")  # noqa: S311 (a sample)
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

    def add(self, since: date, *, shares: Person | None = None) -> Person:
        """Write a new person who became a customer on a day; ``shares``: with whose number."""
        dice, invention, files = self._dice, self._invention, self._files
        self.count += 1
        number = self.count
        person_no = f"A{number:07}"
        birth, code = birth_and_code(number, self._seed)
        first = invention.women if number % 2 else invention.men
        names = dict.fromkeys(dice.choice(first) for _ in range(dice.choice((1, 2, 2, 3))))
        surname = dice.choice(invention.surnames)
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
            language=dice.choice(_LANGUAGES),
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
        self._circumstances(person_no, since)
        return Person(person_no, f"{surname} {call_name}", phone)

    def _circumstances(self, person_no: str, since: date) -> None:
        dice, files = self._dice, self._files
        day = since.isoformat()
        if chance(dice, 0.3):
            nature = dice.choice(_NATURES)
            employer = dice.randrange(EMPLOYERS)
            named = nature not in _WITHOUT_EMPLOYER
            name = self._invention.companies[employer % len(self._invention.companies)]
            files.add(
                "employments",
                person_no=person_no,
                employer_name=name if named else "",
                organisation_no=f"O-{employer:04}" if named else "",
                occupation=dice.choice(self._invention.trades) if named else "",
                nature=nature,
                starts_on=day,
            )
            amount = f"{dice.randrange(800, 6000)}.00"
            kind = "salary" if named else "benefit"
            files.add(
                "incomes", person_no=person_no, kind=kind, amount_per_month=amount, source="hakemus", valid_from=day
            )
        if chance(dice, 0.3):
            result = dice.choice(("clear", "clear", "clear", "entries", "not_found"))
            files.add("credit_checks", person_no=person_no, source="Asiakastieto", result=result, checked_on=day)
        if chance(dice, 0.1):
            value = f"{dice.randrange(40_000)}.00"
            files.add("assets", person_no=person_no, kind="savings", value=value, source="hakemus", recorded_on=day)
        if chance(dice, 0.2):
            files.add("marital_statuses", person_no=person_no, status=dice.choice(_STATUSES), valid_from=day)
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

    def applicant(self, on: date) -> None:
        """Write somebody who looks for a dwelling and has none of ours."""
        person, day = self.add(on), on.isoformat()
        role = "possible_buyer" if chance(self._dice, 0.05) else "applicant"
        self._files.add("person_roles", person_no=person.person_no, role=role, starts_on=day)
        self._files.add("dwellings", person_no=person.person_no, tenure="rented", recorded_on=day)
        self._files.add(
            "dwelling_needs", person_no=person.person_no, rooms_min=self._dice.randrange(1, 5), recorded_on=day
        )

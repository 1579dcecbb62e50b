"""The buildings and apartments of a sample, and their faults."""

import random
from datetime import date, timedelta

from ledger_link.sampling.invention import Invention
from ledger_link.sampling.livelihood import LAST_DAY
from ledger_link.sampling.people import Person
from ledger_link.sampling.sample_folder import SampleFolder

_APARTMENTS_A_BUILDING = 24
_APARTMENTS_AN_ENTRANCE = 8
_FAULTS = (
    "Hana vuotaa",
    "Lattiakaivo tukossa",
    "Patteri ei lämpene",
    "Liesi ei toimi",
    "Ilmanvaihto pitää ääntä",
    "Parvekkeen ovi ei sulkeudu",
)


class Houses:
    """Writes apartments one after the other, each building full before the next."""

    def __init__(self, files: SampleFolder, invention: Invention, dice: random.Random) -> None:
        self._files = files
        self._invention = invention
        self._dice = dice
        self._apartments = 0

    def apartment(self) -> tuple[str, float]:
        """Write the next apartment; give its key and its square metres, which fit its rooms."""
        building, place = divmod(self._apartments, _APARTMENTS_A_BUILDING)
        self._apartments += 1
        dice, building_no = self._dice, f"T{building:05}"
        if place == 0:
            street = self._invention.streets[building % len(self._invention.streets)]
            number = building // len(self._invention.streets) + 1
            self._files.add(
                "buildings",
                building_no=building_no,
                name=f"Talo {building}",
                street_address=f"{street} {number}",
                postal_code=f"{dice.randrange(100, 99999):05}",
                city=dice.choice(self._invention.cities),
                built_year=dice.randrange(1920, 2025),
            )
        apartment_no = f"{building_no}-{place + 1:02}"
        rooms = dice.randrange(1, 5)
        area_m2 = round(12 + rooms * dice.uniform(14, 24), 1)
        self._files.add(
            "apartments",
            apartment_no=apartment_no,
            building_no=building_no,
            entrance="ABCDEFGH"[place // _APARTMENTS_AN_ENTRANCE],
            door_number=place + 1,
            rooms=rooms,
            area_m2=f"{area_m2}",
        )
        return apartment_no, area_m2

    def fault(self, apartment_no: str, tenant: Person, since: date) -> None:
        """Write a fault that a tenant reported in his time there; most are repaired."""
        dice = self._dice
        day = max(since, LAST_DAY - timedelta(days=dice.randrange(700)))
        closed = day + timedelta(days=dice.randrange(1, 60))
        is_over = closed <= LAST_DAY
        self._files.add(
            "fault_reports",
            fault_no=f"F{self._apartments:07}",
            apartment_no=apartment_no,
            person_no=tenant.person_no,
            reported_on=day.isoformat(),
            subject=dice.choice(_FAULTS),
            state="done" if is_over else "open",
            closed_on=closed.isoformat() if is_over else "",
        )

"""The address form of a Finnish apartment: street address, entrance, door number, sub-letter, postal code, city."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where an apartment is. ``entrance`` and ``sub_letter`` are empty, ``door_number`` is None where there is none.

    ``Mannerheimintie 12`` + ``B`` + ``34`` + ``a`` is ``Mannerheimintie 12 B 34 a``; a detached house has the street
    address alone; a row house may have the entrance letter alone (``Pihlajatie 3 C``).
    """

    street_address: str
    entrance: str
    door_number: int | None
    sub_letter: str
    postal_code: str
    city: str

    @property
    def apartment(self) -> str:
        """Write the part after the street address, e.g. ``B 34 a``; empty for a detached house."""
        number = "" if self.door_number is None else str(self.door_number)
        return " ".join(part for part in (self.entrance, number, self.sub_letter) if part)

    def __str__(self) -> str:
        """Write the address on one line, e.g. ``Mannerheimintie 12 B 34 a, 00100 Helsinki``."""
        door = f" {self.apartment}" if self.apartment else ""
        return f"{self.street_address}{door}, {self.postal_code} {self.city}"

"""The supervisory authority, as letters, copies and documents name it: one place, which a house may correct."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class OmbudsmanSettings(BaseModel):
    """The Data Protection Ombudsman, to whom a data subject may complain (GDPR 77). Correct it when it moves."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    post_fi: Line = "PL 800, 00531 Helsinki"
    """Its postal address in Finnish."""
    post_sv: Line = "PB 800, 00531 Helsingfors"
    """Its postal address in Swedish."""
    post_en: Line = "P.O. Box 800, 00531 Helsinki, Finland"
    """Its postal address in English."""
    street_fi: Line = "Lintulahdenkuja 4, 00530 Helsinki"
    """Its street address in Finnish."""
    street_sv: Line = "Fågelviksgränden 4, 00530 Helsingfors"
    """Its street address in Swedish."""
    street_en: Line = "Lintulahdenkuja 4, 00530 Helsinki, Finland"
    """Its street address in English."""
    email: Line = "tietosuoja@om.fi"
    """Its e-mail address."""
    telephone: Line = "029 566 6700"
    """Its telephone number, as it is written in Finland."""
    website: Line = "tietosuoja.fi"
    """Its site."""

    def reached(self, language: str) -> str:
        """Say in one line, in fi, sv or en, by which name and where it is reached."""
        match language:
            case "sv":
                parts = (
                    "Dataombudsmannens byrå",
                    self.post_sv,
                    f"besöksadress {self.street_sv}",
                    f"tfn {self.telephone}",
                )
            case "en":
                parts = (
                    "Office of the Data Protection Ombudsman",
                    self.post_en,
                    f"street address {self.street_en}",
                    f"tel. {_from_abroad(self.telephone)}",
                )
            case _:
                parts = (
                    "Tietosuojavaltuutetun toimisto",
                    self.post_fi,
                    f"käyntiosoite {self.street_fi}",
                    f"puh. {self.telephone}",
                )
        return ", ".join((*parts, self.email, self.website))


def _from_abroad(telephone: str) -> str:
    """Write a Finnish number so that it is right everywhere."""
    return f"+358 {telephone[1:]}" if telephone.startswith("0") and not telephone.startswith("00") else telephone


OMBUDSMAN = OmbudsmanSettings()
"""Where it was reached in November 2026."""

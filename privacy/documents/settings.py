"""The settings that only the documents need: who the controller is. Unknown names are errors."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from stdnum.fi import ytunnus

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class ControllerSettings(BaseModel):
    """The controller (rekisterinpitäjä) as the documents name it.

    They can be published when its name, its address and a way to reach it are given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    name: Line = ""
    """The company's name."""
    business_id: Line = ""
    """Its business id (Y-tunnus), e.g. 2077474-0."""
    address: Line = ""
    """Its postal address, where requests come in writing."""
    email: Line = ""
    """The e-mail address for questions of data protection."""
    telephone: Line = ""
    """The telephone number for questions of data protection."""
    contact: Line = ""
    """The person or unit that answers for the registers."""
    dpo: Line = ""
    """The data protection officer, where there is one."""
    dpo_contact: Line = ""
    """How to reach the data protection officer: by e-mail, telephone or both. Needed where one is named."""

    @field_validator("business_id")
    @classmethod
    def _business_id(cls, text: str) -> str:
        if text and not ytunnus.is_valid(text):
            raise ValueError("not a business id: write it like 2077474-0")
        return text

    def missing(self) -> tuple[str, ...]:
        """Tell which settings the documents cannot do without; who is named as an officer must be reached too.

        GDPR 13(1)(a) and (b) ask for contact details of both.
        """
        needed = {"name": self.name, "address": self.address, "email or telephone": self.email or self.telephone}
        if self.dpo:
            needed["dpo_contact"] = self.dpo_contact
        return tuple(f"controller.{name}" for name, value in needed.items() if not value)

"""The settings of the retention: what the law says of vouchers, and how long persons of the register are kept."""

import re
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

_VOUCHER_YEARS = 6  # Accounting Act (1336/1997) chapter 2, section 10
_HANDOVER_YEARS = 10  # Act on the Limitation of Debt (728/2003) section 7: damages are claimed within ten years at most
_ANY_COMMON_YEAR = 2025


class RetentionSettings(BaseModel):
    """How long ledger and register are kept; calls have periods of their own, which the viewer's page sets."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    voucher_years: Annotated[int, Field(ge=_VOUCHER_YEARS, le=100)] = _VOUCHER_YEARS
    """Years for which charges, payments, reminders and deposits are kept after the year in which their financial year
    ended; the law asks for six at least."""
    financial_year_ends: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$")] = "12-31"
    """The last day of the financial year, month and day."""
    most_days_away: Annotated[int, Field(ge=1, le=365)] = 7
    """When nothing tells of more days than these that they passed, the clock is doubted, and nothing goes by a period
    until an operator says that it is right ('tallenne retention go-on')."""
    most_percent_a_day: Annotated[int, Field(ge=1, le=100)] = 10
    """When more of all calls than this would go within a day, and more than a hundred, none goes until an operator says
    so. The same for persons, requests, hand-overs and vouchers, each by itself; a financial year's vouchers may go."""
    case_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """Years for which a data subject's request is kept after it was closed, with its notes and deliveries; nothing goes
    that a hold or an open request still needs. Without it none is deleted."""
    register_person_years: Annotated[int, Field(ge=0, le=100)] | None = None
    """Years for which a person of the register is kept after the last lease ended. Without it none is deleted."""
    applicant_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """Years for which an applicant or a possible buyer who never had a lease is kept after the newest day that the
    register has of him; within two, discrimination in the letting may be claimed (Non-discrimination Act 1325/2014,
    section 26). Without it none is deleted."""
    handover_years: Annotated[int, Field(ge=1, le=100)] = _HANDOVER_YEARS
    """Years for which it is kept to whom data was given, after it was recorded or the recipient's own time ended;
    always for as long as the data itself is kept. Damages may be claimed for ten at most."""

    @field_validator("financial_year_ends")
    @classmethod
    def _is_a_day(cls, text: str) -> str:
        month, day = map(int, re.findall(r"[0-9]{2}", text))
        try:
            date(_ANY_COMMON_YEAR, month, day)
        except ValueError as error:
            raise ValueError("not a day of every year") from error
        return text

    def last_free_day(self, today: date) -> date:
        """Tell the newest day whose vouchers may go: its financial year ended, and six whole years have passed since.

        Vouchers are kept for six years from the end of the year in which the financial year ended.
        """
        month, day = map(int, self.financial_year_ends.split("-"))
        return date(today.year - self.voucher_years - 1, month, day)


BY_LAW = RetentionSettings()
"""What stands where a house says nothing."""

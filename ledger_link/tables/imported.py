"""What every row of the register has that an import may have written."""

from typing import Annotated

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

Cents = Annotated[int, mapped_column(BigInteger)]
"""Money in cents of the euro; 64 bits, since PostgreSQL's integer ends at 21 million euros."""


class Imported:
    """``source_digest`` is a keyed fingerprint (16 bytes) of the row of the file that the row was last written from.

    It tells an unchanged row without comparing its columns; None where no import wrote the row.
    """

    source_digest: Mapped[bytes | None] = mapped_column(sort_order=1000)

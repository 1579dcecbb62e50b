"""The table of direct-marketing permits and bans."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger_link.tables.imported import Imported
from ledger_link.tables.persons import PersonRow
from ledger_link.tables.schema_checks import in_order, is_one_of
from storage.database.base import Base


class MarketingChannel(StrEnum):
    """How a person may or may not be approached."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    POST = "post"


class MarketingDecision(StrEnum):
    """What a person said about direct marketing."""

    PERMIT = "permit"
    BAN = "ban"


class MarketingPermissionRow(Imported, Base):
    """A permit or a ban of one channel, with its source; the newest in force on a day is what counts."""

    __tablename__ = "marketing_permissions"
    __table_args__ = (
        is_one_of("channel", MarketingChannel),
        is_one_of("decision", MarketingDecision),
        in_order("given_on", "ends_on", name="term"),
        UniqueConstraint("person_id", "channel", "given_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PersonRow.id))
    channel: Mapped[str]
    decision: Mapped[str]
    source: Mapped[str]
    given_on: Mapped[date]
    ends_on: Mapped[date | None]

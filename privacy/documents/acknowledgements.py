"""Acknowledgements: each employee says once of each version of the notice that he has read it.

Employees are the enabled accounts that are no partner's.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import NotFoundError
from privacy.documents.document_rows import AcknowledgementRow
from privacy.documents.kinds import DocumentKind
from privacy.documents.publishing import Version, newest_version
from rights.access.actor import Actor
from rights.access.partner_rows import PartnerRow
from rights.access.refusals import audited_refusals
from rights.audit.trail import Action, record
from rights.tables import AccountRow
from storage.database.engine import Database

NOTICE = DocumentKind.EMPLOYEES_NOTICE


@dataclass(frozen=True, slots=True)
class Reader:
    """An employee, and when he acknowledged the version that is asked about; None while he has not."""

    login: str
    name: str
    acknowledged_at: datetime | None


def notice_for(session: Session, actor: Actor) -> Version | None:
    """Give the notice that holds, to an employee; None to a partner, to the operator, and where there is none."""
    if actor.account_id is None or session.get(PartnerRow, actor.account_id) is not None:
        return None
    return newest_version(session, NOTICE)


def acknowledged_at(session: Session, version: Version, actor: Actor) -> datetime | None:
    """Tell when an actor acknowledged a version; None while he has not."""
    row = session.get(AcknowledgementRow, (version.id, actor.account_id)) if actor.account_id is not None else None
    return None if row is None else row.acknowledged_at


def is_notice_unread(session: Session, actor: Actor) -> bool:
    """Tell whether there is a notice that an employee has not acknowledged yet."""
    version = notice_for(session, actor)
    return version is not None and acknowledged_at(session, version, actor) is None


def acknowledge(database: Database, actor: Actor, *, number: int, clock: Clock) -> None:
    """Say that the actor has read the notice of this number; twice is no error.

    Raises NotFoundError (audited) where it is not the one that holds: he has read another.
    """
    with audited_refusals(database, actor, wanted="acknowledge", clock=clock), database.begin() as session:
        version = notice_for(session, actor)
        if version is None or version.number != number:
            raise NotFoundError(what="no such notice holds", where=str(number), remedy="read the newest")
        if acknowledged_at(session, version, actor) is not None:
            return
        row = AcknowledgementRow(version_id=version.id, account_id=actor.account_id, acknowledged_at=clock.now())
        session.add(row)
        detail = {"document": NOTICE, "number": number}
        record(session, actor=actor, action=Action.DOCUMENT_ACKNOWLEDGED, detail=detail, clock=clock)


def readers_of(session: Session, version: Version) -> list[Reader]:
    """Give every employee with his acknowledgement of a version; who has not read it comes first."""
    partners = select(PartnerRow.account_id)
    accounts = session.scalars(
        select(AccountRow)
        .where(AccountRow.disabled_at.is_(None), AccountRow.id.not_in(partners))
        .order_by(AccountRow.name, AccountRow.login)
    ).all()
    rows = session.scalars(select(AcknowledgementRow).where(AcknowledgementRow.version_id == version.id))
    read = {row.account_id: row.acknowledged_at for row in rows}
    readers = [Reader(account.login, account.name, read.get(account.id)) for account in accounts]
    return sorted(readers, key=lambda reader: reader.acknowledged_at is not None)

"""What the documents are made from: the settings as they are, and what the administrators keep in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from privacy.disclosures.handover_rows import HandoverRow
from privacy.documents.ombudsman import OMBUDSMAN, OmbudsmanSettings
from privacy.documents.settings import ControllerSettings
from privacy.retention.retention_rows import RetentionPolicyRow
from privacy.retention.settings import BY_LAW, RetentionSettings
from rights.access.partner_rows import PartnerRow
from rights.listening.purposes import OWN_CALL, Purpose, PurposeUse, active_purposes, all_purposes
from storage.objects.region import StoragePlace


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service whose calls are recorded; ``languages`` are those of its announcements, in the order played."""

    name: str
    number: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseFacts:
    """What the settings say. ``is_register_elsewhere``: the customer register is another system, asked over HTTP.

    ``retention`` is how long register, vouchers and requests are kept; calls have policies in the database.
    ``log_detail_years`` is for how long names, addresses and reasons in the log can be read; None while none is set.
    """

    controller: ControllerSettings
    services: tuple[ServiceFacts, ...]
    place: StoragePlace
    is_register_elsewhere: bool = False
    ombudsman: OmbudsmanSettings = OMBUDSMAN
    retention: RetentionSettings = BY_LAW
    log_detail_years: int | None = None

    @property
    def is_stored_by_itself(self) -> bool:
        """Whether the controller keeps the recordings itself: on its own machine, or as its own provider."""
        provider = self.place.provider
        return self.place.region is None if provider is None else provider.casefold() == self.controller.name.casefold()

    def missing(self) -> tuple[str, ...]:
        """Tell which settings the documents cannot do without: who the controller is, and who keeps its recordings."""
        is_unnamed = self.place.region is not None and self.place.provider is None
        return (*self.controller.missing(), *(("objects.provider",) if is_unnamed else ()))


NOBODYS_HOUSE = HouseFacts(controller=ControllerSettings(), services=(), place=StoragePlace(None, None))
"""A house of which nothing is told: no document of it can be published."""


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """How long calls to a service (None: to any) are kept for a purpose; ``unit`` is days, months or years."""

    service: str | None
    purpose: Purpose
    count: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """All that a document tells."""

    house: HouseFacts
    listening: tuple[Purpose, ...]
    register: tuple[Purpose, ...]
    retention: tuple[RetentionFacts, ...]
    recipients: tuple[str, ...]
    partners: tuple[str, ...]


def gather_facts(session: Session, house: HouseFacts) -> DocumentFacts:
    """Read what the documents tell. Own calls are no purpose of the register: they are heard by who answered them."""
    kinds = select(HandoverRow.recipient_kind).where(HandoverRow.voided_at.is_(None)).distinct()
    return DocumentFacts(
        house=house,
        listening=tuple(one for one in active_purposes(session) if one.code != OWN_CALL),
        register=tuple(active_purposes(session, use=PurposeUse.REGISTER)),
        retention=_retention(session, house.services),
        recipients=tuple(sorted(session.scalars(kinds))),
        partners=tuple(sorted(set(session.scalars(select(PartnerRow.organisation))))),
    )


def _retention(session: Session, services: Sequence[ServiceFacts]) -> tuple[RetentionFacts, ...]:
    names, purposes = {service.number: service.name for service in services}, all_purposes(session)
    standing = select(RetentionPolicyRow).where(RetentionPolicyRow.retired_at.is_(None)).order_by(RetentionPolicyRow.id)
    return tuple(
        RetentionFacts(
            None if row.service_number is None else names.get(row.service_number, row.service_number),
            purposes[row.purpose],
            row.keep_count,
            row.keep_unit,
        )
        for row in session.scalars(standing)
    )

"""What the documents tell of the settings."""

from ledger_link.register.settings import RegisterSource
from privacy.documents.facts import HouseFacts, ServiceFacts
from tallenne.settings import Settings


def house_facts(settings: Settings) -> HouseFacts:
    """Give what the documents tell of an installation."""
    languages = {disclosure.name: disclosure.language for disclosure in settings.disclosures}
    services = tuple(
        ServiceFacts(service.name, service.number, tuple(languages[name] for name in service.disclosures))
        for service in settings.services
    )
    return HouseFacts(
        controller=settings.controller,
        services=services,
        place=settings.objects.place,
        ombudsman=settings.ombudsman,
        is_register_elsewhere=settings.customer_register.source is not RegisterSource.DATABASE,
        retention=settings.retention,
        log_detail_years=settings.audit.detail_years,
    )

"""Audits each start of a process that works with recordings kept outside the EEA: where, and why it is permitted."""

from rights.access.actor import Actor
from rights.audit.trail import Action, record
from tallenne.house import House


def audit_storage_place(house: House, *, process: str) -> None:
    """Write into the audit that the settings permit a place or a provider outside the EEA; nothing for any other."""
    place = house.settings.objects.place
    if place.reason is None:
        return
    starter = Actor(account_id=None, login=f"system:{process}", name="Tallenne", agent_id=None, permits=frozenset())
    detail = {"region": place.region, "country": place.country, "reason": place.reason}
    if place.provider_country is not None:
        detail["provider_country"] = place.provider_country
    with house.database.begin() as session:
        record(session, actor=starter, action=Action.STORAGE_OUTSIDE_EEA, detail=detail, clock=house.clock)

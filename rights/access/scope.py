"""Scopes: which calls a task on calls reaches."""

from dataclasses import dataclass
from enum import StrEnum

from calls.errors import BadDataError
from calls.phone import to_e164


class Reach(StrEnum):
    """How far a task reaches, from the nearest to the widest."""

    OWN = "own"
    TEAM = "team"
    SERVICE = "service"
    ALL = "all"


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """Own calls, those of the teams that the account leads, those of one service (its number in E.164), or all."""

    reach: Reach
    service: str | None = None

    def __post_init__(self) -> None:
        if (self.reach is Reach.SERVICE) != (self.service is not None):
            raise BadDataError(what="a scope of a service, and no other, has a number", where=str(self.reach))

    def __str__(self) -> str:
        return f"{self.reach}:{self.service}" if self.service is not None else str(self.reach)


OWN = Scope(Reach.OWN)
TEAM = Scope(Reach.TEAM)
ALL = Scope(Reach.ALL)


def of_service(number: str) -> Scope:
    """Give the scope of one service; raise BadDataError for what is no telephone number."""
    service = to_e164(number.strip())
    if service is None:
        raise BadDataError(what=f"not a service's number: {number!r}", remedy="write it like +358102001000")
    return Scope(Reach.SERVICE, service)


def parse_scope(text: str) -> Scope:
    """Read what ``str(scope)`` wrote, e.g. ``own`` or ``service:+358102001000``; raise BadDataError."""
    reach, _, service = text.strip().lower().partition(":")
    if reach == Reach.SERVICE:
        return of_service(service)
    if reach not in set(Reach) or service:
        raise BadDataError(what=f"no such scope: {text!r}", remedy="one of own, team, service:<number>, all")
    return Scope(Reach(reach))

"""What the views work with: the dependencies that the application was made from."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app

from calls.clock import Clock
from ledger_link.register.customer_register import OpenRegister
from privacy.documents.facts import HouseFacts
from privacy.retention.settings import RetentionSettings
from rights.audit.acknowledging import OpenAuditKey, no_audit_key
from rights.identity.passwords import NOT_KNOWN
from storage.database.engine import Database
from storage.objects.store import ObjectStore
from storage.vault.key_ring import KeyRing
from web.log_in_provider import LogInProvider
from web.seal import Seal
from web.settings import WebSettings

EXTENSION = "tallenne"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One application's dependencies; made in :func:`web.app.create_app`, never changed.

    ``services`` are the numbers and names of the services that a search may choose from, ``register`` answers whose
    numbers they are and gives the cards. ``house_facts`` are what the documents tell of the settings,
    ``service_purposes`` what the calls to each service are kept for, ``retention_settings`` how long the register is,
    ``provider`` is where people may log in as well, ``breached`` are passwords that nobody may choose, ``audit_key``
    gives the key that signs the audit.
    """

    settings: WebSettings
    database: Database
    objects: ObjectStore
    keys: KeyRing
    clock: Clock
    seal: Seal
    services: Mapping[str, str]
    register: OpenRegister
    house_facts: HouseFacts
    service_purposes: Mapping[str, Collection[str]]
    retention_settings: RetentionSettings
    provider: LogInProvider | None = None
    breached: Container[str] = NOT_KNOWN
    audit_key: OpenAuditKey = no_audit_key


def parts() -> Parts:
    """Give the dependencies of the application that answers this request."""
    return cast("Parts", current_app.extensions[EXTENSION])

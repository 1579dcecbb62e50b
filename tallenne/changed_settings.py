"""Audits changes of the settings when a process of the house starts, each by the process that works by it."""

import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rights.audit.changed_settings import HIDDEN, audit_changed_settings
from rights.audit.signing_key import load_signing_key
from tallenne.house import House

WEB, ARCHIVE = "web", "archive"
_OF_WEB = frozenset({"web", "oidc", "accounts", "controller", "ombudsman"})
"""The sections that the viewer works by; the archive answers for all others."""
_PERSONAL = frozenset(
    {
        "controller.email",
        "controller.telephone",
        "controller.contact",
        "controller.dpo",
        "controller.dpo_contact",
    }
)
"""Settings that may name a person: the audit, which is kept for ever, only learns that they changed."""
_DIGEST_CHARS = 16


def audit_settings(house: House, *, process: str) -> None:
    """Write into the audit which settings are not as they were when this process started the last time.

    Secrets are files, and no setting is one. Raise BadConfigurationError where the audit's key is missing.
    """
    settings = {name: _told(house, name, value) for name, value in given_settings(house) if _is_of(process, name)}
    audit_changed_settings(house.database, settings, process=process, clock=house.clock)


def given_settings(house: House) -> Iterator[tuple[str, str]]:
    """Give every setting that is not at its default as text, by its dotted name; tables of a list by name or number."""
    dumped = house.settings.model_dump(mode="json", exclude={"home"}, exclude_defaults=True)
    yield from _flat("", dumped)


def _flat(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for table in value:
                key = "number" if "number" in table else "name"
                yield from _flat(f"{prefix}{name}.{table[key]}.", table)
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_of(process: str, name: str) -> bool:
    return (name.partition(".")[0] in _OF_WEB) == (process == WEB)


def _told(house: House, name: str, value: str) -> str:
    if name not in _PERSONAL:
        return value
    seed = load_signing_key(house.settings.path(house.settings.keys.folder)).private_bytes_raw()
    key = HKDF(SHA256(), length=32, salt=None, info=b"tallenne-changed-settings").derive(seed)
    return HIDDEN + hmac.digest(key, f"{name}={value}".encode(), "sha256").hex()[:_DIGEST_CHARS]

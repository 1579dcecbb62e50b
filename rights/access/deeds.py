"""The deeds that need two people (four eyes), and who may be the second."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from rights.access.tasks import Task


class Deed(StrEnum):
    """What nobody does alone."""

    EXPORT_AUDIO = "export-audio"
    EXPORT_REGISTER = "export-register"
    DELIVER_COPY = "deliver-copy"
    DELETE_EARLY = "delete-early"
    RELEASE_HOLD = "release-hold"
    GRANT_LISTENING = "grant-listening"
    OPEN_TO_PARTNER = "open-to-partner"
    ACKNOWLEDGE_FINDINGS = "acknowledge-findings"
    NEW_LINK = "new-link"
    RESET_SECOND_FACTOR = "reset-second-factor"
    WIDEN_TEAM = "widen-team"


APPROVERS: Mapping[Deed, Task] = MappingProxyType(
    {
        Deed.EXPORT_AUDIO: Task.APPROVE_EXPORTS,
        Deed.EXPORT_REGISTER: Task.APPROVE_EXPORTS,
        Deed.DELIVER_COPY: Task.APPROVE_EXPORTS,
        Deed.DELETE_EARLY: Task.APPROVE_DELETIONS,
        Deed.RELEASE_HOLD: Task.APPROVE_DELETIONS,
        Deed.GRANT_LISTENING: Task.APPROVE_GRANTS,
        Deed.OPEN_TO_PARTNER: Task.APPROVE_EXPORTS,
        Deed.ACKNOWLEDGE_FINDINGS: Task.ADMINISTER_ACCOUNTS,
        Deed.NEW_LINK: Task.APPROVE_GRANTS,
        Deed.RESET_SECOND_FACTOR: Task.APPROVE_GRANTS,
        Deed.WIDEN_TEAM: Task.APPROVE_GRANTS,
    }
)

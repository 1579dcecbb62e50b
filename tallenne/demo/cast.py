"""Who plays in the demo: three agents with softphones, five accounts of the viewer."""

from dataclasses import dataclass

from rights.access.permit import Permit
from rights.access.scope import ALL, OWN, Scope
from rights.access.tasks import Task


@dataclass(frozen=True, slots=True)
class AgentRole:
    """An agent: his softphone's user, the groups that ring it, what he says, and when he answers by himself."""

    sip_user: str
    name: str
    groups: tuple[str, ...]
    speech: str
    answer_after_s: float | None


@dataclass(frozen=True, slots=True)
class AccountRole:
    """An account of the viewer. ``part`` says whose it is; ``agent`` is the softphone whose calls are her own."""

    login: str
    part: str
    name: str
    permits: tuple[Permit, ...]
    agent: str | None = None


AGENTS = (
    AgentRole("sanna", "Sanna Laine", ("asiakaspalvelu",), "agent-fi-1.wav", 1.0),
    AgentRole("elina", "Elina Lindholm", ("kundtjanst",), "agent-sv.wav", 1.5),
    # he answers when the script says so: one call of his group is to ring in vain
    AgentRole("mikko", "Mikko Salo", ("english",), "agent-en.wav", None),
)


def _calls(scope: Scope) -> tuple[Permit, Permit]:
    return Permit(Task.VIEW_CALLS, scope), Permit(Task.LISTEN, scope)


# Nobody may reveal what the register protects: that the administrator grants, in the demo too.
TRAINER = AccountRole(
    "kouluttaja",
    "trainer",
    "Tiina Kouluttaja",
    (*_calls(ALL), Permit(Task.LINK_CUSTOMERS), Permit(Task.VIEW_REGISTER), Permit(Task.VIEW_LEDGER)),
)
EMPLOYEE = AccountRole(
    "sanna",
    "agent",
    "Sanna Laine",
    (*_calls(OWN), Permit(Task.LINK_CUSTOMERS), Permit(Task.VIEW_REGISTER)),
    agent="sanna",
)
ADMINISTRATOR = AccountRole(
    "paakayttaja",
    "administrator",
    "Pertti Pääkäyttäjä",
    (Permit(Task.ADMINISTER_ACCOUNTS), Permit(Task.ADMINISTER_PURPOSES)),
)
PRIVACY_OFFICER = AccountRole(
    "tietosuoja",
    "privacy officer",
    "Päivi Tietosuojavastaava",
    (
        Permit(Task.VIEW_CALLS, ALL),
        *(
            Permit(task)
            for task in (
                Task.VIEW_REGISTER,
                Task.VIEW_LEDGER,
                Task.FIND_BY_IDENTITY_CODE,
                Task.VIEW_LOOK_UPS,
                Task.HANDLE_CASES,
                Task.HEAR_FOR_COPIES,
                Task.RECORD_DISCLOSURES,
                Task.MANAGE_RETENTION,
                Task.MANAGE_HOLDS,
                Task.PUBLISH_DOCUMENTS,
                Task.VIEW_AUDIT,
            )
        ),
    ),
)
APPROVER = AccountRole(
    "hyvaksyja",
    "who approves",
    "Heikki Hyväksyjä",
    (Permit(Task.APPROVE_EXPORTS), Permit(Task.APPROVE_DELETIONS), Permit(Task.APPROVE_GRANTS)),
)
ACCOUNTS = (TRAINER, EMPLOYEE, ADMINISTRATOR, PRIVACY_OFFICER, APPROVER)

"""Who plays in the demo: three agents with softphones, four accounts of the viewer."""

from dataclasses import dataclass

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
    """An account of the viewer. ``agent`` is the softphone whose calls are the person's own."""

    login: str
    name: str
    tasks: tuple[Task, ...]
    agent: str | None = None


AGENTS = (
    AgentRole("sanna", "Sanna Laine", ("asiakaspalvelu",), "agent-fi-1.wav", 1.0),
    AgentRole("elina", "Elina Lindholm", ("kundtjanst",), "agent-sv.wav", 1.5),
    # he answers when the script says so: one call of his group is to ring in vain
    AgentRole("mikko", "Mikko Salo", ("english",), "agent-en.wav", None),
)

# Nobody may reveal what the register protects: that the administrator grants, in the demo too.
TRAINER = AccountRole(
    "kouluttaja",
    "Tiina Kouluttaja",
    (Task.ALL_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER, Task.VIEW_LEDGER),
)
EMPLOYEE = AccountRole("sanna", "Sanna Laine", (Task.OWN_CALLS, Task.LINK_CUSTOMERS, Task.VIEW_REGISTER), agent="sanna")
ADMINISTRATOR = AccountRole("paakayttaja", "Pertti Pääkäyttäjä", (Task.ADMINISTER_ACCOUNTS,))
PRIVACY_OFFICER = AccountRole(
    "tietosuoja",
    "Päivi Tietosuojavastaava",
    (Task.VIEW_REGISTER, Task.VIEW_LEDGER, Task.FIND_BY_IDENTITY_CODE, Task.VIEW_LOOK_UPS),
)
ACCOUNTS = (TRAINER, EMPLOYEE, ADMINISTRATOR, PRIVACY_OFFICER)

"""The eight calls of the demo, and what each must have become when it is over."""

from dataclasses import dataclass

from calls.outcome import CallState, Reason
from ledger_link.linking.link import LinkStatus
from softphones.caller_identity import CallerIdentity

TALK_S = 22.0
WITHHELD = CallerIdentity(number=None, withheld=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the call row must say. ``customers`` are names in the register, in any order."""

    state: CallState
    reason: Reason
    agent: str | None
    link: LinkStatus
    customers: tuple[str, ...] = ()
    disclosed: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """One call. ``after_s`` is when it starts; the caller hangs up ``talk_s`` after he was connected."""

    title: str
    after_s: float
    service: str
    caller: CallerIdentity
    speech: str
    expected: Expected
    talk_s: float = TALK_S
    answered_by: str | None = None
    """The agent whom the script lets answer; the others answer by themselves."""


def _recorded(agent: str, link: LinkStatus, *customers: str) -> Expected:
    return Expected(CallState.RECORDED, Reason.CALLER_HUNG_UP, agent, link, customers)


SCENES = (
    Scene(
        title="a tenant reports a fault",
        after_s=0,
        service="0102001000",
        caller=CallerIdentity(number="+358401000001", display_name="Aino"),
        speech="customer-fi-1.wav",
        expected=_recorded("Sanna Laine", LinkStatus.ONE, "Aino Virtanen"),
    ),
    Scene(
        title="another talks at the same time, in Swedish",
        after_s=2,
        service="0102002000",
        caller=CallerIdentity(number="0401000004", display_name="Kerstin"),
        speech="customer-sv.wav",
        expected=_recorded("Elina Lindholm", LinkStatus.ONE, "Kerstin Söderström"),
    ),
    Scene(
        title="one hangs up during the disclosure",
        after_s=4,
        service="0102001000",
        caller=CallerIdentity(number="+358401000003"),
        speech="customer-fi-2.wav",
        talk_s=2.0,
        expected=Expected(
            CallState.NOT_RECORDED,
            Reason.ABANDONED_IN_DISCLOSURE,
            None,
            LinkStatus.ONE,
            ("Matti Nieminen",),
            disclosed=False,
        ),
    ),
    Scene(
        title="one rings in vain",
        after_s=6,
        service="0102003000",
        caller=CallerIdentity(number="+358401000003"),
        speech="customer-en.wav",
        talk_s=40.0,
        expected=Expected(CallState.NOT_RECORDED, Reason.NO_ANSWER, None, LinkStatus.ONE, ("Matti Nieminen",)),
    ),
    Scene(
        title="a number that two tenants share",
        after_s=26,
        service="0102001000",
        caller=CallerIdentity(number="00358401000002"),
        speech="customer-fi-2.wav",
        expected=_recorded("Sanna Laine", LinkStatus.SEVERAL, "Eero Korhonen", "Liisa Korhonen"),
    ),
    Scene(
        title="in English",
        after_s=28,
        service="0102003000",
        caller=CallerIdentity(number="+358401000005", display_name="James", asserted=True),
        speech="customer-en.wav",
        answered_by="mikko",
        expected=_recorded("Mikko Salo", LinkStatus.ONE, "James Okafor"),
    ),
    Scene(
        title="a number that nobody has",
        after_s=30,
        service="0102002000",
        caller=CallerIdentity(number="+358401000999"),
        speech="customer-sv.wav",
        expected=_recorded("Elina Lindholm", LinkStatus.NONE),
    ),
    Scene(
        title="a withheld number",
        after_s=52,
        service="0102001000",
        caller=WITHHELD,
        speech="customer-fi-1.wav",
        expected=_recorded("Sanna Laine", LinkStatus.WITHHELD),
    ),
)

"""What is said of a call by its direction: of an inbound one who called, of an outbound one who was called."""

from datetime import date

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from calls.outcome import Direction, Reason
from ledger_link.linking.link import LinkRule
from rights.calls.facts import CallFacts
from web.formats import local_day
from web.labels import LINK_RULES, WHY_NO_AUDIO
from web.parts import parts

OUTBOUND_LINK_RULES: dict[str, LazyString] = {
    LinkRule.NUMBER_SHARED_IN_LEASE: _l(
        "Several parties to one lease share the number; the register does not tell who was called"
    ),
    LinkRule.NUMBER_SHARED: _l("Several customers share the number; the register does not tell who was called"),
    LinkRule.NUMBER_OF_EMPLOYER: _l("The number is an employer's switchboard; anybody there may have been called"),
    LinkRule.NO_NUMBER: _l("The number that was called is not known"),
    LinkRule.WITHHELD: _l("The number that was called is not known"),  # what was withheld was ours
}

LIVE_LINK_RULES: dict[str, LazyString] = {
    LinkRule.NUMBER_OF_PERSON: _l("The number is this person's, who has no lease today"),
    LinkRule.NUMBER_SHARED_IN_LEASE: _l(
        "Several parties to one lease share the number; the register does not tell who is calling"
    ),
    LinkRule.NUMBER_SHARED: _l("Several customers share the number; the register does not tell who is calling"),
    LinkRule.NUMBER_OF_ENDED_LEASE: _l("The number is of somebody whose leases have all ended"),
    LinkRule.NUMBER_OF_EMPLOYER: _l("The number is an employer's switchboard; anybody there may be calling"),
    LinkRule.NUMBER_NOT_VALID_THEN: _l("The number is in the register, but is nobody's today"),
    LinkRule.NO_NUMBER: _l("The caller is not identified by a telephone number"),
    LinkRule.REGISTER_UNAVAILABLE: _l("The customer register does not answer now; ask who is calling"),
}

OUTBOUND_WHY_NO_AUDIO: dict[str, LazyString] = {
    Reason.DRAINED: _l(
        "The service was being stopped for maintenance, and the call ended before the customer answered."
    ),
    Reason.ABANDONED_IN_DISCLOSURE: _l(
        "The call ended before the recording disclosure had been played to its end. Recording begins only after it."
    ),
    Reason.ABANDONED_WHILE_RINGING: _l(
        "The agent hung up while the customer's phone was ringing. Recording begins only when the customer answers."
    ),
    Reason.NO_ANSWER: _l("The customer's phone rang, but nobody answered."),
    Reason.BUSY: _l("The customer's line was busy."),
    Reason.NO_AGENT: _l("No agent's phone was on line to make the call."),
}


def is_outbound(call: CallFacts) -> bool:
    """Whether we called the customer."""
    return call.direction == Direction.OUTBOUND


def link_reason(call: CallFacts) -> str:
    """Say why a call is linked as it is; without a full stop."""
    rule = call.link.rule
    own = OUTBOUND_LINK_RULES.get(rule) if is_outbound(call) else None
    return str(own or LINK_RULES.get(rule, rule))


def live_reason(rule: str) -> str:
    """Say what a number tells while the call goes on; without a full stop."""
    return str(LIVE_LINK_RULES.get(rule) or LINK_RULES.get(rule, rule))


def why_no_audio(call: CallFacts) -> str:
    """Explain why a call has no audio; nothing where its outcome has no explanation."""
    own = OUTBOUND_WHY_NO_AUDIO.get(call.reason) if is_outbound(call) else None
    return str(own or WHY_NO_AUDIO.get(call.reason, ""))


def day_passed(call: CallFacts) -> date | None:
    """Give the day as of which the register stands beside a call; None where that is today."""
    day = local_day(call.started_at)
    return None if day == local_day(parts().clock.now()) else day


def teach_call_words(app: Flask) -> None:
    """Give the words to the templates: tests, and filters of calls."""
    app.jinja_env.tests["outbound"] = is_outbound
    app.jinja_env.filters.update(
        day_passed=day_passed, link_reason=link_reason, live_reason=live_reason, why_no_audio=why_no_audio
    )

"""What is said of a candidate: the rule and the days that speak for him, in one sentence each."""

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from ledger_link.linking.link import Candidate, CandidateRule
from web.formats import date_text, period_text

# by the rule, and whether a lease speaks for him: one of our register has a number, another register's has days alone
_REASONS: dict[tuple[CandidateRule, str], LazyString] = {
    (CandidateRule.LEASE_PARTY, "named"): _l("Party to lease %(lease)s %(days)s"),
    (CandidateRule.LEASE_PARTY, ""): _l("Party to a lease %(days)s"),
    (CandidateRule.ENDED_LEASE, "named"): _l("Was party to lease %(lease)s, which ended %(day)s"),
    (CandidateRule.ENDED_LEASE, ""): _l("Was party to a lease, which ended %(day)s"),
    (CandidateRule.FORMER_NUMBER, "named"): _l("Had the number before; party to lease %(lease)s %(days)s"),
    (CandidateRule.FORMER_NUMBER, "unnamed"): _l("Had the number before; party to a lease %(days)s"),
    (CandidateRule.FORMER_NUMBER, ""): _l("Had the number before"),
    (CandidateRule.EMPLOYEE, ""): _l("Works for %(employer)s %(days)s"),
    (CandidateRule.PERSON, ""): _l("Had no lease on the day of the call"),
}

KEYS = 9  # a candidate has a key from 1 to 9, the others a button alone


def reason_text(candidate: Candidate) -> str:
    """Say why somebody is a candidate: the lease, the employer, or that the number alone speaks for him."""
    days = period_text(candidate.since, candidate.until)
    end = date_text(candidate.until) if candidate.until else ""
    told = {"lease": candidate.lease_no, "employer": candidate.employer, "days": days, "day": end}
    has_lease = "named" if candidate.lease_no else "unnamed" if candidate.since else "none"
    sentence = _REASONS.get((candidate.rule, has_lease), _REASONS.get((candidate.rule, "")))
    return str(sentence) % told


def number_text(candidate: Candidate) -> str:
    """Say from when to when the number was the candidate's, or his employer's; empty where the register does not."""
    if candidate.number_since is None and candidate.number_until is None:
        return ""
    days = period_text(candidate.number_since, candidate.number_until)
    if candidate.rule is CandidateRule.EMPLOYEE:
        return str(gettext("The employer had the number %(days)s", days=days))
    return str(gettext("Had the number %(days)s", days=days))


def teach_candidates(app: Flask) -> None:
    """Give the sentences to the templates."""
    app.jinja_env.filters.update(candidate_reason=reason_text, candidate_number=number_text)
    app.jinja_env.globals.update(candidate_keys=KEYS)

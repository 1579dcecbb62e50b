"""What is said of a candidate: the rule and the days that speak for him, in one sentence each."""

from flask import Flask
from flask_babel import gettext

from ledger_link.link import Candidate, CandidateRule
from web.formats import date_text, period_text

KEYS = 9  # a candidate has a key from 1 to 9, the others a button alone


def reason_text(candidate: Candidate) -> str:
    """Say why somebody is a candidate: the lease, the employer, or that the number alone speaks for him."""
    lease, employer = candidate.lease_no or "", candidate.employer or ""
    match candidate.rule:
        case CandidateRule.LEASE_PARTY:
            return str(gettext("Party to lease %(lease)s %(days)s", lease=lease, days=_days(candidate)))
        case CandidateRule.ENDED_LEASE:
            return str(gettext("Was party to lease %(lease)s, which ended %(day)s", lease=lease, day=_end(candidate)))
        case CandidateRule.FORMER_NUMBER if lease:
            return str(
                gettext("Had the number before; party to lease %(lease)s %(days)s", lease=lease, days=_days(candidate))
            )
        case CandidateRule.FORMER_NUMBER:
            return str(gettext("Had the number before"))
        case CandidateRule.EMPLOYEE:
            return str(gettext("Works for %(employer)s %(days)s", employer=employer, days=_days(candidate)))
        case CandidateRule.PERSON:
            return str(gettext("Had no lease on the day of the call"))


def number_text(candidate: Candidate) -> str:
    """Say from when to when the number was the candidate's, or his employer's; empty where the register does not."""
    if candidate.number_since is None and candidate.number_until is None:
        return ""
    return str(gettext("Number %(days)s", days=period_text(candidate.number_since, candidate.number_until)))


def teach_candidates(app: Flask) -> None:
    """Give the sentences to the templates."""
    app.jinja_env.filters.update(candidate_reason=reason_text, candidate_number=number_text)
    app.jinja_env.globals.update(candidate_keys=KEYS)


def _days(candidate: Candidate) -> str:
    return period_text(candidate.since, candidate.until)


def _end(candidate: Candidate) -> str:
    return date_text(candidate.until) if candidate.until else ""

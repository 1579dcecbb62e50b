"""The plan counts in the database what the run decides of each call: both come to the same."""

import random
from datetime import UTC, date, datetime, timedelta

from fixtures_rights import MORNING, Office
from sqlalchemy import Select, select

from privacy.retention.period import Period, Unit, day_in_finland
from privacy.retention.plan import Plan, plan, planned_calls
from privacy.retention.policies import Policy, Rules
from privacy.retention.retention_rows import CallDeletionRow, CallPurposeRow, HoldRow

SERVICES = {"+358102001000": ("verify",), "+358102002000": ("verify", "training"), "+358102003000": ("request",)}
CALLS = 120


def policy(number: int, purpose: str, period: Period, service: str | None = None) -> Policy:
    return Policy(id=number, service=service, purpose=purpose, period=period, reason="x", made_by="x", made_at=MORNING)


RULES = Rules(
    [
        policy(1, "verify", Period(30, Unit.DAYS)),
        policy(2, "verify", Period(1, Unit.MONTHS), "+358102001000"),
        policy(3, "training", Period(1, Unit.MONTHS)),
    ],
    services=SERVICES,
)


def make_calls(office: Office, dice: random.Random) -> None:
    """Add calls about midnight in Finland, in summer and winter; of some something is decided already."""
    for number in range(CALLS):
        began = datetime(2026, dice.choice((3, 7, 10, 11)), dice.randint(1, 30), dice.randint(19, 23), tzinfo=UTC)
        began += timedelta(minutes=dice.randint(0, 59))
        call_id = office.add_call(
            agent_id=office.sanna_id,
            service_number=dice.choice((*SERVICES, "+358999")),
            started_at=began,
            ended_at=began + timedelta(minutes=dice.randint(1, 90)),
        )
        with office.database.begin() as session:
            if number % 3 == 0:
                purpose = dice.choice(("training", "request"))
                session.add(
                    CallPurposeRow(call_id=call_id, purpose=purpose, reason="x", reserved_by="x", reserved_at=MORNING)
                )
            if number % 5 == 0:
                state, evidence = dice.choice((("scheduled", None), ("withdrawn", None), ("emptying", "{}")))
                session.add(
                    CallDeletionRow(
                        call_id=call_id,
                        state=state,
                        because="policy",
                        scheduled_at=MORNING,
                        scheduled_by="x",
                        shred_from=MORNING,
                        evidence=evidence,
                    )
                )
            if number % 7 == 0:
                session.add(
                    HoldRow(call_id=call_id, reason="x", review_on=date(2027, 1, 1), put_by="x", put_at=MORNING)
                )


def going() -> Select[str]:
    return select(CallDeletionRow.call_id).where(CallDeletionRow.state != "withdrawn")


def test_the_plan_is_the_sum_of_what_is_decided_of_each_call(office: Office) -> None:
    make_calls(office, random.Random(6))  # noqa: S311 (a draw, not a secret)
    office.clock.moment = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)  # 1.12. in Finland
    with office.database.read() as session:
        made = plan(session, rules=RULES, clock=office.clock)
        listed = set(session.scalars(going()))
        wanted = Plan(today=day_in_finland(office.clock.moment), scheduled=len(listed))
        for call in planned_calls(session, rules=RULES, today=wanted.today):
            if call.call_id not in listed:
                wanted.add(call.keeping, held=int(call.is_held), free=int(not call.is_held))
    assert made == wanted
    assert min(made.due, made.held, made.later, made.without_period, len(made.by_policy)) > 0

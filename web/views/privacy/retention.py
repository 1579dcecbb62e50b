"""Retention: how long calls are kept, what goes when, and the proof of what went."""

from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from privacy.retention.audit_detail import detail_due
from privacy.retention.halts import newest_run, standing_halts
from privacy.retention.period import day_in_finland
from privacy.retention.plan import plan as make_plan
from privacy.retention.policies import make_policy, policies, retire_policy, rules
from privacy.retention.proofs import proofs
from privacy.retention.register_rows import plan_register
from privacy.retention.row_kind import RowKind
from privacy.retention.row_list import lines, listed
from privacy.retention.row_periods import row_periods
from privacy.retention.scheduling import reserve, scheduled_calls
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from rights.listening.purposes import active_purposes, all_purposes
from web.bounds import is_number
from web.confirmation import require_confirmed
from web.forms.retention import PolicyForm, ReserveForm
from web.languages import chosen_language
from web.parts import parts
from web.row_lines import HALTED, ROW_KINDS, shown_lines
from web.visitor import actor, actor_with

blueprint = Blueprint("retention", __name__, url_prefix="/privacy/retention")

_LATE = timedelta(hours=26)  # a daily run that was not begun for so long
_MOST_SHOWN = 200


@blueprint.get("/")
def show() -> str:
    """Show the periods, what is scheduled, and the newest proofs; that it was looked at is in the audit."""
    return _page(_looker(), _form())


@blueprint.get("/plan")
def plan() -> str:
    """Tell what would go when: every call is looked at, and nothing is changed."""
    who, house = _looker(), parts()
    with house.database.begin() as rows:
        record(rows, actor=who, action=Action.RETENTION_SHOWN, detail={"page": "plan"}, clock=house.clock)
    with house.database.read() as rows:
        standing = rules(rows, services=house.service_purposes)
        made = make_plan(rows, rules=standing, clock=house.clock)
        names = all_purposes(rows)
        periods = {str(policy): policy for policy in standing.policies}
        register = plan_register(rows, house.retention_settings, clock=house.clock)
    return render_template(
        "privacy/retention_plan.html",
        plan=made,
        register=register,
        is_register_elsewhere=house.house_facts.is_register_elsewhere,
        gaps=standing.gaps(),
        periods=periods,
        purposes={code: purpose.name(chosen_language()) for code, purpose in names.items()},
        services=dict(house.services),
        row_kinds=ROW_KINDS,
    )


@blueprint.get("/list/<kind>")
def of_kind(kind: str) -> str:
    """List what goes of a kind, the first to go first, so many a page; whose data it is of is in the audit."""
    who, house, asked = _looker(), parts(), request.args.get("after", "")
    if kind not in set(RowKind):
        raise NotFoundError(what="no such list")
    after = int(asked) if is_number(asked) else 0
    today = day_in_finland(house.clock.now())
    period = next(one for one in row_periods(house.retention_settings, today=today) if one.kind == kind)
    with house.database.read() as rows:
        found = lines(rows, period, most=_MOST_SHOWN, after=after)
        shown = shown_lines(rows, period.kind, found, reader=who)
        count = listed(rows).get(period.kind)
    persons = [line.person_id for line in shown if line.person_id is not None]
    detail = {"page": "retention-list", "kind": kind}
    with house.database.begin() as rows:
        record(
            rows, actor=who, action=Action.RETENTION_SHOWN, persons=persons or None, detail=detail, clock=house.clock
        )
    return render_template(
        "privacy/retention_list.html",
        kind=period.kind,
        name=ROW_KINDS[period.kind],
        lines=shown,
        count=count.lines if count else 0,
        after=after,
        most=_MOST_SHOWN,
    )


@blueprint.post("/policies")
def add() -> AnyResponse:
    """Let a period stand; an older one for the same is retired by it."""
    who, house = actor_with(Task.MANAGE_RETENTION), parts()
    require_confirmed(back=url_for("retention.show"))
    form = _form()
    if not form.validate():
        return Response(_page(who, form), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        make_policy(
            rows,
            service=form.service.data or None,
            purpose=form.purpose.data,
            period=form.period(),
            reason=form.reason.data or "",
            by=who,
            clock=house.clock,
        )
    flash(gettext("The period stands from now on."), "good")
    return redirect(url_for("retention.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/policies/<int:policy_id>/retire")
def retire(policy_id: int) -> AnyResponse:
    """Let a period stand no longer."""
    who, house = actor_with(Task.MANAGE_RETENTION), parts()
    require_confirmed(back=url_for("retention.show"))
    with house.database.begin() as rows:
        retire_policy(rows, policy_id, by=who, clock=house.clock)
    flash(
        gettext("The period was removed. Calls that were kept for its purpose alone are kept until further notice."),
        "good",
    )
    return redirect(url_for("retention.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/reservations")
def reserve_call() -> AnyResponse:
    """Keep a call for a purpose beyond those of its service."""
    who, house = actor_with(Task.MANAGE_RETENTION), parts()
    form = _reserve_form()
    if form.validate():
        try:
            with house.database.begin() as rows:
                reserve(
                    rows,
                    form.call.data or "",
                    purpose=form.purpose.data,
                    reason=form.reason.data or "",
                    by=who,
                    clock=house.clock,
                )
        except BadDataError:
            form.call.errors = (*form.call.errors, gettext("There is no such one, or it is erased already."))
        else:
            flash(gettext("The call is kept for this purpose too."), "good")
            return redirect(url_for("retention.show"), HTTPStatus.SEE_OTHER)
    return Response(_page(who, _form(), form), HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(who: Actor, form: PolicyForm, reserve_form: ReserveForm | None = None) -> str:
    house = parts()
    with house.database.begin() as rows:
        record(rows, actor=who, action=Action.RETENTION_SHOWN, detail={"page": "retention"}, clock=house.clock)
    with house.database.read() as rows:
        standing = rules(rows, services=house.service_purposes)
        run = newest_run(rows)
        return render_template(
            "privacy/retention.html",
            form=form,
            reserve_form=reserve_form or _reserve_form(),
            is_reserving=reserve_form is not None,
            policies=policies(rows),
            settings=house.retention_settings,
            log_detail_years=house.house_facts.log_detail_years,
            going=detail_due(rows, house.house_facts.log_detail_years, clock=house.clock),
            is_register_elsewhere=house.house_facts.is_register_elsewhere,
            gaps=standing.gaps(),
            scheduled=scheduled_calls(rows, most=_MOST_SHOWN),
            listed=listed(rows),
            row_kinds=ROW_KINDS,
            halted=HALTED,
            proofs=proofs(rows, most=20),
            run=run,
            halts=standing_halts(rows),
            is_late=run is None or run.began_at < house.clock.now() - _LATE,
            purposes={code: purpose.name(chosen_language()) for code, purpose in all_purposes(rows).items()},
            services=dict(house.services),
        )


def _form() -> PolicyForm:
    house = parts()
    with house.database.read() as rows:
        purposes = active_purposes(rows)
    return PolicyForm(services=house.services, purposes=purposes, language=chosen_language())


def _reserve_form() -> ReserveForm:
    with parts().database.read() as rows:
        return ReserveForm(purposes=active_purposes(rows), language=chosen_language())


def _looker() -> Actor:
    """Give who asks, if he manages retention or holds; the page does not exist for others, and their try is audited."""
    who, house = actor(), parts()
    with audited_refusals(house.database, who, wanted="retention", clock=house.clock):
        if not (who.may(Task.MANAGE_RETENTION) or who.may(Task.MANAGE_HOLDS)):
            raise NotFoundError(what="no such page")
    return who

"""The privacy officer's board of data subjects' cases, and taking a new request in."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError
from privacy.cases.board import view_board
from privacy.cases.case_words import CaseKind, Channel
from privacy.cases.clocks import Urgency
from privacy.cases.intake import (
    Subject,
    number_in_register,
    open_case,
    subject_agent,
    subject_by_number,
    subject_in_register,
    subject_outside,
)
from rights.access.tasks import Task
from web.bounds import is_number
from web.choices import all_agents
from web.formats import local_day
from web.forms.cases import EMPLOYEE, IN_REGISTER, IntakeForm
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("cases", __name__, url_prefix="/privacy/cases")


@blueprint.get("/")
def show() -> str:
    """List the cases, the most urgent first; that they were looked at is in the audit."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    chosen, mine, is_over = request.args.get("urgency"), "mine" in request.args, "over" in request.args
    urgency = Urgency(chosen) if chosen in set(Urgency) else None
    board = view_board(
        house.database,
        who,
        is_over=is_over,
        urgency=urgency,
        assigned_to=who.account_id if mine else None,
        clock=house.clock,
    )
    shown = [Urgency.OVERDUE, Urgency.PROMISE_BROKEN, Urgency.SOON, Urgency.IN_TIME, Urgency.PAUSED]
    return render_template(
        "privacy/cases.html", board=board, urgency=urgency, mine=mine, is_over=is_over, urgencies=shown
    )


@blueprint.get("/new")
def ask() -> str:
    """Ask for a new request; a person's page brings the person along."""
    actor_with(Task.HANDLE_CASES)
    return render_template("privacy/case_new.html", form=_form(request.args.get("person")))


@blueprint.post("/new")
def add() -> AnyResponse:
    """Open the case."""
    who, house, form = actor_with(Task.HANDLE_CASES), parts(), _form()
    if form.validate():
        with house.database.begin() as rows:
            subject = _subject(rows, form)
            if subject is not None:
                case = open_case(
                    rows,
                    subject,
                    kind=CaseKind(form.kind.data),
                    channel=Channel(form.channel.data),
                    received_on=form.day(),
                    request=form.request.data,
                    language=form.language.data,
                    reply_to=form.reply_to.data or "",
                    identity=form.method(),
                    by=who,
                    clock=house.clock,
                )
                flash(gettext("The case %(number)s was opened.", number=case.case_no))
                return redirect(url_for("case.show", case_no=case.case_no), HTTPStatus.SEE_OTHER)
    return Response(render_template("privacy/case_new.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY)


def _subject(rows: Session, form: IntakeForm) -> Subject | None:
    """Find whom the request is about; None where there is nobody of the number, which its field then says."""
    if form.subject.data == EMPLOYEE:
        return subject_agent(rows, form.agent_id.data)
    if form.subject.data != IN_REGISTER:
        return subject_outside(form.name.data, language=form.language.data)
    try:
        return subject_by_number(rows, form.person_no.data)
    except BadDataError:
        form.person_no.errors = [gettext("Nobody in the register has this number.")]
        return None


def _form(person: str | None = None) -> IntakeForm:
    house = parts()
    with house.database.read() as rows:
        agents = all_agents(rows)
        known: dict[str, object] = {}
        if person is not None and is_number(person):
            found = int(person)
            known = {
                "person_no": number_in_register(rows, found),
                "language": subject_in_register(rows, found).language,
            }
    return IntakeForm(agents=agents, today=local_day(house.clock.now()), data=known)

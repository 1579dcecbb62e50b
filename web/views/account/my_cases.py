"""An employee's own requests about himself: asking, and seeing how far they are."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from ledger_link.values.day import day_of
from privacy.cases.case_words import CaseKind
from privacy.cases.intake import begin_own_case, own_cases
from web.forms.cases import OwnCaseForm
from web.languages import chosen_language
from web.parts import parts
from web.visitor import staff

blueprint = Blueprint("my_cases", __name__, url_prefix="/account/requests")


@blueprint.get("")
def show() -> str:
    """Show the visitor's own requests, and a form for a new one."""
    return _page(OwnCaseForm())


@blueprint.post("")
def add() -> AnyResponse:
    """Begin a request about oneself."""
    who, house, form = staff(), parts(), OwnCaseForm()
    if not form.validate():
        return Response(_page(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    with house.database.begin() as rows:
        case = begin_own_case(
            rows,
            kind=CaseKind(form.kind.data),
            request=form.request.data,
            language=chosen_language(),
            by=who,
            clock=house.clock,
        )
    flash(gettext("Your request %(number)s was received.", number=case.case_no))
    return redirect(url_for("my_cases.show"), HTTPStatus.SEE_OTHER)


def _page(form: OwnCaseForm) -> str:
    who, house = staff(), parts()
    with house.database.read() as rows:
        cases = own_cases(rows, who)
    return render_template("account/my_cases.html", form=form, cases=cases, today=day_of(house.clock.now()))

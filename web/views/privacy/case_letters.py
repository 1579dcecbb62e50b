"""Letters of a case as PDF: asking for identity, telling of an extension, telling the decision, covering the copy."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError, RefusedError
from privacy.cases.case import case_of
from privacy.cases.handlers import handled_row
from privacy.cases.letter import Enclosed, LetterKind, Sender, letter_pdf
from privacy.cases.lifting import lifting_reasons
from privacy.cases.telling import concealment_for, told_case
from privacy.copies.copies import copies_of
from privacy.copies.copy_state import CopyState
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from web.document_labels import missing_said
from web.formats import local_day
from web.parts import parts
from web.visitor import actor_with

blueprint = Blueprint("case_letters", __name__, url_prefix="/privacy/cases/<case_no>/letters")


@blueprint.get("/<kind>.pdf")
def letter(case_no: str, kind: str) -> AnyResponse:
    """Give a letter to be printed or sent; that it was made is in the audit. Without a sender there is none."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    if kind not in set(LetterKind):
        raise NotFoundError(what="no such letter")
    controller = house.house_facts.controller
    if missing := controller.missing():
        flash(
            gettext(
                "No letter can be written while the controller is not named. Ask the administrator to add to the"
                " settings: %(missing)s.",
                missing=", ".join(f"{words} ({setting})" for words, setting in missing_said(missing)),
            ),
            "warn",
        )
        return redirect(url_for("case.show", case_no=case_no), HTTPStatus.SEE_OTHER)
    with house.database.read() as rows:
        row = handled_row(rows, who, case_no)
        persons = [row.person_id] if row.person_id is not None else []
        whole = case_of(row)
        concealment = concealment_for(rows, who, persons)
        case = told_case(whole, concealment)
        lifting = lifting_reasons(rows, row)
        is_told = concealment.of(lifting) == lifting
        if (case.decision, case.extension) != (whole.decision, whole.extension) or not is_told:
            raise RefusedError(
                what="the letter tells what a non-disclosure order hides",
                where=case_no,
                remedy="let somebody make it who may be told",
            )
        enclosed = _enclosed(rows, case_no)
    pdf = letter_pdf(
        case,
        LetterKind(kind),
        sender=Sender.of(controller),
        on=local_day(house.clock.now()),
        ombudsman=house.house_facts.ombudsman,
        lifting=lifting,
        enclosed=enclosed,
    )
    with house.database.begin() as rows:  # now that there is one: what could not be made is in no log
        detail = {"case": case_no, "letter": kind}
        record(rows, actor=who, action=Action.CASE_SHOWN, persons=persons or None, detail=detail, clock=house.clock)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{case_no}-{kind}.pdf"'
    return answer


def _enclosed(rows: Session, case_no: str) -> Enclosed | None:
    """Give the copy that goes with a covering letter: the one that may be handed over now."""
    for copy in copies_of(rows, case_no):
        if copy.state is CopyState.RELEASED and copy.sha256 is not None and copy.manifest_sha256 is not None:
            return Enclosed(copy.file_name, copy.sha256, copy.manifest_sha256, copy.has_passphrase)
    return None

"""A handler's word that nothing else of a call has to be masked, and what of the call he has heard in the request."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from privacy.cases.typed_text import LINE_MAX_CHARS
from privacy.copies.masks import masks_of
from privacy.copies.reviews import NotHeardError, say_calls_reviewed
from rights.access.tasks import Task
from web.copied_call import copied_call, facts_of_word
from web.forms.page_form import posted_line
from web.parts import parts
from web.seen import is_as_seen, seen_mark
from web.visitor import actor_with

blueprint = Blueprint("call_word", __name__, url_prefix="/privacy/cases/<case_no>/calls/<call:call_id>/masks")


@blueprint.get("/heard")
def show(case_no: str, call_id: str) -> str:
    """Give what was heard, and the form of the word, to be put into the page again after some listening."""
    who = actor_with(Task.HANDLE_CASES)
    call = copied_call(who, case_no, call_id)
    return render_template("privacy/call_word.html", call=call, **facts_of_word(who, case_no, call_id))


@blueprint.post("/reviewed")
def say(case_no: str, call_id: str) -> AnyResponse:
    """Keep that the visitor says that nothing else of the call has to be masked than the page showed."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    copied_call(who, case_no, call_id)
    because = posted_line("because", most=LINE_MAX_CHARS)
    page = url_for("masks.show", case_no=case_no, call_id=call_id, _anchor="review")
    try:
        with house.database.begin() as rows:
            if not is_as_seen(seen_mark(one.id for one in masks_of(rows, case_no).get(call_id, ()))):
                flash(gettext("Masks have changed since the page was loaded. Look at them again."), "warn")
                return redirect(page, HTTPStatus.SEE_OTHER)
            say_calls_reviewed(rows, case_no, [call_id], because=because, by=who, clock=house.clock)
    except NotHeardError as error:
        flash(_not_heard(error), "warn")
        return redirect(page, HTTPStatus.SEE_OTHER)
    flash(gettext("It is kept that you said so."), "good")
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


def _not_heard(error: NotHeardError) -> str:
    words: str = (
        gettext("You have not heard the call in this request. Listen to it first.")
        if error.is_nothing_heard
        else gettext("You have not heard all of the call. Listen to the rest, or write why it need not be heard.")
    )
    return words

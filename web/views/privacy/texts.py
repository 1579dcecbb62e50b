"""Looking through the texts of a case's copy, saying so, and blacking out what they tell of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError
from ledger_link.undisclosed.concealment import CONCEALED, Concealment
from privacy.cases.case import Case, case_of
from privacy.cases.case_words import CaseKind
from privacy.cases.gathering import gather
from privacy.cases.handlers import handled_row
from privacy.cases.telling import concealment_for
from privacy.copies.blackouts import MarkedBlackout, black_out, blackouts_of, show_again
from privacy.copies.copied_case import MAY_CHANGE
from privacy.copies.copy_texts import CopyText, pieces_of, texts_of
from privacy.copies.reviews import Review, Reviews, reviews_of, say_texts_reviewed
from rights.access.actor import Actor
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from web.account_names import account_names
from web.copy_text_labels import place_said
from web.forms.blackout import BlackoutForm
from web.parts import parts
from web.seen import is_as_seen, seen_mark
from web.visitor import actor_with

blueprint = Blueprint("texts", __name__, url_prefix="/privacy/cases/<case_no>/texts")


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as the page shows it: ``pieces`` are its parts, each with whether it is blacked out.

    ``is_hidden`` where it would tell what a turvakielto hides, and the visitor may not be told.
    """

    key: str
    place: str
    pieces: tuple[tuple[str, bool], ...]
    blackouts: tuple[MarkedBlackout, ...]
    words: tuple[str, ...]
    review: Review | None
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """What a case's copy would have in texts, gathered once for a whole answer."""

    case: Case
    texts: tuple[CopyText, ...]
    concealment: Concealment

    def is_hidden(self, text: CopyText) -> bool:
        return self.concealment.of(text.text) == CONCEALED

    def may_be_seen(self) -> list[str]:
        return [text.key for text in self.texts if not self.is_hidden(text)]


@blueprint.get("")
def show(case_no: str) -> str:
    """Show every free text that a copy of the case would have; that they were looked at is in the audit."""
    return _page(_gathered(actor_with(Task.HANDLE_CASES), case_no), BlackoutForm())


@blueprint.post("")
def add(case_no: str) -> AnyResponse:
    """Black out words of one text."""
    who, house, form = actor_with(Task.HANDLE_CASES), parts(), BlackoutForm()
    found = _gathered(who, case_no)
    if form.validate():
        text = next((one for one in found.texts if one.key == form.text_key.data), None)
        if text is None or found.is_hidden(text):
            raise NotFoundError(what="no such text in the copy")
        try:
            with house.database.begin() as rows:
                count = black_out(rows, case_no, text, form.words.data, reason=form.why(), by=who, clock=house.clock)
        except BadDataError:
            form.words.errors = [gettext("These words do not stand in the text, or are blacked out already.")]
        else:
            flash(ngettext("Blacked out in one place.", "Blacked out in %(num)d places.", count), "good")
            return redirect(url_for("texts.show", case_no=case_no, _anchor=f"t-{text.key[:12]}"), HTTPStatus.SEE_OTHER)
    return Response(_page(found, form), HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/reviewed")
def reviewed(case_no: str) -> AnyResponse:
    """Keep that the visitor has looked the texts of the page through: those that it showed him, and no others."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    found = _gathered(who, case_no)
    with house.database.begin() as rows:
        if not is_as_seen(_seen(found, blackouts_of(rows, case_no))):
            flash(gettext("The texts have changed since the page was loaded. Look the new ones through."), "warn")
            return redirect(url_for("texts.show", case_no=case_no), HTTPStatus.SEE_OTHER)
        say_texts_reviewed(rows, case_no, found.may_be_seen(), by=who, clock=house.clock)
    flash(gettext("It is kept that you looked the texts through."), "good")
    return redirect(url_for("copies.show", case_no=case_no, _anchor="order"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<int:blackout_id>/remove")
def remove(case_no: str, blackout_id: int) -> AnyResponse:
    """Let words be read again."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    with house.database.begin() as rows:
        show_again(rows, case_no, blackout_id, by=who, clock=house.clock)
    flash(gettext("The words can be read again in the copies that are made from now on."))
    return redirect(url_for("texts.show", case_no=case_no), HTTPStatus.SEE_OTHER)


def _gathered(who: Actor, case_no: str) -> _Found:
    house = parts()
    with audited_refusals(house.database, who, wanted="texts", clock=house.clock), house.database.begin() as rows:
        row = handled_row(rows, who, case_no)
        if row.kind != CaseKind.ACCESS:
            raise NotFoundError(what="no copy is made of this case", where=case_no)
        persons = [row.person_id] if row.person_id is not None else []
        detail = {"case": case_no}
        record(rows, actor=who, action=Action.CASE_GATHERED, persons=persons or None, detail=detail, clock=house.clock)
        texts = texts_of(gather(rows, house.keys, case_no, clock=house.clock))
        return _Found(case_of(row), texts, concealment_for(rows, who, persons))


def _page(found: _Found, form: BlackoutForm) -> str:
    case_no = found.case.case_no
    with parts().database.read() as rows:
        marked, reviews = blackouts_of(rows, case_no), reviews_of(rows, case_no)
        said_by = [review.said_by for review in reviews.texts.values()]
        names = account_names(rows, [*(one.marked_by for one in marked), *said_by])
    known = {text.key for text in found.texts}
    shown = [_shown(text, marked, reviews, is_hidden=found.is_hidden(text)) for text in found.texts]
    return render_template(
        "privacy/texts.html",
        case=found.case,
        case_no=case_no,
        shown=shown,
        gone=[one for one in marked if one.blackout.text_key not in known],
        place_said=place_said,
        names=names,
        may_change=found.case.state in MAY_CHANGE,
        form=form,
        count=len(marked),
        seen=_seen(found, marked),
        waiting=sum(text.review is None and not text.is_hidden for text in shown),
        hidden=sum(text.review is None and text.is_hidden for text in shown),
    )


def _seen(found: _Found, marked: Sequence[MarkedBlackout]) -> str:
    return seen_mark([*found.may_be_seen(), *(one.id for one in marked)])


def _shown(text: CopyText, marked: Sequence[MarkedBlackout], reviews: Reviews, *, is_hidden: bool) -> ShownText:
    own = tuple(one for one in marked if one.blackout.text_key == text.key)
    pieces = pieces_of(text.text, (one.blackout for one in own))
    return ShownText(
        key=text.key,
        place=text.place,
        pieces=() if is_hidden else tuple((words, span is not None) for words, span in pieces),
        blackouts=() if is_hidden else own,
        words=tuple(text.text[one.blackout.from_char : one.blackout.to_char] for one in own),
        review=reviews.texts.get(text.key),
        is_hidden=is_hidden,
    )

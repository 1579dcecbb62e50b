"""The copies of a case: ordering one, how far it is, its release, its download, its passphrase."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import BadDataError, NotFoundError, RefusedError
from privacy.cases.case import case_of
from privacy.cases.case_calls import CaseCall, calls_of_case, waiting_calls
from privacy.cases.case_rows import CaseRow
from privacy.cases.found_calls import follow_links
from privacy.cases.handlers import handled_row
from privacy.cases.moves import State
from privacy.copies.blackouts import blackouts_of
from privacy.copies.copied_case import MAY_CHANGE
from privacy.copies.copies import Copy, copies_of, passphrase_of, release, withdraw
from privacy.copies.copy_door import heard_calls
from privacy.copies.copy_state import CopyState, CopyStateError
from privacy.copies.heard import Heard, heard_of
from privacy.copies.masks import masks_of
from privacy.copies.ordering import order_copy
from privacy.copies.release_checks import is_current
from privacy.copies.reviews import NotReviewedError, reviews_of, say_calls_reviewed
from privacy.copies.statements import unpublished_for
from privacy.copies.stored_copy import download
from privacy.documents.text import TITLES
from rights.access.actor import Actor
from rights.access.approvals import is_usable
from rights.access.deeds import Deed
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from web.account_names import account_names
from web.confirmation import require_confirmed
from web.errors import answer
from web.forms.mask import CopyForm
from web.languages import chosen_language
from web.parts import parts
from web.seen import is_as_seen, seen_mark
from web.visitor import actor_with

blueprint = Blueprint("copies", __name__, url_prefix="/privacy/cases/<case_no>/copies")


@blueprint.errorhandler(CopyStateError)
def changed(_error: CopyStateError) -> Response:
    """Say that another was faster, or that the page is old."""
    return answer(
        HTTPStatus.CONFLICT,
        words=(
            gettext("The copy is not where it was"),
            gettext("Somebody changed it meanwhile, or it is over. Go back, reload the page and see where it stands."),
        ),
    )


@blueprint.get("")
def show(case_no: str) -> str:
    """Show what goes into a copy, and the copies that were made."""
    return _page(actor_with(Task.HANDLE_CASES), case_no, CopyForm())


@blueprint.get("/list")
def listed(case_no: str) -> str:
    """Give the list of copies alone, to be put into the page again while one is made."""
    who = actor_with(Task.HANDLE_CASES)
    return render_template("privacy/copy_list.html", case_no=case_no, **_standing(who, case_no))


@blueprint.post("")
def order(case_no: str) -> AnyResponse:
    """Order a copy."""
    who, house, form = actor_with(Task.HANDLE_CASES), parts(), CopyForm()
    if form.validate():
        try:
            with house.database.begin() as rows:
                order_copy(rows, case_no, recipient=form.recipient.data, keys=house.keys, by=who, clock=house.clock)
        except NotReviewedError as error:
            return Response(_page(who, case_no, form, unreviewed=error), HTTPStatus.UNPROCESSABLE_ENTITY)
        except BadDataError as error:
            form.recipient.errors = [_why(error)]
        else:
            flash(gettext("The copy is ordered. The house makes it; this page shows how far it is."))
            return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)
    return Response(_page(who, case_no, form), HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post("/calls-reviewed")
def calls_reviewed(case_no: str) -> AnyResponse:
    """Keep that the visitor says that nothing else has to be masked, of every call that he has heard to its end."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    with house.database.begin() as rows:
        row = handled_row(rows, who, case_no)
        calls = calls_of_case(rows, row.id, included_only=True)
        sayable = _hearing(rows, row, calls, who).sayable
        if not is_as_seen(_seen(rows, case_no, sayable)):
            flash(gettext("Calls or masks have changed since the page was loaded. Look at them again."), "warn")
        elif sayable:
            say_calls_reviewed(rows, case_no, sayable, by=who, clock=house.clock)
            flash(gettext("It is kept that you said so."), "good")
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:copy_id>/release")
def let_out(case_no: str, copy_id: UUID) -> AnyResponse:
    """Release a copy that a second person approved."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    require_confirmed(back=url_for("copies.show", case_no=case_no))
    _own(who, case_no, copy_id)
    try:
        with house.database.begin() as rows:
            release(rows, str(copy_id), by=who, clock=house.clock)
    except BadDataError:
        return _older(case_no)
    except RefusedError:
        flash(
            gettext(
                "A second person has not approved this copy yet, another asked for it than you, or the person whom the"
                " request is about approved it."
            ),
            "warn",
        )
    else:
        flash(gettext("The copy may be handed over now."))
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:copy_id>/withdraw")
def take_back(case_no: str, copy_id: UUID) -> AnyResponse:
    """End a copy that is not wanted."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    _own(who, case_no, copy_id)
    with house.database.begin() as rows:
        withdraw(rows, str(copy_id), by=who, clock=house.clock)
    flash(gettext("The copy is withdrawn, and nobody can open it any more."))
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


@blueprint.post("/<uuid:copy_id>/passphrase")
def passphrase(case_no: str, copy_id: UUID) -> AnyResponse:
    """Show the passphrase of a released copy once; that it was shown is in the audit."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    require_confirmed(back=url_for("copies.show", case_no=case_no))
    _own(who, case_no, copy_id)
    try:
        with (
            audited_refusals(house.database, who, wanted="passphrase", clock=house.clock),
            house.database.begin() as rows,
        ):
            told = passphrase_of(rows, str(copy_id), keys=house.keys, by=who, clock=house.clock)
    except BadDataError:
        return _older(case_no)
    return Response(render_template("privacy/copy_passphrase.html", case_no=case_no, passphrase=told))


@blueprint.post("/<uuid:copy_id>/file")
def file(case_no: str, copy_id: UUID) -> AnyResponse:
    """Give the encrypted package; that it was taken is in the audit before its first byte."""
    who, house = actor_with(Task.HANDLE_CASES), parts()
    require_confirmed(back=url_for("copies.show", case_no=case_no))
    _own(who, case_no, copy_id)
    try:
        with audited_refusals(house.database, who, wanted="copy", clock=house.clock):
            opened = download(
                house.database, str(copy_id), objects=house.objects, keys=house.keys, by=who, clock=house.clock
            )
    except BadDataError:
        return _older(case_no)
    response = Response(opened.pieces(), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{opened.copy.file_name}"'
    response.headers["Content-Length"] = str(opened.reader.size_bytes)
    return response


def _older(case_no: str) -> AnyResponse:
    """Say that a copy is older than its case, on the page of copies."""
    flash(
        gettext(
            "The request has changed since this copy was made: a call was taken in or left out or its link was"
            " corrected, or masks or blacked out words were changed. Withdraw the copy and order a new one."
        ),
        "warn",
    )
    return redirect(url_for("copies.show", case_no=case_no), HTTPStatus.SEE_OTHER)


def _own(who: Actor, case_no: str, copy_id: UUID) -> Copy:
    """See that a copy is of this case, and the case his to handle."""
    found = next((copy for copy in _copies(who, case_no) if copy.id == str(copy_id)), None)
    if found is None:
        raise NotFoundError(what="no such copy")
    return found


def _copies(who: Actor, case_no: str) -> list[Copy]:
    house = parts()
    with audited_refusals(house.database, who, wanted="copies", clock=house.clock), house.database.read() as rows:
        handled_row(rows, who, case_no)
        return list(copies_of(rows, case_no))


def _standing(who: Actor, case_no: str) -> dict[str, object]:
    """Give the copies of a case, and which of them wait for nothing but their release or are older than the case."""
    house, copies = parts(), _copies(who, case_no)
    with house.database.begin() as rows:  # what may be used is locked while it is read
        approved = {
            copy.id
            for copy in copies
            if copy.state is CopyState.MADE
            and is_usable(
                rows,
                deed=Deed.DELIVER_COPY,
                subject=case_no,
                by=who,
                clock=house.clock,
                detail={"copy": copy.id, "sha256": copy.sha256},
            )
        }
        older = {
            copy.id
            for copy in copies
            if copy.is_kept and not is_current(rows, case_no, copy.id, ordered_at=copy.ordered_at)
        }
        names = account_names(rows, [copy.ordered_by for copy in copies])
    return {"copies": copies, "approved": approved, "older": older, "names": names}


def _follow_links(who: Actor, case_no: str) -> None:
    """Let the list of an open case be as the links are now: what is masked and ordered is what may be released."""
    house = parts()
    with audited_refusals(house.database, who, wanted="copies", clock=house.clock), house.database.begin() as rows:
        row = handled_row(rows, who, case_no, for_change=True)
        if State(row.state).is_open:
            follow_links(rows, row)


@dataclass(frozen=True, slots=True)
class _Hearing:
    """Of a case's calls: those of which nobody gave his word, those that the visitor hears, and what he heard."""

    unsaid: Sequence[CaseCall]
    hears: Collection[str]
    heard: Mapping[str, Heard]

    @property
    def sayable(self) -> list[str]:
        """Give the calls on which the visitor may give his word at once: he has heard them to their end."""
        ids = [call.call_id for call in self.unsaid]
        return [one for one in ids if one in self.hears and self.heard[one].heard_ms and not self.heard[one].left_ms]


def _hearing(rows: Session, row: CaseRow, calls: Iterable[CaseCall], who: Actor) -> _Hearing:
    said = reviews_of(rows, row.case_no).calls
    unsaid = [call for call in calls if call.has_audio and call.call_id not in said]
    heard = heard_of(rows, row.case_no, [call.call_id for call in unsaid], by=who)
    return _Hearing(unsaid, heard_calls(rows, row, who), heard)


def _seen(rows: Session, case_no: str, call_ids: Iterable[str]) -> str:
    """Mark some calls with their masks."""
    masks = masks_of(rows, case_no)
    return seen_mark(f"{call_id} {[one.id for one in masks.get(call_id, ())]}" for call_id in call_ids)


def _page(who: Actor, case_no: str, form: CopyForm, *, unreviewed: NotReviewedError | None = None) -> str:
    house = parts()
    _follow_links(who, case_no)
    standing = _standing(who, case_no)
    with house.database.read() as rows:
        row = handled_row(rows, who, case_no)
        case, calls = case_of(row), calls_of_case(rows, row.id, included_only=True)
        masks, waiting = masks_of(rows, case_no), waiting_calls(rows, row.id)
        blackouts = len(blackouts_of(rows, case_no))
        unpublished = unpublished_for(rows, case.subject_kind)
        reviews = reviews_of(rows, case_no)
        hearing = _hearing(rows, row, calls, who)
        said = [*reviews.texts.values(), *reviews.calls.values()]
        reviewers, seen = account_names(rows, [one.said_by for one in said]), _seen(rows, case_no, hearing.sayable)
    may_order = case.kind == "access" and case.state in MAY_CHANGE and not case.is_declined and not waiting
    return render_template(
        "privacy/copies.html",
        case=case,
        case_no=case_no,
        calls=calls,
        masks=masks,
        blackouts=blackouts,
        waiting=waiting,
        unpublished=[TITLES[kind][chosen_language()] for kind in unpublished],
        may_order=may_order,
        may_mask=case.state in MAY_CHANGE,
        reviews=reviews,
        texts_said=max(reviews.texts.values(), key=lambda review: review.said_at, default=None),
        unsaid=hearing.unsaid,
        sayable=hearing.sayable,
        hears=hearing.hears,
        heard=hearing.heard,
        unreviewed=unreviewed,
        reviewers=reviewers,
        seen=seen,
        form=form,
        **standing,
    )


def _why(error: BadDataError) -> str:
    words: str = (
        gettext("This is no public key of age. It begins with age1 and has 62 characters.")
        if error.where == "recipient"
        else gettext("No copy can be ordered now: see whose the calls are, and whether one is being made.")
    )
    return words

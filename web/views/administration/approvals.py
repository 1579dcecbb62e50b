"""Approvals: what waits for a second person, and what became of what one asked for oneself."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from rights.access.actor import Actor
from rights.access.approvals import Approval, asked_by, may_decide, waiting_for
from rights.access.deciding import decide_and_do
from rights.access.deeds import Deed
from rights.access.grants import account_of_grant, permit_of_grant, valid_until_of_grant
from rights.access.permit import Permit
from rights.access.scope import TEAM
from rights.identity.accounts import Account, account_by_id
from web.access_words import team_lines
from web.approval_line import Line
from web.approval_words import lines_of
from web.confirmation import require_confirmed
from web.forms.approval import APPROVE, ApprovalForm
from web.one_time_link_page import link_page
from web.parts import parts
from web.visitor import actor, visitor

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")


@dataclass(frozen=True, slots=True)
class Shown:
    """What waits: a grant with its account and permit, and its teams in ``lines``; or what another deed is in these."""

    approval: Approval
    account: Account | None = None
    permit: Permit | None = None
    lines: tuple[Line, ...] = ()


@blueprint.get("/")
def show() -> str:
    """List what waits for this person, and what this person asked for."""
    who = actor()
    with parts().database.read() as rows:
        return _page(rows, who, ApprovalForm())


@blueprint.post("/<int:approval_id>")
def decide(approval_id: int) -> AnyResponse:
    """Approve or refuse."""
    who, house = actor(), parts()
    require_confirmed(back=url_for("approvals.show"), fully=True)
    form = ApprovalForm()
    with house.database.begin() as rows:
        if not form.validate():
            return Response(_page(rows, who, form, deciding=approval_id), HTTPStatus.UNPROCESSABLE_ENTITY)
        is_approved = form.verdict.data == APPROVE
        decided = decide_and_do(
            rows,
            approval_id,
            is_approved=is_approved,
            note=form.note.data or "",
            by=who,
            clock=house.clock,
            audit_key=house.audit_key,
        )
        if decided.link is not None:
            account = account_by_id(rows, account_of_grant(decided.approval), clock=house.clock)
            return Response(
                link_page(account, decided.link, to=url_for("approvals.show"), told=gettext("To approvals"))
            )
    flash(gettext("It was approved.") if is_approved else gettext("It was refused."))
    return redirect(url_for("approvals.show"), HTTPStatus.SEE_OTHER)


def teach_approvals(app: Flask) -> None:
    """Let every page's menu tell how much waits."""
    app.jinja_env.globals.update(may_decide=may_decide, waiting_count=waiting_count)


def waiting_count() -> int:
    """Count what waits for the visitor, once a request; nothing for who approves nothing."""
    who = visitor()
    if who is None or not may_decide(who):
        return 0
    if "waiting_count" not in g:
        with parts().database.read() as rows:
            g.waiting_count = len(_others(rows, who))
    return int(g.waiting_count)


def _others(rows: Session, who: Actor) -> list[Approval]:
    """Give what waits and was asked for by somebody else."""
    return [one for one in waiting_for(rows, by=who, clock=parts().clock) if one.asked_by != who.login]


def _page(rows: Session, who: Actor, form: ApprovalForm, *, deciding: int | None = None) -> str:
    return render_template(
        "administration/approvals.html",
        waiting=[_shown(rows, one, who) for one in _others(rows, who)],
        asked=[_shown(rows, one, who) for one in asked_by(rows, by=who)],
        form=form,
        deciding=deciding,
        decides=may_decide(who),
        now=parts().clock.now(),
        valid_until=valid_until_of_grant,
    )


def _shown(rows: Session, approval: Approval, who: Actor) -> Shown:
    if approval.deed is not Deed.GRANT_LISTENING:
        return Shown(approval, lines=lines_of(rows, approval, reader=who))
    account = account_by_id(rows, account_of_grant(approval), clock=parts().clock)
    permit = permit_of_grant(approval)
    teams = tuple(team_lines(rows, account.id)) if permit.scope == TEAM else ()
    return Shown(approval, account=account, permit=permit, lines=teams)

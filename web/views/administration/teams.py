"""Teams: whose calls a supervisor of a team may reach."""

from datetime import datetime, time
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from ledger_link.values.day import HELSINKI
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.team_widening import hearers_of_teams, leaders_who_hear, waiting_for_team
from rights.access.teams import (
    add_leader,
    add_member,
    add_team,
    all_teams,
    end_leader,
    end_member,
    end_team,
    get_team,
)
from rights.identity.accounts import list_accounts
from web.access_words import widening_lines
from web.choices import all_agents
from web.confirmation import require_confirmed
from web.formats import local_day
from web.forms.team import LeaderForm, MemberForm, TeamForm
from web.parts import parts
from web.views.accounts import administrator

blueprint = Blueprint("teams", __name__, url_prefix="/teams")


@blueprint.get("/")
def show() -> str:
    """List the teams."""
    who = administrator()
    with parts().database.read() as rows:
        return _list(rows, who, TeamForm())


@blueprint.post("/")
def add() -> AnyResponse:
    """Make a team."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        form = TeamForm(taken={team.name for team in all_teams(rows, by=who) if team.ended_at is None})
        if not form.validate():
            return Response(_list(rows, who, form), HTTPStatus.UNPROCESSABLE_ENTITY)
        team_id = add_team(rows, name=form.name.data, by=who, clock=house.clock)
    flash(gettext("The team was added. Now choose who is in it and who leads it."))
    return _to(team_id)


@blueprint.get("/<int:team_id>")
def edit(team_id: int) -> str:
    """Show one team."""
    who = administrator()
    with parts().database.read() as rows:
        return _page(rows, who, team_id, _member_form(rows, team_id), _leader_form(rows, who))


@blueprint.post("/<int:team_id>/members")
def member(team_id: int) -> AnyResponse:
    """Put an agent into the team."""
    who, house = administrator(), parts()
    require_confirmed(back=url_for("teams.edit", team_id=team_id), fully=True)
    with house.database.begin() as rows:
        form = _member_form(rows, team_id)
        if not form.validate():
            page = _page(rows, who, team_id, form, _leader_form(rows, who))
            return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        since = datetime.combine(form.since.data, time(), tzinfo=HELSINKI) if form.since.data else None
        asked = add_member(
            rows,
            team_id,
            agent_id=form.agent_id.data,
            since=since,
            reason=form.member_reason.data or "",
            by=who,
            clock=house.clock,
        )
    _tell(asked, gettext("The agent is in the team."))
    return _to(team_id)


@blueprint.post("/<int:team_id>/members/<int:member_id>/end")
def remove_member(team_id: int, member_id: int) -> AnyResponse:
    """Take an agent out of the team."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        end_member(rows, team_id, member_id=member_id, by=who, clock=house.clock)
    flash(gettext("The agent is no longer in the team. The calls until now stay the team's."))
    return _to(team_id)


@blueprint.post("/<int:team_id>/leaders")
def leader(team_id: int) -> AnyResponse:
    """Let an account lead the team."""
    who, house = administrator(), parts()
    require_confirmed(back=url_for("teams.edit", team_id=team_id), fully=True)
    with house.database.begin() as rows:
        form = _leader_form(rows, who)
        if not form.validate():
            page = _page(rows, who, team_id, _member_form(rows, team_id), form)
            return Response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
        asked = add_leader(
            rows,
            team_id,
            account_id=form.account_id.data,
            reason=form.leader_reason.data or "",
            by=who,
            clock=house.clock,
        )
    _tell(asked, gettext("The account leads the team, and logs in anew now."))
    return _to(team_id)


@blueprint.post("/<int:team_id>/leaders/<int:leader_id>/end")
def remove_leader(team_id: int, leader_id: int) -> AnyResponse:
    """Let an account no longer lead the team."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        end_leader(rows, team_id, leader_id=leader_id, by=who, clock=house.clock)
    flash(gettext("The account no longer leads the team."))
    return _to(team_id)


@blueprint.post("/<int:team_id>/end")
def end(team_id: int) -> AnyResponse:
    """Dissolve the team."""
    who, house = administrator(), parts()
    with house.database.begin() as rows:
        end_team(rows, team_id, by=who, clock=house.clock)
    flash(gettext("The team was dissolved."))
    return redirect(url_for("teams.show"), HTTPStatus.SEE_OTHER)


def _to(team_id: int) -> AnyResponse:
    return redirect(url_for("teams.edit", team_id=team_id), HTTPStatus.SEE_OTHER)


def _tell(asked: Approval | None, done: str) -> None:
    if asked is None:
        flash(done)
    else:
        flash(gettext("It waits until a second person approves it."), "warn")


def _member_form(rows: Session, team_id: int) -> MemberForm:
    clock = parts().clock
    takes_two = bool(leaders_who_hear(rows, team_id, clock=clock))
    return MemberForm(agents=all_agents(rows), today=local_day(clock.now()), takes_two=takes_two)


def _leader_form(rows: Session, who: Actor) -> LeaderForm:
    """Offer the accounts that stand, but one's own."""
    accounts = list_accounts(rows, by=who, clock=parts().clock)
    offered = [(one.id, one.name) for one in accounts if one.disabled_at is None and one.id != who.account_id]
    hearers = hearers_of_teams(rows, clock=parts().clock)
    return LeaderForm(accounts=sorted(offered, key=lambda one: one[1]), hearers=hearers)


def _list(rows: Session, who: Actor, form: TeamForm) -> str:
    return render_template("administration/teams.html", teams=all_teams(rows, by=who), form=form)


def _page(rows: Session, who: Actor, team_id: int, members: MemberForm, leaders: LeaderForm) -> str:
    team = get_team(rows, team_id, by=who)
    leads = any(one.who_id == who.account_id and one.valid_until is None for one in team.leaders)
    waiting = waiting_for_team(rows, team_id, by=who, clock=parts().clock)
    return render_template(
        "administration/team.html",
        team=team,
        member_form=members,
        leader_form=leaders,
        leads=leads,
        waiting=[(one, tuple(widening_lines(rows, one))) for one in waiting],
    )

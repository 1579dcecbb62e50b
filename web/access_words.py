"""What waits for a second person about accounts and teams, in words."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from rights.access.approvals import Approval
from rights.access.deeds import Deed
from rights.access.grants import account_of_grant
from rights.access.team import Team, TeamPlace, told_team
from rights.access.team_rows import TeamLeaderRow, TeamRow
from rights.access.team_widening import widening_of
from rights.identity.accounts import account_by_id
from storage.database.calls import AgentRow
from web.approval_line import Line
from web.formats import moment_text
from web.parts import parts


def letting_back_lines(rows: Session, approval: Approval) -> Iterator[Line]:
    """Say whom a new link or a reset lets back in, and what the second person does."""
    account = account_by_id(rows, account_of_grant(approval), clock=parts().clock)
    yield Line(gettext("Account"), f"{account.name} ({account.login})")
    if approval.deed is Deed.NEW_LINK:
        when = account.password_set_at
        told = gettext("Set %(when)s", when=moment_text(when)) if when else gettext("Not set yet")
        yield Line(gettext("Password"), told)
        follows = gettext(
            "You get the link, and give it to the person yourself. First ask the person whether it is true: call a "
            "number that you know, or meet."
        )
    else:
        follows = gettext(
            "The person is logged out everywhere, and adds a new second factor at the next log-in. First ask the "
            "person whether it is true: call a number that you know, or meet."
        )
    yield Line(gettext("What follows"), follows)


def widening_lines(rows: Session, approval: Approval) -> Iterator[Line]:
    """Say who is to be in a team or to lead it, and whose calls who then hears."""
    widening = widening_of(approval)
    team = told_team(rows, rows.get_one(TeamRow, widening.team_id))
    yield Line(gettext("Team"), team.name)
    if widening.account_id is not None:
        account = account_by_id(rows, widening.account_id, clock=parts().clock)
        yield Line(gettext("Is to lead it"), f"{account.name} ({account.login})")
        yield Line(gettext("Would hear the calls of"), _places(team.members))
        return
    agent = rows.get(AgentRow, widening.agent_id)
    from_then = gettext("since %(when)s", when=moment_text(widening.since)) if widening.since else None
    since = from_then or gettext("from the approval on")
    yield Line(gettext("Is to be in it"), f"{agent.name if agent else widening.agent_id}, {since}")
    yield Line(gettext("Who would hear the calls"), _names(one for one in team.leaders if one.valid_until is None))


def team_lines(rows: Session, account_id: int) -> Iterator[Line]:
    """Say of each team that an account leads now whose calls a permission for its own team reaches."""
    for team in _led_by(rows, account_id):
        yield Line(gettext("Team %(name)s", name=team.name), _places(team.members))


def _led_by(rows: Session, account_id: int) -> Iterator[Team]:
    still = or_(TeamLeaderRow.valid_until.is_(None), TeamLeaderRow.valid_until > parts().clock.now())
    led = (
        select(TeamRow)
        .join(TeamLeaderRow, TeamLeaderRow.team_id == TeamRow.id)
        .where(TeamLeaderRow.account_id == account_id, still)
        .order_by(TeamRow.name)
    )
    return (told_team(rows, row) for row in rows.scalars(led).all())


def _places(places: Iterable[TeamPlace]) -> str:
    """Name all who are or were in a team, with until when: the calls of those days are the team's."""
    said = [
        f"{one.name} ({gettext('until %(when)s', when=moment_text(one.valid_until))})" if one.valid_until else one.name
        for one in places
    ]
    nobody: str = gettext("Nobody")
    return ", ".join(said) or nobody


def _names(places: Iterable[TeamPlace]) -> str:
    nobody: str = gettext("Nobody")
    return ", ".join(one.name for one in places) or nobody

"""The notice to employees: each reads it and says so, once per version; until then every page reminds of it."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from privacy.documents.acknowledgements import NOTICE, acknowledge, acknowledged_at, is_notice_unread, notice_for
from privacy.documents.kinds import LANGUAGES
from privacy.documents.text import TITLES
from web.bounds import is_number
from web.parts import parts
from web.views.privacy.documents import asked_language, pdf_answer
from web.visitor import ASKED_BY_SCRIPTS, actor, visitor

blueprint = Blueprint("notice", __name__, url_prefix="/notice")

_WITHOUT_PAGE = frozenset({"static", "health.health", "audio.audio", "audio.frames", "api.peaks", *ASKED_BY_SCRIPTS})


def remind_of_notice(app: Flask) -> None:
    """Find out before each page whether who asks has a notice to read, and let the templates say so."""

    @app.before_request
    def _ask() -> None:
        who = visitor()
        g.unread_notice = False
        if who is None or request.method != "GET" or request.endpoint is None or request.endpoint in _WITHOUT_PAGE:
            return
        with parts().database.read() as rows:
            g.unread_notice = is_notice_unread(rows, who)


@blueprint.get("")
def show() -> str:
    """Show the notice that holds, and whether who asks has acknowledged it."""
    who, language = actor(), asked_language()
    with parts().database.read() as rows:
        version = notice_for(rows, who)
        read_at = acknowledged_at(rows, version, who) if version else None
    return render_template(
        "notice.html",
        version=version,
        read_at=read_at,
        text=Markup(version.texts[language]) if version else None,  # noqa: S704 (made by our own template)
        title=TITLES[NOTICE][language],
        shown_language=language,
        shown_languages=LANGUAGES,
    )


@blueprint.post("")
def confirm() -> AnyResponse:
    """Say that the notice was read."""
    house, number = parts(), request.form.get("number", "")
    acknowledge(house.database, actor(), number=int(number) if is_number(number) else 0, clock=house.clock)
    flash(gettext("Thank you: it was recorded that you have read the notice."), "good")
    return redirect(url_for("notice.show"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<language>.pdf")
def pdf(language: str) -> Response:
    """Give the notice as a PDF."""
    with parts().database.read() as rows:
        version = notice_for(rows, actor())
    if version is None or language not in LANGUAGES:
        raise NotFoundError(what="no notice", where=language)
    return pdf_answer(version, language)

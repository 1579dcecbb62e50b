"""The documents that the law asks for: what holds, what would change, and every version with its PDF."""

from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from calls.errors import NotFoundError
from privacy.documents.acknowledgements import NOTICE, readers_of
from privacy.documents.changes import changes
from privacy.documents.kinds import LANGUAGES, DocumentKind
from privacy.documents.pdf import document_pdf
from privacy.documents.publishing import Version, draft_of, newest_version, publish, version_of, versions_of
from privacy.documents.text import TITLES
from rights.access.actor import Actor
from rights.access.refusals import record_refusal
from rights.access.tasks import Task
from web.document_labels import missing_said
from web.formats import date_text, local_day
from web.languages import chosen_language
from web.parts import parts
from web.visitor import actor, actor_with

blueprint = Blueprint("documents", __name__, url_prefix="/privacy/documents")


@blueprint.get("/")
def show() -> str:
    """List the documents, with the version that holds and whether what it tells has changed since."""
    _reader()
    house = parts()
    with house.database.read() as rows:
        listed = [(newest_version(rows, kind), draft_of(rows, house.house_facts, kind)) for kind in DocumentKind]
    missing = missing_said(house.house_facts.missing())
    return render_template("privacy/documents.html", listed=listed, titles=TITLES, missing=missing)


@blueprint.get("/<kind>")
def one(kind: str) -> str:
    """Show what a document says now, and what that changes in the version that holds."""
    _reader()
    house, wanted, language = parts(), _kind(kind), asked_language()
    with house.database.read() as rows:
        draft, versions = draft_of(rows, house.house_facts, wanted), versions_of(rows, wanted)
        readers = readers_of(rows, versions[0]) if wanted is NOTICE and versions else []
    return render_template(
        "privacy/document.html",
        draft=draft,
        versions=versions,
        changed=changes(versions[0].texts[language], draft.texts[language]) if versions and draft.is_new else [],
        text=Markup(draft.texts[language]),  # noqa: S704 (our own template, which escapes what it is given)
        title=TITLES[wanted][language],
        titles=TITLES,
        shown_language=language,
        shown_languages=LANGUAGES,
        readers=readers,
        missing=missing_said(house.house_facts.missing()),
    )


@blueprint.post("/<kind>/publish")
def publish_one(kind: str) -> AnyResponse:
    """Publish what was shown."""
    who, house, wanted = actor_with(Task.PUBLISH_DOCUMENTS), parts(), _kind(kind)
    seen = request.form.get("sha256", "")
    version = publish(house.database, who, house.house_facts, wanted, seen_sha256=seen, clock=house.clock)
    flash(gettext("Version %(number)s was published.", number=version.number), "good")
    return redirect(url_for("documents.one", kind=wanted), HTTPStatus.SEE_OTHER)


@blueprint.get("/<kind>/versions/<int:number>")
def version(kind: str, number: int) -> str:
    """Show a version as it was published."""
    _reader()
    wanted, language = _kind(kind), asked_language()
    with parts().database.read() as rows:
        found = version_of(rows, wanted, number)
    return render_template(
        "privacy/document_version.html",
        version=found,
        text=Markup(found.texts[language]),  # noqa: S704 (as it was made by our own template)
        title=TITLES[wanted][language],
        shown_language=language,
        shown_languages=LANGUAGES,
    )


@blueprint.get("/<kind>/versions/<int:number>/<language>.pdf")
def pdf(kind: str, number: int, language: str) -> Response:
    """Give a version as a PDF in one language."""
    _reader()
    wanted = _kind(kind)
    if language not in LANGUAGES:
        raise NotFoundError(what="no such language", where=language)
    with parts().database.read() as rows:
        found = version_of(rows, wanted, number)
    return pdf_answer(found, language)


def pdf_answer(version: Version, language: str) -> Response:
    """Give a version's PDF as a file with a name of its own."""
    under = {"fi": "Versio {}, {}", "sv": "Version {}, {}", "en": "Version {}, {}"}[language].format(
        version.number, date_text(local_day(version.published_at))
    )
    made = document_pdf(version.texts[language], title=TITLES[version.kind][language], under=under, language=language)
    name = f"{version.kind}-{version.number}-{language}.pdf"
    return Response(made, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def asked_language() -> str:
    """Tell in which language a document is asked for: the address's, or that of the pages."""
    asked = request.args.get("language", chosen_language())
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _kind(text: str) -> DocumentKind:
    found = next((kind for kind in DocumentKind if kind == text), None)
    if found is None:
        raise NotFoundError(what="no such document", where=text)
    return found


def _reader() -> Actor:
    who, house = actor(), parts()
    if not (who.may(Task.PUBLISH_DOCUMENTS) or who.may(Task.HANDLE_CASES)):
        record_refusal(house.database, who, wanted="documents", clock=house.clock)
        raise NotFoundError(what="no such page")
    return who

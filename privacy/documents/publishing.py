"""Publishing documents: the text of now becomes a version that never changes.

Invariants
----------
1. A version is what its publisher saw: he names the digest of the texts that were shown to him, and they are made
   again from the facts when he publishes.
2. A version is told apart from the one before: where nothing changed, nothing is published.
3. Versions are numbered from 1 without gaps, and publishing is audited in its own transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from calls.errors import BadDataError, NotFoundError, RefusedError
from privacy.documents.document_rows import DocumentTextRow, DocumentVersionRow
from privacy.documents.facts import HouseFacts, gather_facts
from privacy.documents.kinds import DocumentKind
from privacy.documents.text import digest, render_texts
from rights.access.actor import Actor
from rights.access.permissions import require
from rights.access.refusals import audited_refusals
from rights.access.tasks import Task
from rights.audit.trail import Action, record
from storage.database.engine import Database


@dataclass(frozen=True, slots=True)
class Version:
    """A published version; ``texts`` are HTML by language."""

    id: int
    kind: DocumentKind
    number: int
    sha256: str
    published_at: datetime
    published_by: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a document would say if it were published now; ``is_new`` where the newest version says otherwise."""

    kind: DocumentKind
    texts: Mapping[str, str]
    sha256: str
    is_new: bool


def draft_of(session: Session, house: HouseFacts, kind: DocumentKind) -> Draft:
    """Make a document from the facts of now."""
    texts = render_texts(kind, gather_facts(session, house))
    made, newest = digest(texts), newest_version(session, kind)
    return Draft(kind, texts, made, newest is None or newest.sha256 != made)


def publish(
    database: Database, actor: Actor, house: HouseFacts, kind: DocumentKind, *, seen_sha256: str, clock: Clock
) -> Version:
    """Publish what the actor has seen, and give the version.

    Raises RefusedError (audited) without *publish documents*; BadDataError where the controller or its provider is not
    named, nothing changed, or what was seen is not what would be published now.
    """
    with audited_refusals(database, actor, wanted=Task.PUBLISH_DOCUMENTS, clock=clock), database.begin() as session:
        require(actor, Task.PUBLISH_DOCUMENTS)
        if missing := house.missing():
            raise BadDataError(
                what="the controller, or who keeps its recordings, is not named",
                where=", ".join(missing),
                remedy="give it in the settings",
            )
        newest = newest_version(session, kind, for_update=True)
        draft = draft_of(session, house, kind)
        if draft.sha256 != seen_sha256:
            raise BadDataError(what="the document changed meanwhile", where=str(kind), remedy="read it again")
        if not draft.is_new:
            raise BadDataError(what="nothing changed since the newest version", where=str(kind))
        row = DocumentVersionRow(
            kind=kind,
            number=1 if newest is None else newest.number + 1,
            sha256=draft.sha256,
            published_at=clock.now(),
            published_by_account=actor.account_id,
            published_by=actor.login,
            texts=[DocumentTextRow(language=language, html=html) for language, html in draft.texts.items()],
        )
        session.add(row)
        session.flush()
        detail = {"document": kind, "number": row.number, "sha256": row.sha256}
        record(session, actor=actor, action=Action.DOCUMENT_PUBLISHED, detail=detail, clock=clock)
        return _version(row)


def newest_version(session: Session, kind: DocumentKind, *, for_update: bool = False) -> Version | None:
    """Give the version that holds; None where none was published."""
    wanted = _of(kind).limit(1)
    row = session.scalar(wanted.with_for_update() if for_update else wanted)
    return None if row is None else _version(row)


def versions_of(session: Session, kind: DocumentKind) -> tuple[Version, ...]:
    """Give all versions of a document, newest first."""
    return tuple(_version(row) for row in session.scalars(_of(kind)))


def version_of(session: Session, kind: DocumentKind, number: int) -> Version:
    """Give one version; raise NotFoundError where there is none of this number."""
    found = next((version for version in versions_of(session, kind) if version.number == number), None)
    if found is None:
        raise NotFoundError(what="no such version", where=f"{kind} {number}")
    return found


def require_reader(actor: Actor) -> None:
    """Let nobody read drafts and versions who neither publishes nor answers data subjects; raise RefusedError."""
    if not (actor.may(Task.PUBLISH_DOCUMENTS) or actor.may(Task.HANDLE_CASES)):
        raise RefusedError(what=f"{actor.login} may not read the documents", remedy="ask the administrator")


def _of(kind: DocumentKind) -> Select[DocumentVersionRow]:
    return select(DocumentVersionRow).where(DocumentVersionRow.kind == kind).order_by(DocumentVersionRow.number.desc())


def _version(row: DocumentVersionRow) -> Version:
    return Version(
        id=row.id,
        kind=DocumentKind(row.kind),
        number=row.number,
        sha256=row.sha256,
        published_at=row.published_at,
        published_by=row.published_by,
        texts={text.language: text.html for text in row.texts},
    )

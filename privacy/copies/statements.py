"""What goes with a copy of data besides the data: the published documents that say why and how long (GDPR 15(1))."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger_link.values.day import day_of
from privacy.cases.gathered import SubjectKind
from privacy.cases.words import day_said
from privacy.copies.copy_words import said
from privacy.documents.kinds import DocumentKind
from privacy.documents.pdf import document_pdf
from privacy.documents.publishing import newest_version

_OF = {
    SubjectKind.CUSTOMER: (DocumentKind.RECORDINGS_STATEMENT, DocumentKind.CUSTOMERS_STATEMENT),
    SubjectKind.EMPLOYEE: (DocumentKind.EMPLOYEES_NOTICE, DocumentKind.RECORDINGS_STATEMENT),
}


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """A published document in the subject's language: its text, its title and the line beneath."""

    kind: DocumentKind
    title: str
    under: str
    html: str
    language: str

    @property
    def file_name(self) -> str:
        """What its file is called in the package."""
        return said(f"file.{self.kind}", self.language)

    def pdf(self) -> bytes:
        """Lay it out."""
        return document_pdf(self.html, title=self.title, under=self.under, language=self.language)


def unpublished_for(session: Session, subject: SubjectKind) -> tuple[DocumentKind, ...]:
    """Give the documents that a subject's copy should hold and that nobody has published yet."""
    return tuple(kind for kind in _OF[subject] if newest_version(session, kind) is None)


def statements_for(session: Session, subject: SubjectKind, language: str) -> tuple[Statement, ...]:
    """Give the newest published documents that tell a subject how his data is processed; none is a draft."""
    found = ((kind, newest_version(session, kind)) for kind in _OF[subject])
    return tuple(
        Statement(
            kind=kind,
            title=said(f"title.{kind}", language),
            under=said(
                "version", language, number=version.number, day=day_said(day_of(version.published_at), language)
            ),
            html=version.texts[language],
            language=language,
        )
        for kind, version in found
        if version is not None
    )

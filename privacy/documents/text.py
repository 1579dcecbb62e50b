"""A document's text: HTML made from the facts by one template for each document and language.

Each template is a whole text that a lawyer can read and correct by itself. What comes from settings and database is
escaped. There is no day in a text, so that it changes only when what it tells does.
"""

import hashlib
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from privacy.documents.facts import DocumentFacts
from privacy.documents.kinds import LANGUAGES, DocumentKind

TITLES: Mapping[DocumentKind, Mapping[str, str]] = {
    DocumentKind.PROCESSING_RECORD: {
        "fi": "Seloste käsittelytoimista",
        "sv": "Register över behandling",
        "en": "Record of processing activities",
    },
    DocumentKind.RECORDINGS_STATEMENT: {
        "fi": "Rekisteriseloste: asiakaspuhelujen tallenteet",
        "sv": "Registerbeskrivning: inspelade kundsamtal",
        "en": "Register statement: recordings of customer calls",
    },
    DocumentKind.CUSTOMERS_STATEMENT: {
        "fi": "Rekisteriseloste: asiakasrekisteri",
        "sv": "Registerbeskrivning: kundregistret",
        "en": "Register statement: customer register",
    },
    DocumentKind.EMPLOYEES_NOTICE: {
        "fi": "Tiedote työntekijöille puhelujen tallentamisesta",
        "sv": "Information till anställda om inspelning av samtal",
        "en": "Notice to employees about the recording of calls",
    },
}
"""What each document is called, by language."""


def render_texts(kind: DocumentKind, facts: DocumentFacts) -> dict[str, str]:
    """Make a document in each language."""
    return {language: render_text(kind, language, facts) for language in LANGUAGES}


def render_text(kind: DocumentKind, language: str, facts: DocumentFacts) -> str:
    """Make a document in one language."""
    template = _templates().get_template(f"{kind}.{language}.html")
    lines = template.render(facts=facts, house=facts.house, controller=facts.house.controller, language=language)
    return "\n".join(line.strip() for line in lines.splitlines() if line.strip()) + "\n"


def digest(texts: Mapping[str, str]) -> str:
    """Give the SHA-256 over the texts in the order of the languages."""
    return hashlib.sha256("\0".join(texts[language] for language in LANGUAGES).encode()).hexdigest()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("privacy.documents", "texts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""The documents that the law asks of the controller."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """A document; each is made in Finnish, Swedish and English."""

    PROCESSING_RECORD = "processing-record"  # GDPR article 30
    RECORDINGS_STATEMENT = "recordings-statement"  # rekisteriseloste: GDPR articles 13 and 14
    CUSTOMERS_STATEMENT = "customers-statement"
    EMPLOYEES_NOTICE = "employees-notice"  # GDPR article 13, and section 21 of Act 759/2004


LANGUAGES = ("fi", "sv", "en")

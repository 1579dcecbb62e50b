"""What a disclosure may say: to what kind of recipient, on which basis, what, and in which way."""

from enum import StrEnum


class RecipientKind(StrEnum):
    """Who received it."""

    PARTNER = "partner"  # does a part of the letting or the collection
    AUTHORITY = "authority"  # entitled by law
    INSURER = "insurer"
    COURT = "court"
    OTHER = "other"


class LegalBasis(StrEnum):
    """Why it could be given (GDPR article 6, and what Finnish law adds to it)."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    PUBLIC_TASK = "public-task"
    LEGITIMATE_INTEREST = "legitimate-interest"
    CONSENT = "consent"
    VITAL_INTEREST = "vital-interest"
    PROCESSOR = "processor"  # on our behalf, by a contract of article 28


class Content(StrEnum):
    """What was handed over."""

    AUDIO = "audio"
    CALL_FACTS = "call-facts"
    CONTACT = "contact"
    IDENTITY = "identity"
    LEASE = "lease"
    LEDGER = "ledger"
    CREDIT = "credit"
    LIVELIHOOD = "livelihood"
    FAULT_REPORTS = "fault-reports"
    OTHER = "other"


class Way(StrEnum):
    """In which way it went."""

    PARTNER_ACCOUNT = "partner-account"
    ENCRYPTED_FILE = "encrypted-file"
    SECURE_MAIL = "secure-mail"
    IN_PERSON = "in-person"
    POST = "post"
    SPOKEN = "spoken"
    OTHER = "other"


OF_CALLS = frozenset({Content.AUDIO, Content.CALL_FACTS})

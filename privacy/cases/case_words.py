"""What a case is made of, as closed lists: what is asked, how it came, who is sure who asked, what was decided."""

from enum import StrEnum


class CaseKind(StrEnum):
    """What a data subject asks for (GDPR articles 15, 16, 17, 18 and 21)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


class Channel(StrEnum):
    """How a request came in; ``OWN_PAGE`` is an employee's own page of the viewer."""

    IN_PERSON = "in-person"
    IN_WRITING = "in-writing"
    MAIL = "mail"
    EMAIL = "e-mail"
    OWN_PAGE = "own-page"


class IdentityMethod(StrEnum):
    """How it was made sure who asks. The document itself is kept nowhere: no number, no copy."""

    DOCUMENT_SHOWN = "document-shown"
    STRONG_IDENTIFICATION = "strong-identification"
    SIGNATURE_COMPARED = "signature-compared"
    CALLED_BACK = "called-back"
    KNOWN_IN_PERSON = "known-in-person"
    OWN_ACCOUNT = "own-account"
    GUARDIAN_AUTHORISED = "guardian-authorised"


class Outcome(StrEnum):
    """What was decided. ``NOTHING_KEPT``: nothing is kept about who asked."""

    GRANTED = "granted"
    PARTLY_GRANTED = "partly-granted"
    REFUSED = "refused"
    NOTHING_KEPT = "nothing-kept"

    @property
    def needs_remedies(self) -> bool:
        """Whether the subject is told whom he may turn to: wherever he does not get all that he asked for."""
        return self is not Outcome.GRANTED


class DeliveryWay(StrEnum):
    """How the answer, and the copy with it, was handed over."""

    IN_PERSON = "in-person"
    MAIL = "mail"
    REGISTERED_MAIL = "registered-mail"
    SECURE_EMAIL = "secure-e-mail"
    OWN_PAGE = "own-page"

"""What the codes of hand-overs are called before people."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from privacy.disclosures.handovers import may_read
from privacy.disclosures.kinds import Content, LegalBasis, RecipientKind, Way

RECIPIENTS: dict[RecipientKind, LazyString] = {
    RecipientKind.PARTNER: _l("Partner in letting or collection"),
    RecipientKind.AUTHORITY: _l("Authority"),
    RecipientKind.INSURER: _l("Insurer"),
    RecipientKind.COURT: _l("Court or bailiff"),
    RecipientKind.OTHER: _l("Other recipient"),
}

BASES: dict[LegalBasis, LazyString] = {
    LegalBasis.CONTRACT: _l("Contract with the person (GDPR 6(1)(b))"),
    LegalBasis.LEGAL_OBLIGATION: _l("Legal obligation (GDPR 6(1)(c))"),
    LegalBasis.PUBLIC_TASK: _l("The recipient's right to information by law (GDPR 6(1)(e))"),
    LegalBasis.LEGITIMATE_INTEREST: _l("Legitimate interest (GDPR 6(1)(f))"),
    LegalBasis.CONSENT: _l("Consent of the person (GDPR 6(1)(a))"),
    LegalBasis.VITAL_INTEREST: _l("Vital interest (GDPR 6(1)(d))"),
    LegalBasis.PROCESSOR: _l("Processing on our behalf (GDPR 28)"),
}

CONTENTS: dict[Content, LazyString] = {
    Content.AUDIO: _l("Recording of a call"),
    Content.CALL_FACTS: _l("Facts of a call: time, duration, number"),
    Content.CONTACT: _l("Contact details"),
    Content.IDENTITY: _l("Identity"),
    Content.LEASE: _l("Leases"),
    Content.LEDGER: _l("Rents, payments and balance"),
    Content.CREDIT: _l("Credit data"),
    Content.LIVELIHOOD: _l("Employment, income and assets"),
    Content.FAULT_REPORTS: _l("Fault reports"),
    Content.OTHER: _l("Something else"),
}

WAYS: dict[Way, LazyString] = {
    Way.PARTNER_ACCOUNT: _l("Through a partner's account"),
    Way.ENCRYPTED_FILE: _l("As an encrypted file"),
    Way.SECURE_MAIL: _l("By secure e-mail"),
    Way.IN_PERSON: _l("In person"),
    Way.POST: _l("By post"),
    Way.SPOKEN: _l("Told in words"),
    Way.OTHER: _l("In another way"),
}


def teach_handover_labels(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        handover_recipients=RECIPIENTS,
        handover_bases=BASES,
        handover_contents=CONTENTS,
        handover_ways=WAYS,
        may_read_handovers=may_read,
    )

"""The register statement (rekisteriseloste), row by row: where each of its data is kept, shown and guarded.

``docs/ref/register.md`` is made of this table, and ``tests/contract/test_register_fields.py`` goes through it: every
row is given in its place to who may see it, and to nobody else.
"""

from ledger_link.records.protected_field import ProtectedField
from rights.register.register_field import Page, RegisterField


def _columns(table: str, names: str) -> tuple[str, ...]:
    return tuple(f"{table}.{name}" for name in names.split())


_PARTY = _columns("lease_parties", "role starts_on ends_on")
_ROLE = _columns("person_roles", "role starts_on ends_on note")

FIELDS: tuple[RegisterField, ...] = (
    # Roles
    RegisterField("applicant", "lease applicant (hakija)", _ROLE, Page.PERSON, "record.roles"),
    RegisterField("possible-buyer", "possible buyer (mahdollinen ostaja)", _ROLE, Page.PERSON, "record.roles"),
    RegisterField("tenant", "tenant (vuokralainen)", _PARTY, Page.PERSON, "record.roles"),
    RegisterField("co-tenant", "co-tenant (kanssavuokralainen)", _PARTY, Page.LEASE, "record.parties"),
    RegisterField("joint-payer", "joint payer (yhteismaksaja)", _PARTY, Page.LEASE, "record.parties"),
    RegisterField(
        "other-occupant",
        "other person moving in: name and date of birth (muu muuttava)",
        (*_PARTY, "persons.birth_date"),
        Page.LEASE,
        "record.parties",
    ),
    # The person
    RegisterField("name", "name (nimi)", _columns("persons", "first_names call_name surname"), Page.PERSON, "record"),
    RegisterField(
        "identity-code",
        "personal identity code (henkilötunnus)",
        _columns("persons", "identity_code_sealed identity_code_index"),
        Page.PERSON,
        "identity_code",
        protected=ProtectedField.IDENTITY_CODE,
    ),
    RegisterField(
        "travel-document",
        "travel document: type, issuer (matkustusasiakirja)",
        _columns("travel_documents", "kind issuer valid_until"),
        Page.PERSON,
        "record.travel_documents",
    ),
    RegisterField(
        "travel-document-number",
        "travel document: number",
        _columns("travel_documents", "number_sealed number_index"),
        Page.PERSON,
        "travel_documents",
        protected=ProtectedField.TRAVEL_DOCUMENT,
    ),
    RegisterField(
        "address",
        "address (osoite)",
        _columns("person_addresses", "kind street_address postal_code city country valid_from valid_until"),
        Page.PERSON,
        "record.addresses",
    ),
    RegisterField(
        "phone",
        "phone (puhelin)",
        _columns("phone_numbers", "e164 raw valid_from valid_until"),
        Page.PERSON,
        "record.numbers",
    ),
    RegisterField(
        "e-mail",
        "e-mail (sähköposti)",
        _columns("email_addresses", "address valid_from valid_until"),
        Page.PERSON,
        "record.emails",
    ),
    RegisterField(
        "non-disclosure",
        "non-disclosure flag (turvakielto)",
        _columns("persons", "non_disclosure"),
        Page.PERSON,
        "record.person",
    ),
    RegisterField(
        "guardianship",
        "guardianship and the guardian's contact (edunvalvonta)",
        _columns("guardianships", "guardian_name guardian_e164 guardian_email scope valid_from valid_until"),
        Page.PERSON,
        "guardianships",
        protected=ProtectedField.GUARDIANSHIP,
    ),
    RegisterField(
        "employment",
        "employment, its length and nature (työsuhde, kesto ja laatu)",
        _columns("employments", "employer_name occupation nature starts_on ends_on"),
        Page.PERSON,
        "record.employments",
    ),
    RegisterField(
        "income",
        "income (tulot)",
        _columns("incomes", "kind amount_cents_per_month source valid_from valid_until"),
        Page.PERSON,
        "incomes",
        protected=ProtectedField.INCOME,
    ),
    RegisterField(
        "assets",
        "assets (varallisuus)",
        _columns("assets", "kind value_cents source recorded_on"),
        Page.PERSON,
        "assets",
        protected=ProtectedField.INCOME,
    ),
    RegisterField(
        "credit-data",
        "credit data (luottotiedot)",
        _columns("credit_checks", "source result note checked_on"),
        Page.PERSON,
        "credit_checks",
        protected=ProtectedField.CREDIT_DATA,
    ),
    RegisterField(
        "present-dwelling",
        "present dwelling (nykyinen asunto)",
        _columns("dwellings", "tenure description recorded_on"),
        Page.PERSON,
        "record.dwellings",
    ),
    RegisterField(
        "need-for-a-dwelling",
        "need for a dwelling (asunnon tarve)",
        _columns("dwelling_needs", "reason rooms_min municipality wanted_from recorded_on"),
        Page.PERSON,
        "record.dwelling_needs",
    ),
    RegisterField(
        "marital-status",
        "marital status (siviilisääty)",
        _columns("marital_statuses", "status valid_from valid_until"),
        Page.PERSON,
        "record.marital_statuses",
    ),
    RegisterField(
        "contacts",
        "contacts (kontaktitiedot)",
        _columns("contacts", "at kind direction subject handled_by"),
        Page.PERSON,
        "record.time_line",
    ),
    RegisterField(
        "calls",
        "contacts: calls, of which one's own or all may be seen",
        (*_columns("call_link_persons", "call_id person_id"), *_columns("calls", "started_at")),
        Page.PERSON,
        "record.time_line",
    ),
    RegisterField(
        "participation",
        "participation in the landlord's activities (osallistuminen)",
        _columns("participations", "activity part starts_on ends_on"),
        Page.PERSON,
        "record.participations",
    ),
    RegisterField(
        "marketing",
        "direct-marketing permits and bans (suoramarkkinointiluvat ja -kiellot)",
        _columns("marketing_permissions", "channel decision source given_on ends_on"),
        Page.PERSON,
        "record.marketing_permissions",
    ),
    # The lease and its ledger
    RegisterField(
        "lease-data",
        "lease data (vuokrasopimustiedot)",
        _columns("leases", "lease_no starts_on ends_on reference_number"),
        Page.LEASE,
        "record",
    ),
    RegisterField(
        "rent",
        "lease data: rent",
        _columns("rents", "kind amount_cents_per_month valid_from valid_until"),
        Page.LEASE,
        "record.rents",
    ),
    RegisterField(
        "charges",
        "charges (veloitukset)",
        _columns("charges", "charge_no kind period_starts_on due_on amount_cents reference_number"),
        Page.LEASE,
        "ledger.lines",
        ledger=True,
    ),
    RegisterField(
        "payments",
        "rent payments, by reference number (vuokranmaksutiedot)",
        _columns("payments", "payment_no reference_number paid_on amount_cents payer_name"),
        Page.LEASE,
        "ledger.lines",
        ledger=True,
    ),
    RegisterField(
        "balance",
        "balance and arrears on a day (saldo)",
        (*_columns("charges", "amount_cents"), *_columns("payments", "amount_cents")),
        Page.LEASE,
        "ledger.allocation",
        ledger=True,
    ),
    RegisterField(
        "deposit",
        "rent deposit (vuokravakuus)",
        _columns("deposits", "deposit_no kind amount_cents received_on returned_on returned_cents"),
        Page.LEASE,
        "record.deposits",
        ledger=True,
    ),
    RegisterField(
        "reminders",
        "reminders (maksumuistutukset)",
        _columns("reminders", "reminder_no level sent_on due_on amount_cents fee_cents"),
        Page.LEASE,
        "record.reminders",
        ledger=True,
    ),
    # Buildings and apartments
    RegisterField(
        "building",
        "building (kiinteistö)",
        _columns("buildings", "building_no name street_address postal_code city built_year"),
        Page.APARTMENT,
        "record",
    ),
    RegisterField(
        "apartment",
        "apartment: entrance letters, number, sub-letter (huoneisto)",
        _columns("apartments", "apartment_no entrance door_number sub_letter rooms area_m2_tenths"),
        Page.APARTMENT,
        "record.address",
    ),
    RegisterField("tenancies", "who lived there when", _PARTY, Page.APARTMENT, "record.tenancies"),
    RegisterField(
        "fault-reports",
        "fault reports and repairs (vikailmoitukset)",
        _columns("fault_reports", "fault_no reported_on subject state closed_on person_id"),
        Page.APARTMENT,
        "record.fault_reports",
    ),
    # Employers and others who call for a person
    RegisterField(
        "organisation",
        "employer: name and business id (työnantaja, Y-tunnus)",
        _columns("organisations", "organisation_no name business_id business_id_valid"),
        Page.ORGANISATION,
        "record",
    ),
    RegisterField(
        "organisation-numbers",
        "employer: telephone numbers (vaihteen numerot)",
        _columns("organisation_numbers", "e164 raw valid_from valid_until"),
        Page.ORGANISATION,
        "record.numbers",
    ),
    RegisterField(
        "employed",
        "employer: who of the register works there",
        _columns("employments", "organisation_id nature starts_on ends_on"),
        Page.ORGANISATION,
        "record.employed",
    ),
)
"""The rows of the customer register, in the statement's order."""

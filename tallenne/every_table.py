"""Every module with tables of the database, so that a process knows them all.

Some things are done to whatever refers to a call or a person: erasing, deleting by a period, deleting what an import no
longer names. A table of which the process knows nothing would be passed over: rows would stay behind, a deletion would
fail at the foreign key, and a person would go whom a row still needs.
"""

from importlib import import_module

TABLES = (
    "ledger_link.importing.marks",
    "ledger_link.linking.due_numbers",
    "ledger_link.linking.live_picks",
    "ledger_link.search.name_words",
    "ledger_link.tables.addresses",
    "ledger_link.tables.assets",
    "ledger_link.tables.buildings",
    "ledger_link.tables.call_links",
    "ledger_link.tables.charges",
    "ledger_link.tables.contacts",
    "ledger_link.tables.credit_checks",
    "ledger_link.tables.deposits",
    "ledger_link.tables.dwellings",
    "ledger_link.tables.emails",
    "ledger_link.tables.employments",
    "ledger_link.tables.fault_reports",
    "ledger_link.tables.guardianships",
    "ledger_link.tables.incomes",
    "ledger_link.tables.leases",
    "ledger_link.tables.marital_statuses",
    "ledger_link.tables.marketing_permissions",
    "ledger_link.tables.organisations",
    "ledger_link.tables.participations",
    "ledger_link.tables.payments",
    "ledger_link.tables.person_roles",
    "ledger_link.tables.persons",
    "ledger_link.tables.reminders",
    "ledger_link.tables.rents",
    "ledger_link.tables.travel_documents",
    "privacy.cases.case_rows",
    "privacy.copies.blackout_rows",
    "privacy.copies.copy_rows",
    "privacy.copies.review_rows",
    "privacy.disclosures.handover_rows",
    "privacy.documents.document_rows",
    "privacy.retention.retention_rows",
    "rights.access.approval_rows",
    "rights.access.exclusion_rows",
    "rights.access.partner_rows",
    "rights.access.role_rows",
    "rights.access.team_rows",
    "rights.audit.chain_rows",
    "rights.identity.log_in_rows",
    "rights.identity.second_factor_rows",
    "rights.listening.frame_index_rows",
    "rights.listening.restriction_rows",
    "rights.tables",
    "storage.database.calls",
    "storage.database.live_calls",
)


def know_every_table() -> None:
    """Import them all; ``tests/contract/test_every_table.py`` holds the list against the migrated schema."""
    for name in TABLES:
        import_module(name)

"""What our own words are called before people: states, reasons, tasks, roles. Translated when shown."""

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from calls.outcome import CallState, Reason
from ledger_link.linking.link import LinkRule
from ledger_link.records.card import LeaseState
from ledger_link.tables.leases import PartyRole
from rights.access.tasks import Task
from rights.identity.passwords import MIN_PASSWORD_CHARS, PasswordFault
from web.register_labels import LABELS

STATES: dict[str, LazyString] = {
    CallState.RECORDED: _l("Recorded"),
    CallState.NOT_RECORDED: _l("No recording"),
}

REASONS: dict[str, LazyString] = {
    Reason.CALLER_HUNG_UP: _l("The customer hung up"),
    Reason.AGENT_HUNG_UP: _l("The agent hung up"),
    Reason.DRAINED: _l("Ended for maintenance"),
    Reason.INTERRUPTED: _l("Recording was interrupted"),
    Reason.ABANDONED_IN_DISCLOSURE: _l("Hung up during the disclosure"),
    Reason.ABANDONED_WHILE_RINGING: _l("Hung up while ringing"),
    Reason.NO_ANSWER: _l("Nobody answered"),
    Reason.BUSY: _l("Busy"),
    Reason.NO_AGENT: _l("No agent was available"),
    Reason.DISCLOSURE_FAILED: _l("The disclosure could not be played"),
    Reason.RECORDER_FAILED: _l("The recorder did not start"),
    Reason.SPOOL_FULL: _l("The disk was full"),
    Reason.FAILED: _l("Technical fault"),
}

WHY_NO_AUDIO: dict[str, LazyString] = {
    Reason.CALLER_HUNG_UP: _l("The call ended before anything was recorded."),
    Reason.AGENT_HUNG_UP: _l("The call ended before anything was recorded."),
    Reason.DRAINED: _l("The service was being stopped for maintenance, and the call ended before an agent answered."),
    Reason.INTERRUPTED: _l("The recorder stopped unexpectedly before anything of the conversation was recorded."),
    Reason.ABANDONED_IN_DISCLOSURE: _l(
        "The caller hung up before the recording disclosure had been played to its end. "
        "Recording begins only when an agent answers."
    ),
    Reason.ABANDONED_WHILE_RINGING: _l(
        "The caller hung up while the agents' phones were ringing. Recording begins only when an agent answers."
    ),
    Reason.NO_ANSWER: _l("The agents' phones rang, but nobody answered."),
    Reason.BUSY: _l("All agents were in other calls."),
    Reason.NO_AGENT: _l("No agent's phone was on line to take the call."),
    Reason.DISCLOSURE_FAILED: _l("The recording disclosure could not be played. A call is never recorded without it."),
    Reason.RECORDER_FAILED: _l("The recorder could not be started, so the call was not recorded."),
    Reason.SPOOL_FULL: _l("The recorder's disk had too little free space, so the call was not recorded."),
    Reason.FAILED: _l("A technical fault ended the call before anything was recorded."),
}

TASKS: dict[str, LazyString] = {
    Task.VIEW_CALLS: _l("See calls"),
    Task.LISTEN: _l("Listening"),
    Task.EXPORT_AUDIO: _l("Export recordings"),
    Task.LINK_CUSTOMERS: _l("Link customers"),
    Task.VIEW_REGISTER: _l("Customer register"),
    Task.VIEW_LEDGER: _l("Rent ledger"),
    Task.FIND_BY_IDENTITY_CODE: _l("Find by identity code"),
    Task.REVEAL_IDENTITY: _l("Reveal identity"),
    Task.REVEAL_INCOME: _l("Reveal income"),
    Task.REVEAL_CREDIT: _l("Reveal credit data"),
    Task.REVEAL_GUARDIANSHIP: _l("Reveal guardianship"),
    Task.REVEAL_UNDISCLOSED: _l("Reveal non-disclosed contact details"),
    Task.VIEW_LOOK_UPS: _l("See who has looked"),
    Task.HANDLE_CASES: _l("Handle cases of data subjects"),
    Task.HEAR_FOR_COPIES: _l("Listening for copies"),
    Task.RECORD_DISCLOSURES: _l("Record disclosures"),
    Task.MANAGE_RETENTION: _l("Manage retention"),
    Task.MANAGE_HOLDS: _l("Manage holds"),
    Task.PUBLISH_DOCUMENTS: _l("Publish privacy documents"),
    Task.VIEW_AUDIT: _l("View the audit"),
    Task.APPROVE_EXPORTS: _l("Approve exports"),
    Task.APPROVE_DELETIONS: _l("Approve deletions"),
    Task.APPROVE_GRANTS: _l("Approve listening rights"),
    Task.ADMINISTER_PURPOSES: _l("Administer purposes"),
    Task.ADMINISTER_ACCOUNTS: _l("Administer accounts"),
}

TASK_EXPLANATIONS: dict[str, LazyString] = {
    Task.VIEW_CALLS: _l("Finds calls and sees who called, when and whom; hears nothing"),
    Task.LISTEN: _l("Hears recordings, for a stated purpose"),
    Task.EXPORT_AUDIO: _l("Takes a recording out as a file, when a second person approves"),
    Task.LINK_CUSTOMERS: _l("Says whose call it was when the number does not tell"),
    Task.VIEW_REGISTER: _l("Searches the register and opens persons, leases and apartments"),
    Task.VIEW_LEDGER: _l("Sees charges, payments, deposits and reminders in the register"),
    Task.FIND_BY_IDENTITY_CODE: _l("Finds a person by the whole identity code, for a stated purpose"),
    Task.REVEAL_IDENTITY: _l("Reveals an identity code or travel document, for a stated purpose"),
    Task.REVEAL_INCOME: _l("Reveals income and assets, for a stated purpose"),
    Task.REVEAL_CREDIT: _l("Reveals credit data, for a stated purpose"),
    Task.REVEAL_GUARDIANSHIP: _l("Reveals a guardianship and the guardian, for a stated purpose"),
    Task.REVEAL_UNDISCLOSED: _l("Reveals contact details under a non-disclosure order, for a stated purpose"),
    Task.VIEW_LOOK_UPS: _l(
        "Sees who has looked at a person's data, when and for what purpose; for the privacy officer"
    ),
    Task.HANDLE_CASES: _l("Answers requests to see, correct or erase data; for the privacy officer"),
    Task.HEAR_FOR_COPIES: _l(
        "Hears the calls that go into a copy for a data subject, in the request that one handles and nowhere else"
    ),
    Task.RECORD_DISCLOSURES: _l("Records what is handed over outside, and gives partners access to named calls"),
    Task.MANAGE_RETENTION: _l("Says how long recordings are kept, and sees what goes when"),
    Task.MANAGE_HOLDS: _l("Keeps calls from deletion for a legal reason"),
    Task.PUBLISH_DOCUMENTS: _l("Publishes the register statement, the record of processing and the notice to staff"),
    Task.VIEW_AUDIT: _l("Reads the audit of everything that was done"),
    Task.APPROVE_EXPORTS: _l("Is the second person who approves exports and copies for data subjects"),
    Task.APPROVE_DELETIONS: _l("Is the second person who approves early deletion and the release of a hold"),
    Task.APPROVE_GRANTS: _l("Is the second person who approves rights to listen"),
    Task.ADMINISTER_PURPOSES: _l("Keeps the list of purposes for listening and for the register"),
    Task.ADMINISTER_ACCOUNTS: _l("Adds and disables accounts; gives no right to listen"),
}

DISCLOSURE_LANGUAGES: dict[str, LazyString] = {
    "fi": _l("Finnish"),
    "sv": _l("Swedish"),
    "en": _l("English"),
}

LINK_RULES: dict[str, LazyString] = {
    LinkRule.NUMBER_OF_LEASE_PARTY: _l("The number is this customer's"),
    LinkRule.NUMBER_OF_PERSON: _l("The number is this person's, who had no lease on the day of the call"),
    LinkRule.NUMBER_SHARED_IN_LEASE: _l(
        "Several parties to one lease share the number; the register does not tell who called"
    ),
    LinkRule.NUMBER_SHARED: _l("Several customers share the number; the register does not tell who called"),
    LinkRule.NUMBER_OF_ENDED_LEASE: _l("The number is of somebody whose leases had all ended by the day of the call"),
    LinkRule.NUMBER_OF_EMPLOYER: _l("The number is an employer's switchboard; anybody there may have called"),
    LinkRule.NUMBER_NOT_VALID_THEN: _l("The number is in the register, but was nobody's on the day of the call"),
    LinkRule.NUMBER_UNKNOWN: _l("The number is not in the customer register"),
    LinkRule.NO_NUMBER: _l("The caller was not identified by a telephone number"),
    LinkRule.WITHHELD: _l("The caller withheld the number"),
    LinkRule.DECIDED: _l("Decided by a person"),
    LinkRule.REGISTER_UNAVAILABLE: _l("The customer register did not answer when the call was looked up in it"),
    LinkRule.NOT_LINKED_YET: _l("Not looked up in the customer register yet"),
}

ROLES: dict[str, LazyString] = {
    PartyRole.TENANT: _l("tenant"),
    PartyRole.CO_TENANT: _l("co-tenant"),
    PartyRole.JOINT_PAYER: _l("joint payer"),
    PartyRole.OTHER_OCCUPANT: _l("other occupant"),
}

LEASE_STATES: dict[LeaseState, LazyString] = {
    LeaseState.CURRENT: _l("In force"),
    LeaseState.COMING: _l("Not yet begun"),
    LeaseState.ENDED: _l("Ended"),
}

PASSWORD_FAULTS: dict[PasswordFault, LazyString] = {
    PasswordFault.TOO_SHORT: _l(
        "The password is too short: it needs at least %(count)s characters.", count=MIN_PASSWORD_CHARS
    ),
    PasswordFault.TOO_LONG: _l("The password is too long."),
    PasswordFault.COMMON: _l("This password is among the first that anybody would try."),
    PasswordFault.LIKE_NAME: _l("The password is made of your own name."),
    PasswordFault.BREACHED: _l("This password is known from a data breach. Choose one that you use nowhere else."),
}


def teach_labels(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        states=STATES,
        reasons=REASONS,
        task_names=TASKS,
        task_explanations=TASK_EXPLANATIONS,
        disclosure_languages=DISCLOSURE_LANGUAGES,
        roles=ROLES,
        lease_states=LEASE_STATES,
        words=LABELS,
    )

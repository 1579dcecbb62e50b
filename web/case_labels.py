"""What the words of data subjects' cases are called before people. Translated when shown."""

from collections.abc import Mapping
from datetime import date

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from privacy.cases.added_calls import CallFault
from privacy.cases.case_calls import FoundBy
from privacy.cases.case_words import CaseKind, Channel, DeliveryWay, IdentityMethod, Outcome
from privacy.cases.clocks import Urgency
from privacy.cases.history import CaseEvent
from privacy.cases.moves import State
from web.formats import date_text

KINDS: Mapping[str, LazyString] = {
    CaseKind.ACCESS: _l("Right of access"),
    CaseKind.RECTIFICATION: _l("Rectification"),
    CaseKind.ERASURE: _l("Erasure"),
    CaseKind.RESTRICTION: _l("Restriction of processing"),
    CaseKind.OBJECTION: _l("Objection"),
}
ASKS: Mapping[str, LazyString] = {
    CaseKind.ACCESS: _l("Wants to know what is kept, and a copy of it"),
    CaseKind.RECTIFICATION: _l("Wants something wrong to be corrected"),
    CaseKind.ERASURE: _l("Wants data to be erased"),
    CaseKind.RESTRICTION: _l("Wants data to be kept but not used"),
    CaseKind.OBJECTION: _l("Does not want the data to be used for a purpose"),
}
OWN_ASKS: Mapping[str, LazyString] = {
    CaseKind.ACCESS: _l("I want to know what is kept about me, and a copy of it. Recordings of my calls may be in it."),
    CaseKind.RECTIFICATION: _l("Something about me is wrong, and I want it corrected."),
    CaseKind.ERASURE: _l("I want data about me to be erased."),
    CaseKind.RESTRICTION: _l("I want data about me to be kept but not used."),
    CaseKind.OBJECTION: _l("I do not want data about me to be used for a purpose."),
}
"""What an employee asks for about himself, in his own person."""
DUTIES: Mapping[str, LazyString] = {
    CaseKind.RECTIFICATION: _l(
        "Find out what is right, and decide. What is not corrected is told to the person with reasons."
    ),
    CaseKind.ERASURE: _l("Go through the calls below, and decide. What a law asks to keep, or a hold, stays."),
    CaseKind.RESTRICTION: _l(
        "Decide whether the data is to be kept but not used: while its accuracy or an objection is examined, or when"
        " the person needs it for a claim."
    ),
    CaseKind.OBJECTION: _l(
        "Weigh the person's situation against the purpose, and decide. You choose the purposes after the decision."
    ),
}
"""What is to be done before the decision; a request for access has its calls and its copy to go through."""
STATES: Mapping[str, LazyString] = {
    State.RECEIVED: _l("Received"),
    State.IDENTITY_ASKED: _l("Identity asked for"),
    State.IN_WORK: _l("Being handled"),
    State.DECIDED: _l("Decided, not answered yet"),
    State.CLOSED: _l("Answered"),
    State.WITHDRAWN: _l("Withdrawn"),
}
URGENCIES: Mapping[str, LazyString] = {
    Urgency.OVERDUE: _l("Overdue by law"),
    Urgency.PROMISE_BROKEN: _l("Past the promise"),
    Urgency.SOON: _l("Due soon"),
    Urgency.IN_TIME: _l("In time"),
    Urgency.PAUSED: _l("Clock stopped"),
    Urgency.OVER: _l("Over"),
}
URGENCY_TAGS: Mapping[str, str] = {
    Urgency.OVERDUE: "bad",
    Urgency.PROMISE_BROKEN: "bad",
    Urgency.SOON: "warn",
    Urgency.IN_TIME: "good",
    Urgency.PAUSED: "",
    Urgency.OVER: "",
}
CHANNELS: Mapping[str, LazyString] = {
    Channel.IN_PERSON: _l("In person"),
    Channel.IN_WRITING: _l("In writing, brought along"),
    Channel.MAIL: _l("By post"),
    Channel.EMAIL: _l("By e-mail"),
    Channel.OWN_PAGE: _l("From the employee's own page"),
}
METHODS: Mapping[str, LazyString] = {
    IdentityMethod.DOCUMENT_SHOWN: _l("Showed an identity document"),
    IdentityMethod.STRONG_IDENTIFICATION: _l("Strong electronic identification"),
    IdentityMethod.SIGNATURE_COMPARED: _l("Signature compared with the lease"),
    IdentityMethod.CALLED_BACK: _l("Called back to the number in the register, and asked"),
    IdentityMethod.KNOWN_IN_PERSON: _l("Known in person"),
    IdentityMethod.OWN_ACCOUNT: _l("Logged in with the own account"),
    IdentityMethod.GUARDIAN_AUTHORISED: _l("Guardian or authorised person, authority seen"),
}
OUTCOMES: Mapping[str, LazyString] = {
    Outcome.GRANTED: _l("Granted"),
    Outcome.PARTLY_GRANTED: _l("Granted in part"),
    Outcome.REFUSED: _l("Refused"),
    Outcome.NOTHING_KEPT: _l("Nothing is kept about the person"),
}
WAYS: Mapping[str, LazyString] = {
    DeliveryWay.IN_PERSON: _l("Handed over in person"),
    DeliveryWay.MAIL: _l("Letter"),
    DeliveryWay.REGISTERED_MAIL: _l("Registered letter"),
    DeliveryWay.SECURE_EMAIL: _l("Encrypted e-mail"),
    DeliveryWay.OWN_PAGE: _l("On the employee's own page"),
}
FOUND_BY: Mapping[str, LazyString] = {
    FoundBy.LINKED: _l("Linked to this person"),
    FoundBy.SEVERAL: _l("May be another's: the number is shared"),
    FoundBy.ANSWERED: _l("Answered by this employee"),
    FoundBy.ADDED: _l("Added by hand"),
}
CALL_FAULTS: Mapping[str, LazyString] = {
    CallFault.NOT_SEEN: _l("There is no such call, or it is not among those that you see."),
    CallFault.IN_LIST: _l("This call is in the list already."),
    CallFault.ANOTHERS: _l("This call is linked to another person. Correct the link on the call's page first."),
}
EVENTS: Mapping[str, LazyString] = {
    CaseEvent.OPENED: _l("The case was opened"),
    CaseEvent.NOTE: _l("Note"),
    CaseEvent.ASSIGNED: _l("Handler chosen"),
    CaseEvent.ASK_IDENTITY: _l("Proof of identity asked for; the clock stopped"),
    CaseEvent.CONFIRM_IDENTITY: _l("Identity confirmed"),
    CaseEvent.CLOCKS_WENT_ON: _l("The clock goes on"),
    CaseEvent.EXTEND: _l("The time was extended"),
    CaseEvent.DECIDE: _l("Decided"),
    CaseEvent.RECONSIDER: _l("The decision was taken back"),
    CaseEvent.CARRIED_OUT: _l("What was decided was carried out"),
    CaseEvent.CALLS_CHOSEN: _l("A call was looked at"),
    CaseEvent.DELIVERY_ASKED: _l("Approval of the handing over was asked for"),
    CaseEvent.DELETION_ASKED: _l("Approval of the deletion was asked for"),
    CaseEvent.DELIVER: _l("The answer was handed over"),
    CaseEvent.LIFTING_ANNOUNCED: _l("It was written why the restriction is to be lifted"),
    CaseEvent.LIFTED: _l("The restriction was lifted; the person was told before"),
    CaseEvent.WITHDRAW: _l("The request was withdrawn"),
}
_SAID: Mapping[CaseEvent, Mapping[str, LazyString]] = {
    CaseEvent.CONFIRM_IDENTITY: METHODS,
    CaseEvent.DECIDE: OUTCOMES,
    CaseEvent.DELIVER: WAYS,
}


def event_text(what: CaseEvent, text: str) -> str:
    """Write what stands beside an event: a word of ours, or what somebody typed."""
    if what is CaseEvent.LIFTED:
        return date_text(date.fromisoformat(text))
    if what is CaseEvent.CLOCKS_WENT_ON:
        return still_text(int(text))
    words = _SAID.get(what, {})
    return str(words.get(text, text))


def still_text(days: int) -> str:
    """Say for how many days the clocks stood still."""
    return str(ngettext("It stood still for %(num)d day", "It stood still for %(num)d days", days))


def days_text(days: int) -> str:
    """Say how many days."""
    return str(ngettext("%(num)d day", "%(num)d days", days))


def days_left_text(days: int) -> str:
    """Say how many days there are to a last day, or how many ago it was."""
    if days < 0:
        return str(ngettext("%(num)d day late", "%(num)d days late", -days))
    if days == 0:
        return str(gettext("Last day today"))
    return str(ngettext("%(num)d day left", "%(num)d days left", days))


def teach_case_words(app: Flask) -> None:
    """Give the words to the templates."""
    app.jinja_env.globals.update(
        case_kinds=KINDS,
        case_asks=ASKS,
        own_case_asks=OWN_ASKS,
        case_duties=DUTIES,
        case_states=STATES,
        case_urgencies=URGENCIES,
        case_urgency_tags=URGENCY_TAGS,
        case_channels=CHANNELS,
        case_methods=METHODS,
        case_outcomes=OUTCOMES,
        case_ways=WAYS,
        case_found_by=FOUND_BY,
        case_events=EVENTS,
        case_event_text=event_text,
    )
    app.jinja_env.filters.update(days_left=days_left_text, still=still_text, days=days_text)

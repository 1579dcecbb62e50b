"""What can be done with a case on its page, as a table: each deed with its form, what does it, what is said then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.values.day import day_of
from privacy.cases import carrying_out, handling, lifting
from privacy.cases.added_calls import CallFault, add_call, fault_of_call
from privacy.cases.board import ViewedCase
from privacy.cases.case_words import DeliveryWay, IdentityMethod, Outcome
from privacy.cases.delivery import ReadyCopy, ask_for_delivery, needs_copy, record_delivery
from privacy.cases.handlers import handled_row
from privacy.cases.subject_notes import add_subject_note
from privacy.copies.copies import Copy, copies_of, deliver
from privacy.copies.copy_state import CopyState
from rights.access.actor import Actor
from rights.listening.purposes import Purpose
from web.formats import moment_text
from web.forms.case_moves import (
    AddCallForm,
    AskIdentityForm,
    AssignForm,
    ConfirmIdentityForm,
    DecideForm,
    DeliverForm,
    ExtendForm,
    LiftForm,
    NoteForm,
    PurposesForm,
    ReasonsForm,
)
from web.forms.page_form import PageForm
from web.parts import parts
from web.visitor import actor


@dataclass(frozen=True, slots=True)
class CaseForms:
    """The forms of one case as it stands."""

    viewed: ViewedCase
    purposes: tuple[Purpose, ...]

    def assign(self) -> AssignForm:
        """Make the form that chooses a handler."""
        handlers = [(one.account_id, one.name) for one in self.viewed.handlers]
        return AssignForm(handlers=handlers, assigned_to=self.viewed.case.assigned_to)

    def ask_identity(self) -> AskIdentityForm:
        """Make the form that asks for proof of identity, perhaps again."""
        return AskIdentityForm(earlier=handling.doubts_of(self.viewed.history))

    def decide(self) -> DecideForm:
        """Make the form of the decision."""
        return DecideForm(outcomes=self.viewed.outcomes)

    def restrict(self) -> PurposesForm:
        """Make the form of the purposes."""
        is_objection = self.viewed.case.kind == "objection"
        return PurposesForm(purposes=self.purposes, language=str(get_locale()), is_objection=is_objection)

    def lift(self) -> LiftForm:
        """Make the form that says when the subject was told."""
        lifting_of = self.viewed.lifting
        return LiftForm(announced_on=day_of(lifting_of.at) if lifting_of else None, today=self.viewed.today)

    def note_beside(self) -> NoteForm:
        """Make the form of a note beside the person's data or a call."""
        calls = [
            (call.call_id, moment_text(call.started_at))
            for call in self.viewed.calls
            if call.is_included and call.started_at is not None
        ]
        return NoteForm(calls=calls)

    def add_call(self) -> AddCallForm:
        """Make the form that puts a call into the list."""
        case_no, who = self.viewed.case.case_no, actor()

        def fault(call_id: str) -> CallFault | None:
            with parts().database.read() as rows:
                return fault_of_call(rows, handled_row(rows, who, case_no), call_id, by=who)

        return AddCallForm(fault=fault)

    def deliver(self) -> DeliverForm:
        """Make the form of the handing over."""
        case = self.viewed.case
        decided_on = day_of(case.decision.at) if case.decision else None
        return DeliverForm(decided_on=decided_on, today=self.viewed.today, to_whom=case.subject_name)


Do = Callable[[Session, ViewedCase, Any, Actor, Clock], object]


@dataclass(frozen=True, slots=True)
class CaseDeed:
    """One deed: its form (None: a button alone), what does it, what is said then.

    What ``is_grave`` needs a fresh proof of who does it.
    """

    form: Callable[[CaseForms], PageForm | None]
    do: Do
    said: LazyString
    is_grave: bool = False


def _no_form(_forms: CaseForms) -> None:
    return None


def _reasons(_forms: CaseForms) -> ReasonsForm:
    return ReasonsForm()


def _with_reasons(move: Callable[..., None]) -> Do:
    def do(rows: Session, viewed: ViewedCase, form: ReasonsForm, by: Actor, clock: Clock) -> None:
        move(rows, viewed.case.case_no, reasons=form.text.data, by=by, clock=clock)

    return do


def _note(rows: Session, viewed: ViewedCase, form: ReasonsForm, by: Actor, clock: Clock) -> None:
    handling.add_note(rows, viewed.case.case_no, text=form.text.data, by=by, clock=clock)


def _assign(rows: Session, viewed: ViewedCase, form: AssignForm, by: Actor, clock: Clock) -> None:
    handling.assign(rows, viewed.case.case_no, account_id=form.account_id.data, by=by, clock=clock)


def _confirm(rows: Session, viewed: ViewedCase, form: ConfirmIdentityForm, by: Actor, clock: Clock) -> None:
    method = IdentityMethod(form.method.data)
    handling.confirm_identity(rows, viewed.case.case_no, method=method, by=by, clock=clock)


def _extend(rows: Session, viewed: ViewedCase, form: ExtendForm, by: Actor, clock: Clock) -> None:
    months = int(form.months.data)
    handling.extend(rows, viewed.case.case_no, months=months, reasons=form.text.data, by=by, clock=clock)


def _decide(rows: Session, viewed: ViewedCase, form: DecideForm, by: Actor, clock: Clock) -> None:
    outcome = Outcome(form.outcome.data)
    handling.decide(rows, viewed.case.case_no, outcome=outcome, reasons=form.text.data, by=by, clock=clock)


def _restrict(rows: Session, viewed: ViewedCase, form: PurposesForm, by: Actor, clock: Clock) -> None:
    carrying_out.carry_out_restriction(rows, viewed.case.case_no, purposes=form.purposes.data or (), by=by, clock=clock)


def _note_beside(rows: Session, viewed: ViewedCase, form: NoteForm, by: Actor, clock: Clock) -> None:
    call_id = form.call_id.data or None
    add_subject_note(rows, viewed.case.case_no, text=form.text.data, call_id=call_id, by=by, clock=clock)


def _add_call(rows: Session, viewed: ViewedCase, form: AddCallForm, by: Actor, clock: Clock) -> None:
    add_call(rows, viewed.case.case_no, form.call.data or "", reason=form.text.data or "", by=by, clock=clock)


def _say_done(rows: Session, viewed: ViewedCase, form: ReasonsForm, by: Actor, clock: Clock) -> None:
    carrying_out.say_carried_out(rows, viewed.case.case_no, what=form.text.data, by=by, clock=clock)


def _lift(rows: Session, viewed: ViewedCase, form: LiftForm, by: Actor, clock: Clock) -> None:
    lifting.lift_restrictions(rows, viewed.case.case_no, told_on=form.day(), by=by, clock=clock)


def _ask_erasure(rows: Session, viewed: ViewedCase, _form: None, by: Actor, clock: Clock) -> None:
    carrying_out.ask_erasure(rows, viewed.case.case_no, by=by, clock=clock)


def _erase(rows: Session, viewed: ViewedCase, _form: None, by: Actor, clock: Clock) -> None:
    carrying_out.carry_out_erasure(rows, viewed.case.case_no, by=by, clock=clock)


def _ask_delivery(rows: Session, viewed: ViewedCase, form: ReasonsForm, by: Actor, clock: Clock) -> None:
    copy = kept_copy(rows, viewed)
    if copy is not None and copy.sha256 is not None:
        ready = ReadyCopy(copy.id, copy.sha256)
        ask_for_delivery(rows, viewed.case.case_no, ready, reason=form.text.data, by=by, clock=clock)


def _deliver(rows: Session, viewed: ViewedCase, form: DeliverForm, by: Actor, clock: Clock) -> None:
    copy = kept_copy(rows, viewed) if needs_copy(viewed.case) else None
    record_delivery(
        rows,
        viewed.case.case_no,
        way=DeliveryWay(form.way.data),
        to_whom=form.to_whom.data,
        delivered_on=form.day(),
        identity_method=IdentityMethod(form.method.data),
        copy=ReadyCopy(copy.id, copy.sha256) if copy and copy.sha256 else None,
        by=by,
        clock=clock,
    )
    if copy is not None:
        deliver(rows, copy.id, by=by, clock=clock)


def kept_copy(rows: Session, viewed: ViewedCase) -> Copy | None:
    """Give the copy of a case that is made: released before any other, the newest first."""
    kept = [copy for copy in copies_of(rows, viewed.case.case_no) if copy.is_kept]
    return next(iter(sorted(kept, key=lambda copy: copy.state is not CopyState.RELEASED)), None)


DEEDS: Mapping[str, CaseDeed] = MappingProxyType(
    {
        "assign": CaseDeed(CaseForms.assign, _assign, _l("The handler was changed.")),
        "note": CaseDeed(_reasons, _note, _l("The note was added.")),
        "ask-identity": CaseDeed(
            CaseForms.ask_identity,
            _with_reasons(handling.ask_identity),
            _l("The clock stands still until the identity is proved."),
        ),
        "confirm-identity": CaseDeed(lambda _forms: ConfirmIdentityForm(), _confirm, _l("The identity was confirmed.")),
        "extend": CaseDeed(
            lambda _forms: ExtendForm(), _extend, _l("The time was extended. Send the letter that tells of it today.")
        ),
        "decide": CaseDeed(CaseForms.decide, _decide, _l("The decision was kept.")),
        "reconsider": CaseDeed(_reasons, _with_reasons(handling.reconsider), _l("The decision was taken back.")),
        "withdraw": CaseDeed(_reasons, _with_reasons(handling.withdraw), _l("The case is over: it was withdrawn.")),
        "restrict": CaseDeed(CaseForms.restrict, _restrict, _l("The restriction stands from now on.")),
        "announce-lifting": CaseDeed(
            _reasons,
            _with_reasons(lifting.announce_lifting),
            _l("Send the letter to the person. The restriction stands until you have said when it was told."),
        ),
        "lift": CaseDeed(CaseForms.lift, _lift, _l("The restriction is lifted from now on.")),
        "ask-erasure": CaseDeed(_no_form, _ask_erasure, _l("A second person was asked to approve the deletion.")),
        "erase": CaseDeed(
            _no_form, _erase, _l("The calls are deleted with the next run, within minutes."), is_grave=True
        ),
        "add-call": CaseDeed(CaseForms.add_call, _add_call, _l("The call was added to the request.")),
        "note-beside": CaseDeed(CaseForms.note_beside, _note_beside, _l("The note was put beside the data.")),
        "carried-out": CaseDeed(_reasons, _say_done, _l("It was written down what was done.")),
        "ask-delivery": CaseDeed(_reasons, _ask_delivery, _l("A second person was asked to approve the copy.")),
        "deliver": CaseDeed(CaseForms.deliver, _deliver, _l("The case is over: the answer was handed over.")),
    }
)
"""Every deed by its name in the address."""

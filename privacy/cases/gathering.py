"""Gathering: what is kept about a case's subject, as the plain values of ``privacy.cases.gathered``.

Register data, calls, notes, decisions and look-ups. Names of staff are not in it; the subject's own data is, unmasked.
"""

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from calls.clock import Clock
from ledger_link.undisclosed.concealment import NOTHING, Concealment, concealment_of
from ledger_link.values.day import day_of
from privacy.cases.case import case_of, person_of, row_of
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.customer_sections import co_parties, customer_sections
from privacy.cases.employee_sections import employee_sections
from privacy.cases.gathered import (
    Gathered,
    GatheredCase,
    GatheredLookUp,
    GatheredNote,
    GatheredSection,
    SubjectKind,
)
from privacy.cases.gathered_calls import gathered_calls, purpose_names
from privacy.cases.handover_section import handover_section
from privacy.cases.history import CaseEvent, history_of
from privacy.cases.staff_aliases import StaffAliases
from privacy.cases.subject_notes import notes_of_subject
from rights.access.partner_rows import PartnerRow
from rights.audit.trail import Action
from rights.listening.purposes import Purpose, all_purposes
from rights.register.look_ups import look_up_of, looks_at
from rights.tables import AccountRow, AuditRow
from storage.vault.field_vault import FieldVault
from storage.vault.key_ring import KeyRing


def gather(session: Session, keys: KeyRing, case_no: str, *, clock: Clock) -> Gathered:
    """Gather everything that the copy of a case holds; the caller has audited it and seen to it that it may be told.

    Raises NotFoundError for a case that is not there.
    """
    row = row_of(session, case_no)
    now, subject = clock.now(), SubjectKind(row.subject_kind)
    person_id = person_of(session, row)
    others = concealment_of(session, co_parties(session, person_id)) if person_id is not None else NOTHING
    staff, purposes = _staff(session, row), all_purposes(session)
    calls = gathered_calls(session, row.id, subject=subject, staff=staff, purposes=purposes)
    sections: tuple[GatheredSection, ...]
    if subject is SubjectKind.EMPLOYEE:
        sections = employee_sections(session, agent_id=row.agent_id, account_id=row.account_id)
    elif person_id is not None:
        sections = customer_sections(session, FieldVault(keys), person_id, on=day_of(now))
    else:
        sections = ()
    handed_over = handover_section(session, call_ids=[call.call_id for call in calls], person_id=person_id)
    if handed_over.entries:
        sections = (*sections, handed_over)
    return Gathered(
        case_no=row.case_no,
        subject_kind=subject,
        subject_name=row.subject_name,
        language=row.language,
        gathered_at=now,
        sections=sections,
        calls=calls,
        notes=_notes(session, row),
        look_ups=_look_ups(session, row, staff, purposes),
        cases=tuple(_case(session, other, others) for other in _cases(session, row)),
    )


def _staff(session: Session, row: CaseRow) -> StaffAliases:
    """Know which agents are which accounts, and whose accounts are partners'; the subject himself is no alias."""
    own: set[object] = {row.agent_id} if row.agent_id is not None else set()
    accounts = session.execute(select(AccountRow.id, AccountRow.login, AccountRow.agent_id)).all()
    for account_id, login, agent_id in accounts:
        is_agent = row.agent_id is not None and agent_id == row.agent_id
        if is_agent or account_id == row.account_id:
            own.add(login)
    partners = select(AccountRow.login, PartnerRow.organisation).join(
        PartnerRow, PartnerRow.account_id == AccountRow.id
    )
    staff = StaffAliases(own=frozenset(own), partners=dict(session.execute(partners).all()))
    for _, login, agent_id in accounts:
        if agent_id is not None:
            staff.know(agent_id, login)
    return staff


def _notes(session: Session, row: CaseRow) -> tuple[GatheredNote, ...]:
    person_id = person_of(session, row)
    if person_id is None and row.agent_id is None:
        return ()
    return notes_of_subject(session, person_id=person_id, agent_id=row.agent_id)


def _look_ups(
    session: Session,
    row: CaseRow,
    staff: StaffAliases,
    purposes: Mapping[str, Purpose],
) -> tuple[GatheredLookUp, ...]:
    """Give the looks at a customer's data; of an employee's, those by others at the pages of his calls.

    Listenings to an employee's calls stand beside each call.
    """
    if row.subject_kind == SubjectKind.CUSTOMER:
        person_id = person_of(session, row)
        if person_id is None:
            return ()
        query = looks_at(person_id)
    else:
        ids = select(CaseCallRow.call_id).where(CaseCallRow.case_id == row.id, CaseCallRow.is_included.is_(True))
        query = select(AuditRow).where(AuditRow.call_id.in_(ids), AuditRow.action == Action.CALL_SHOWN)
    found = []
    for audit in session.scalars(query.order_by(AuditRow.id)):
        by = staff.of_login(audit.login)
        if row.subject_kind == SubjectKind.EMPLOYEE and by is None:
            continue  # his own look at his own calls
        look = look_up_of(audit)
        found.append(
            GatheredLookUp(
                at=look.at,
                what=look.action.value,
                field=look.field,
                purpose=look.purpose,
                purpose_names=purpose_names(purposes, look.purpose),
                by=by,
            )
        )
    return tuple(found)


def _cases(session: Session, row: CaseRow) -> list[CaseRow]:
    same = [CaseRow.id == row.id]
    same += [CaseRow.person_no == row.person_no] if row.person_no is not None else []  # its id may be another's by now
    same += [CaseRow.agent_id == row.agent_id] if row.agent_id is not None else []
    same += [CaseRow.account_id == row.account_id] if row.account_id is not None else []
    return list(session.scalars(select(CaseRow).where(or_(*same)).order_by(CaseRow.id)))


def _case(session: Session, row: CaseRow, others: Concealment) -> GatheredCase:
    case = case_of(row)
    notes = [one for one in reversed(history_of(session, row.id)) if one.what is CaseEvent.NOTE]
    return GatheredCase(
        case_no=case.case_no,
        kind=case.kind.value,
        received_on=case.received_on,
        state=case.state.value,
        outcome=case.decision.outcome.value if case.decision else None,
        decided_at=case.decision.at if case.decision else None,
        reasons=case.decision.reasons if case.decision else "",
        request=case.request,
        notes=tuple(GatheredNote(one.at, others.of(one.text), case.case_no) for one in notes),
    )

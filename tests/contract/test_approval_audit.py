"""The log alone answers who let whom do what, from when, until when, and why: the approvals' own table may lie."""

import json
from datetime import timedelta
from typing import Any

from fixtures_rights import Office
from sqlalchemy import select, text

from calls.clock import Clock
from rights.access.approvals import Approval, ask, decide, use
from rights.access.deciding import decide_and_do
from rights.access.deeds import Deed
from rights.access.grants import grant_or_ask
from rights.access.permit import parse_permit
from rights.access.tasks import Task
from rights.audit.subjects import forget_subject, subject_of_login
from rights.audit.trail import Action
from rights.tables import AccountRow, AuditRow

APPROVALS = (Action.APPROVAL_ASKED, Action.APPROVAL_GIVEN, Action.APPROVAL_REFUSED, Action.APPROVAL_USED)
WHY = "Uusi esihenkilö"


def rows(office: Office, *actions: Action) -> list[tuple[str, dict[str, Any]]]:
    """Give the rows of actions: who, and what they tell."""
    with office.database.read() as session:
        found = session.scalars(select(AuditRow).where(AuditRow.action.in_(actions)).order_by(AuditRow.id))
        return [(row.login or "", json.loads(row.detail or "{}")) for row in found]


def columns(office: Office) -> str:
    """Give what stands in the columns of the audit, for everybody who reads the database."""
    with office.database.read() as session:
        return str(session.execute(text("SELECT * FROM audit")).all())


def asked(office: Office, deed: Deed, subject: str, detail: dict[str, object], clock: Clock) -> Approval:
    asker = office.actor(office.add_account("paula", Task.RECORD_DISCLOSURES))
    with office.database.begin() as session:
        return ask(session, deed=deed, subject=subject, reason=WHY, by=asker, clock=clock, detail=detail)


def test_a_granted_right_to_listen_is_told_by_the_log_at_each_step(office: Office) -> None:
    asker = office.actor(office.add_account("pekka", Task.ADMINISTER_ACCOUNTS))
    approver = office.actor(office.add_account("arto", Task.APPROVE_GRANTS))
    eeva = office.add_account("eeva")
    until = office.clock.now() + timedelta(days=30)
    with office.database.begin() as session:
        waiting = grant_or_ask(
            session,
            account=session.get_one(AccountRow, eeva),
            permit=parse_permit("listen:team"),
            reason=WHY,
            by=asker,
            clock=office.clock,
            valid_until=until,
            role="supervisor",
        )
    assert waiting is not None
    with office.database.begin() as session:
        decide_and_do(session, waiting.id, is_approved=True, note="Sovittu", by=approver, clock=office.clock)
    told = rows(office, *APPROVALS)
    assert [who for who, _ in told] == ["pekka", "arto", "pekka"]
    for _, detail in told:
        assert (
            detail.items()
            >= {
                "deed": "grant-listening",
                "approval": waiting.id,
                "account": "eeva",
                "permit": "listen:team",
                "valid_until": until.isoformat(),
                "role": "supervisor",
                "asked_by": "pekka",
                "reason": WHY,
            }.items()
        )
    assert [(detail.get("decided_by"), detail.get("note")) for _, detail in told] == [
        (None, None),
        ("arto", "Sovittu"),
        ("arto", "Sovittu"),
    ]
    assert WHY not in columns(office)
    assert "Sovittu" not in columns(office)


def test_words_of_an_asking_are_sealed_and_the_rest_is_left_when_they_are_forgotten(office: Office) -> None:
    detail: dict[str, object] = {
        "partner": "Perintä Oy",
        "calls": ["0199a1b2-0000-7000-8000-000000000001"],
        "until": "2026-12-01T00:00:00+02:00",
        "basis": "processor",
        "basis_detail": "Sopimus 7 § ja Aino Virtasen pyyntö",
        "description": WHY,
    }
    asked(office, Deed.OPEN_TO_PARTNER, "partner:99", detail, office.clock)
    [(_, told)] = rows(office, Action.APPROVAL_ASKED)
    assert told["asked_for"] == {"basis_detail": detail["basis_detail"], "description": WHY}
    assert (told["recipient"], told["calls"], told["until"], told["basis"]) == (
        "Perintä Oy",
        detail["calls"],
        detail["until"],
        "processor",
    )
    assert "Virtasen" not in columns(office)
    with office.database.begin() as session:
        forget_subject(session, subject_of_login("paula"), clock=office.clock)
    [(_, left)] = rows(office, Action.APPROVAL_ASKED)
    assert {"asked_for", "reason"}.isdisjoint(left)
    assert (left["recipient"], left["until"]) == ("Perintä Oy", detail["until"])


def test_of_findings_the_log_counts_the_marks_which_the_statement_signs(office: Office) -> None:
    detail: dict[str, object] = {"rows": 4, "root": "AAAA", "marks": ["edited: row 1 [00]"] * 3}
    asked(office, Deed.ACKNOWLEDGE_FINDINGS, "audit/1", detail, office.clock)
    [(_, told)] = rows(office, Action.APPROVAL_ASKED)
    assert (told["marks"], told["rows"], told["root"]) == (3, 4, "AAAA")


def test_of_a_team_the_log_tells_who_is_to_come_in_and_who_is_to_lead(office: Office) -> None:
    eeva = office.add_account("eeva")
    leads: dict[str, object] = {"account_id": eeva, "members": [3, 5]}
    asked(office, Deed.WIDEN_TEAM, "team:4", leads, office.clock)
    [(_, told)] = rows(office, Action.APPROVAL_ASKED)
    assert (told["subject"], told["account"], told["account_id"], told["members"]) == ("team:4", "eeva", eeva, 2)
    assert "asked_for" not in told


def test_a_refusal_tells_what_was_refused_and_a_use_what_was_used(office: Office) -> None:
    detail: dict[str, object] = {"purpose": "verify", "case": "T-2026-0001"}
    call_id = office.add_call(agent_id=office.sanna_id)
    approver = office.actor(office.add_account("arto", Task.APPROVE_EXPORTS))
    first = asked(office, Deed.EXPORT_AUDIO, call_id, detail, office.clock)
    with office.database.begin() as session:
        decide(session, first.id, is_approved=False, note="Ei perustetta", by=approver, clock=office.clock)
    [(who, refused)] = rows(office, Action.APPROVAL_REFUSED)
    assert (who, refused["subject"], refused["purpose"], refused["case"], refused["note"]) == (
        "arto",
        call_id,
        "verify",
        "T-2026-0001",
        "Ei perustetta",
    )
    with office.database.read() as session:
        paula = session.scalars(select(AccountRow.id).where(AccountRow.login == "paula")).one()
    asker = office.actor(paula)
    with office.database.begin() as session:
        again = ask(
            session,
            deed=Deed.EXPORT_AUDIO,
            subject=call_id,
            reason=WHY,
            by=asker,
            clock=office.clock,
            detail=detail,
        )
        decide(session, again.id, is_approved=True, by=approver, clock=office.clock)
        use(session, deed=Deed.EXPORT_AUDIO, subject=call_id, by=asker, clock=office.clock, detail=detail)
    [(user, used)] = rows(office, Action.APPROVAL_USED)
    assert (user, used["asked_by"], used["decided_by"], used["purpose"]) == ("paula", "paula", "arto", "verify")

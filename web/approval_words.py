"""What waits for a second person, in words: what it is about, with a way there for who may go."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calls.clock import from_iso
from privacy.cases.case_calls import FoundBy
from privacy.cases.case_rows import CaseCallRow, CaseRow
from privacy.cases.handlers import handled
from privacy.copies.blackouts import blackouts_at
from privacy.copies.copy_rows import CopyCallRow, CopyRow
from privacy.copies.reviews import Review, reviews_at
from privacy.retention.retention_rows import HoldRow
from rights.access.actor import Actor
from rights.access.approvals import Approval
from rights.access.deeds import Deed
from rights.access.tasks import Task
from rights.audit.acknowledging import marks_of
from rights.audit.findings import parted_mark
from rights.calls.reach import permitted
from rights.listening.purposes import all_purposes
from storage.database.calls import CallRow
from web.access_words import letting_back_lines, widening_lines
from web.account_names import account_names
from web.approval_line import Line
from web.call_names import call_name
from web.case_labels import KINDS
from web.copy_labels import TEXT_REASONS
from web.finding_labels import TAMPERINGS
from web.formats import moment_text
from web.handover_labels import BASES
from web.languages import chosen_language
from web.mask_place import whole_place
from web.permit_words import ending

MOST_CALLS = 50  # that are named; the rest are counted


def lines_of(rows: Session, approval: Approval, *, reader: Actor) -> tuple[Line, ...]:
    """Say what a deed is about; a grant is said by its page itself."""
    match approval.deed:
        case Deed.EXPORT_AUDIO:
            said = _export(rows, approval, reader)
        case Deed.DELIVER_COPY:
            said = _copy(rows, approval, reader)
        case Deed.DELETE_EARLY:
            said = _deletion(rows, approval, reader)
        case Deed.RELEASE_HOLD:
            said = _hold(rows, approval, reader)
        case Deed.OPEN_TO_PARTNER:
            said = _opening(rows, approval, reader)
        case Deed.ACKNOWLEDGE_FINDINGS:
            said = _findings(approval)
        case Deed.NEW_LINK | Deed.RESET_SECOND_FACTOR:
            said = letting_back_lines(rows, approval)
        case Deed.WIDEN_TEAM:
            said = widening_lines(rows, approval)
        case _:
            said = iter([Line(gettext("What it is about"), approval.subject, is_code=True)])
    return tuple(said)


def _export(rows: Session, approval: Approval, reader: Actor) -> Iterator[Line]:
    yield from _calls(rows, [approval.subject], reader)
    purpose = str(approval.detail.get("purpose", ""))
    known = all_purposes(rows).get(purpose)
    yield Line(gettext("Purpose"), known.name(chosen_language()) if known else purpose)
    if number := approval.detail.get("case"):
        yield from _case(rows, str(number), reader)


def _copy(rows: Session, approval: Approval, reader: Actor) -> Iterator[Line]:
    yield from _case(rows, approval.subject, reader)
    masks = rows.scalars(
        select(CopyCallRow.masks).where(CopyCallRow.copy_id == str(approval.detail.get("copy", "")))
    ).all()
    holds = gettext("Calls: %(calls)s, masked ranges: %(masks)s", calls=len(masks), masks=sum(masks))
    yield Line(gettext("In the copy"), holds)
    if added := _added_calls(rows, approval):
        yield Line(gettext("Added by hand"), str(added))
    if black := _blackouts(rows, approval):
        yield Line(gettext("Blacked out in the texts"), black)
    yield from _reviews(rows, approval)
    yield Line(gettext("Fingerprint of the package (SHA-256)"), str(approval.detail.get("sha256", "")), is_code=True)


def _added_calls(rows: Session, approval: Approval) -> int:
    """Count the calls of a copy that nothing but a handler's word says to be the subject's."""
    of_copy = select(CopyCallRow.call_id).where(CopyCallRow.copy_id == str(approval.detail.get("copy", "")))
    added = (
        select(func.count())
        .select_from(CaseCallRow)
        .join(CaseRow, CaseRow.id == CaseCallRow.case_id)
        .where(
            CaseRow.case_no == approval.subject,
            CaseCallRow.found_by == FoundBy.ADDED,
            CaseCallRow.call_id.in_(of_copy),
        )
    )
    return rows.scalar(added) or 0


def _blackouts(rows: Session, approval: Approval) -> str:
    """Say in how many places of the texts words are blacked out in a copy, by the reason."""
    copy = rows.get(CopyRow, str(approval.detail.get("copy", "")))
    if copy is None:
        return ""
    counts = Counter(one.blackout.reason for one in blackouts_at(rows, copy.case_no, copy.ordered_at))
    return "; ".join(f"{TEXT_REASONS[reason]}: {count}" for reason, count in sorted(counts.items()))


def _reviews(rows: Session, approval: Approval) -> Iterator[Line]:
    """Say who looked the texts and the calls of a copy through, and when he last said so."""
    copy = rows.get(CopyRow, str(approval.detail.get("copy", "")))
    if copy is None:
        return
    reviews = reviews_at(rows, copy.case_no, copy.ordered_at)
    calls = rows.scalars(select(CopyCallRow.call_id).where(CopyCallRow.copy_id == copy.id)).all()
    heard = [reviews.calls[call_id] for call_id in calls if call_id in reviews.calls]
    yield Line(gettext("Looked the texts through"), _said(rows, reviews.texts.values()))
    if calls:
        yield Line(gettext("Said that nothing else of the calls has to be masked"), _said(rows, heard))
    if told := "; ".join(_not_heard(heard)):
        yield Line(gettext("Not heard to the end, because"), told)
    if before := sum(one.left_ms is None for one in heard):
        yield Line(gettext("Said before it was kept how much was heard"), _calls_counted(before))


def _not_heard(reviews: Iterable[Review]) -> Iterator[str]:
    """Say why calls were not heard to their end, and how much of them that is."""
    left: dict[str, list[int]] = defaultdict(list)
    for one in reviews:
        if one.left_ms and one.because:
            left[one.because].append(one.left_ms)
    for because, parts_ms in sorted(left.items()):
        calls, left_text = _calls_counted(len(parts_ms)), whole_place(sum(parts_ms), up=True)
        how_much = gettext("%(calls)s, %(left)s not heard", calls=calls, left=left_text)
        yield f"{because} ({how_much})"


def _calls_counted(count: int) -> str:
    counted: str = ngettext("%(num)d call", "%(num)d calls", count)
    return counted


def _said(rows: Session, reviews: Iterable[Review]) -> str:
    last = {one.said_by: one.said_at for one in sorted(reviews, key=lambda review: review.said_at)}
    names = account_names(rows, last)
    told = "; ".join(f"{names.get(login, login)}, {moment_text(at)}" for login, at in last.items())
    nobody: str = gettext("Nobody")
    return told or nobody


def _deletion(rows: Session, approval: Approval, reader: Actor) -> Iterator[Line]:
    yield from _case(rows, approval.subject, reader)
    yield from _calls(rows, _ids(approval), reader)


def _hold(rows: Session, approval: Approval, reader: Actor) -> Iterator[Line]:
    number = approval.subject.rpartition("/")[2]
    hold = rows.get(HoldRow, int(number)) if number.isdecimal() else None
    there = url_for("holds.show") if reader.may(Task.MANAGE_HOLDS) else None
    yield Line(gettext("Hold"), gettext("Number %(number)s", number=number), there)
    if hold is not None and hold.call_id is not None:
        yield from _calls(rows, [hold.call_id], reader)
    elif hold is not None and hold.person_id is not None:
        person = url_for("person.show", person_id=hold.person_id) if reader.may(Task.VIEW_REGISTER) else None
        yield Line(gettext("What is held"), gettext("All data of a person"), person)


def _opening(rows: Session, approval: Approval, reader: Actor) -> Iterator[Line]:
    number, detail = approval.subject.rpartition(":")[2], approval.detail
    there = reader.may(Task.RECORD_DISCLOSURES) and number.isdecimal()
    yield Line(
        gettext("To whom"),
        str(detail.get("partner", "")),
        url_for("partners.one", account_id=int(number)) if there else None,
    )
    yield from _calls(rows, _ids(approval), reader)
    basis = str(detail.get("basis", ""))
    yield Line(gettext("Legal basis"), str(next((said for code, said in BASES.items() if code == basis), basis)))
    yield Line(gettext("Section of the law, contract or request"), str(detail.get("basis_detail", "")))
    yield Line(gettext("Last day"), ending(from_iso(str(detail["until"]))))


def _findings(approval: Approval) -> Iterator[Line]:
    """Say every mark that is signed by confirming it: nothing else that the request says, and none is left out."""
    for mark in marks_of(approval):
        tampering, what = parted_mark(mark)
        yield Line(str(TAMPERINGS.get(tampering, tampering)), what)
    yield Line(gettext("Rows that were verified"), str(approval.detail.get("rows", "")))
    yield Line(gettext("Root of the log then"), str(approval.detail.get("root", "")), is_code=True)


def _case(rows: Session, number: str, reader: Actor) -> Iterator[Line]:
    kind = rows.scalar(select(CaseRow.kind).where(CaseRow.case_no == number))
    mine = rows.scalar(select(CaseRow.id).where(CaseRow.case_no == number, handled(reader)))
    said = f"{number}: {KINDS[kind]}" if kind else number
    yield Line(gettext("Request"), said, url_for("case.show", case_no=number) if mine is not None else None)


def _calls(rows: Session, call_ids: Sequence[str], reader: Actor) -> Iterator[Line]:
    wanted = sorted(call_ids)[:MOST_CALLS]
    found = {row.id: row for row in rows.scalars(select(CallRow).where(CallRow.id.in_(wanted)))}
    seen = set(rows.scalars(select(CallRow.id).where(CallRow.id.in_(wanted), permitted(reader))))
    for call_id in wanted:
        row = found.get(call_id)
        if row is None:
            yield Line(gettext("Call"), gettext("It was deleted"))
        else:
            there = url_for("call.show", call_id=call_id) if call_id in seen else None
            yield Line(gettext("Call"), call_name(row), there)
    if more := len(call_ids) - len(wanted):
        yield Line(gettext("Calls"), ngettext("and %(num)d more", "and %(num)d more", more))


def _ids(approval: Approval) -> list[str]:
    calls = approval.detail.get("calls")
    return [str(one) for one in calls] if isinstance(calls, list) else []

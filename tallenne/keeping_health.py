"""What the doctor says of keeping: key shares, periods, the run that erases, and what the documents need."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from privacy.retention.deletion_state import UNDER_WAY, State
from privacy.retention.halts import newest_run, standing_halts
from privacy.retention.holds import is_held
from privacy.retention.period import day_in_finland
from privacy.retention.person_periods import roleless_persons
from privacy.retention.policies import rules
from privacy.retention.retention_rows import CallDeletionRow, RowDeletionRow
from storage.database.calls import CallRow, RecordingRow
from tallenne.finding import Finding, Health
from tallenne.house import House
from tallenne.house_facts import house_facts
from tallenne.running import anything_runs

LATE = timedelta(days=2)
RECORDINGS_A_PAGE = 5000


def shares_health(house: House) -> Iterator[Finding]:
    """See that every recording has the share of its key, in every folder that is to have it."""
    shares = house.keys.shares
    lacking = dict.fromkeys(shares.places, 0)
    count, after = 0, ""
    while True:
        with house.database.read() as session:
            wanted = select(RecordingRow.call_id).where(RecordingRow.call_id > after)
            page = list(session.scalars(wanted.order_by(RecordingRow.call_id).limit(RECORDINGS_A_PAGE)))
        if not page:
            break
        count, after = count + len(page), page[-1]
        for place, missing in shares.lacking(page).items():
            lacking[place] += missing
    first, *copies = lacking
    if lacking[first]:
        whole = next((place for place in copies if not lacking[place]), None)
        what = f"{lacking[first]} of {count} recordings have no share of their key in {first}: nobody hears them"
        yield Finding(
            "key shares", Health.BAD, what, f"copy {whole} to it" if whole else "put the file back from a copy"
        )
        return
    for place in copies:
        if lacking[place]:
            what = f"the copy {place} lacks {lacking[place]} of {count} shares"
            remedy = f"see that its disk is mounted, then copy {first} to it, while nothing runs"
            yield Finding("key shares", Health.BAD, what, remedy)
    if not copies:
        what = "of the shares of the calls' keys there is one file: if its disk is lost, so is every recording"
        yield Finding("key shares", Health.DOUBTFUL, what, "name a folder on another disk in keys.share_copies")
    elif not any(lacking.values()):
        yield Finding("key shares", Health.GOOD, f"{count}, in {len(lacking)} places")


def retention_health(house: House) -> Iterator[Finding]:
    """See that each service has its periods, and that what is to go goes."""
    with house.database.read() as session:
        gaps = rules(session, services=house.service_purposes).gaps()
        halts = standing_halts(session)
        run = newest_run(session, is_ended=True)  # one that dies is begun anew again and again
        overdue = _overdue(house, session)
        late_rows = _overdue_rows(house, session)
    for service, purposes in gaps.items():
        what = f"{service}: no period for {', '.join(purposes)}: its calls are kept for ever"
        yield Finding("periods", Health.DOUBTFUL, what, "set one on the page Säilytys")
    bad = Health.BAD if anything_runs(house) else Health.DOUBTFUL
    for halt in halts:
        remedy = "if that is as it should be: tallenne retention go-on"
        yield Finding("retention", Health.BAD, str(halt), remedy)
    if run is None:
        yield Finding("retention", Health.DOUBTFUL, "never ran to its end yet", "tallenne up")
    elif run.began_at < house.clock.now() - LATE and not halts:
        yield Finding(
            "retention", bad, f"its daily run was last on {run.began_at:%Y-%m-%d}", "see the log of 'tallenne up'"
        )
    elif overdue and not halts:
        what = f"{overdue} calls should have been erased days ago"
        yield Finding("retention", bad, what, "see the log of 'tallenne up'")
    elif late_rows and not halts:
        what = f"{late_rows} persons, requests, hand-overs or leases' vouchers should have been deleted days ago"
        yield Finding("retention", bad, what, "see the log of 'tallenne up', and whether an import runs all the time")
    elif not halts:
        yield Finding("retention", Health.GOOD, f"its daily run was last on {run.began_at:%Y-%m-%d}")
    yield from _other_periods(house)


def documents_health(house: House) -> Iterator[Finding]:
    """See that the documents that the law asks for can be published, and letters to data subjects written."""
    if missing := house_facts(house.settings).missing():
        what = f"they cannot be published without {', '.join(missing)}"
        yield Finding("documents", Health.DOUBTFUL, what, "set it in tallenne.toml")
    if missing := house.settings.controller.missing():
        what = f"no request of a data subject is answered by a letter without {', '.join(missing)}"
        yield Finding("letters", Health.DOUBTFUL, what, "set it in tallenne.toml")


def _overdue_rows(house: House, session: Session) -> int:
    """Count the lines of what is no call that are days late: the daily run takes off what something keeps."""
    row, before = RowDeletionRow, day_in_finland(house.clock.now() - LATE)
    return (
        session.scalar(select(func.count(row.subject)).where(row.state == State.SCHEDULED, row.goes_on < before)) or 0
    )


def _other_periods(house: House) -> Iterator[Finding]:
    """See that what the settings keep has a period, and that the period can be counted."""
    settings, is_ours = house.settings.retention, not house_facts(house.settings).is_register_elsewhere
    if settings.case_years is None:
        yield _no_period("requests of data subjects are kept for ever", "retention.case_years")
    if is_ours and settings.register_person_years is None:
        yield _no_period("who had a lease is kept for ever", "retention.register_person_years")
    if is_ours and settings.applicant_years is None:
        yield _no_period("who applied and had no lease is kept for ever", "retention.applicant_years")
    if house.settings.audit.detail_years is None:
        yield _no_period("names, network addresses and reasons in the log are kept for ever", "audit.detail_years")
    with house.database.read() as session:
        roleless = roleless_persons(session) if is_ours else 0
    if roleless:
        what = f"{roleless} persons have neither a lease nor an application: no period of theirs ends"
        yield Finding("other periods", Health.DOUBTFUL, what, "leave them out of the next import, or give them a role")


def _no_period(what: str, setting: str) -> Finding:
    return Finding("other periods", Health.DOUBTFUL, what, f"set {setting}")


def _overdue(house: House, session: Session) -> int:
    """Count the calls that nobody holds and that are days late, wherever their deletion stands."""
    before, row = house.clock.now() - LATE, CallDeletionRow
    held = select(CallRow.id).where(is_held())
    due = (row.state == State.SCHEDULED) & (row.shred_from < before) & row.call_id.not_in(held)
    begun = row.state.in_(UNDER_WAY) & (row.key_erased_at < before)
    return session.scalar(select(func.count(row.call_id)).where(or_(due, begun))) or 0

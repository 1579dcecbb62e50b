"""Step 6: the rows of a call, in one transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.manifest import Manifest
from calls.outcome import Direction
from calls.phone import to_e164
from storage.archive.attempt import Attempt
from storage.archive.facts import authenticate_facts
from storage.archive.garbage import withdraw
from storage.database.calls import AgentRow, CallRow, DisclosureRow
from storage.vault.key_ring import KeyRing

Link = Callable[[Session, CallRow], None]


def write_rows(
    session: Session, manifest: Manifest, attempt: Attempt | None, *, now: datetime, keys: KeyRing, link: Link
) -> CallRow:
    """Write everything that is said of a call; the caller commits. Raise UnavailableError for a swept attempt."""
    call = call_row(manifest, agent=_agent_of(session, manifest), now=now)
    if attempt is not None:
        withdraw(session, [item.object_key for item in attempt.objects])
        call.recording = attempt.row(call.id)
    session.add(call)
    session.flush()
    authenticate_facts(call, keys=keys)
    session.flush()
    link(session, call)
    return call


def call_row(manifest: Manifest, *, agent: AgentRow | None, now: datetime) -> CallRow:
    """Turn a manifest into rows, without the recording. The agent's name is kept as it is now."""
    caller = manifest.caller
    is_outbound = manifest.direction is Direction.OUTBOUND
    number = None if caller.withheld or caller.number is None else to_e164(caller.number)
    return CallRow(
        id=manifest.call_id,
        sip_call_id=manifest.sip_call_id,
        direction=manifest.direction.value,
        service_number=manifest.service_number,
        service_name=manifest.service_name,
        caller_e164=number,
        caller_raw=caller.raw,
        caller_display_name=caller.display_name,
        caller_withheld=caller.withheld,
        dialled_e164=to_e164(manifest.dialled) if is_outbound and manifest.dialled else None,
        agent_id=agent.id if agent else None,
        agent_name=agent.name if agent else None,
        agent_aor=manifest.agent_aor,
        started_at=manifest.started_at,
        answered_at=manifest.answered_at,
        ended_at=manifest.ended_at,
        duration_ms=manifest.duration_ms,
        state=manifest.state.value,
        reason=manifest.reason.value,
        worker=manifest.worker,
        archived_at=now,
        facts_mac=None,
        facts_key_version=None,
        disclosures=[
            DisclosureRow(
                position=position,
                name=played.name,
                language=played.language,
                sha256=played.sha256,
                started_at=played.started_at,
                ended_at=played.ended_at,
                complete=played.complete,
            )
            for position, played in enumerate(manifest.disclosures)
        ],
        recording=None,
    )


def _agent_of(session: Session, manifest: Manifest) -> AgentRow | None:
    if manifest.agent_aor is None:
        return None
    return session.scalar(select(AgentRow).where(AgentRow.aor == manifest.agent_aor))

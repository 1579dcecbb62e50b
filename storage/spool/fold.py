"""Folds a journal into the manifest: the one place that says what a call's events add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from calls.errors import BadDataError
from calls.manifest import Audio, DisclosurePlayed, Manifest
from calls.outcome import CallState, Reason
from storage.spool.journal import Answered, Arrived, DisclosureEnded, DisclosureStarted, Ended, JournalEvent, Ringing


@dataclass(slots=True)
class CallFacts:
    """What the events so far say; ``arrived`` is never missing."""

    arrived: Arrived
    disclosures: list[DisclosurePlayed] = field(default_factory=list)
    answered: Answered | None = None
    ended: Ended | None = None


def facts_of(events: Iterable[JournalEvent]) -> CallFacts:
    """Add the events up; raise BadDataError where the first is not an arrival."""
    stream = iter(events)
    first = next(stream, None)
    if not isinstance(first, Arrived):
        raise BadDataError(what="the journal does not begin with an arrival", where="journal")
    facts = CallFacts(arrived=first)
    for event in stream:
        _add(facts, event)
    return facts


def manifest_of(facts: CallFacts, *, audio: Audio | None) -> Manifest:
    """Give the manifest of a call that is over, or that was cut off (no ``Ended``: *interrupted*).

    A clock that was set back during the call makes no end before the call's start: the recording must not be refused
    for it. A hang-up in the same moment as the answer makes no negative duration either.
    """
    arrived, answered = facts.arrived, facts.answered
    ended = facts.ended or _interrupted(facts, audio)
    return Manifest(
        call_id=arrived.call_id,
        sip_call_id=arrived.sip_call_id,
        direction=arrived.direction,
        service_number=arrived.service_number,
        service_name=arrived.service_name,
        caller=arrived.caller,
        agent_aor=answered.agent_aor if answered else None,
        started_at=arrived.at,
        answered_at=answered.at if answered else None,
        ended_at=max(ended.at, arrived.at),
        duration_ms=None if ended.duration_ms is None else max(0, ended.duration_ms),
        state=CallState.RECORDED if audio else CallState.NOT_RECORDED,
        reason=ended.reason,
        worker=arrived.worker,
        disclosures=tuple(facts.disclosures),
        audio=audio,
    )


def _add(facts: CallFacts, event: JournalEvent) -> None:
    match event:
        case DisclosureStarted():
            played = DisclosurePlayed(
                name=event.name,
                language=event.language,
                sha256=event.sha256,
                started_at=event.at,
                ended_at=event.at,
                complete=False,
            )
            facts.disclosures.append(played)
        case DisclosureEnded() if facts.disclosures:
            facts.disclosures[-1] = replace(facts.disclosures[-1], ended_at=event.at, complete=event.complete)
        case Ringing():
            pass  # for the screens of agents while it lasts (storage.spool.live_call); no fact of the call
        case Answered():
            facts.answered = event
        case Ended():
            facts.ended = event
        case _:
            raise BadDataError(what=f"an event out of order: {event.kind}", where="journal")


def _interrupted(facts: CallFacts, audio: Audio | None) -> Ended:
    """Say when a call that was cut off ended: at the last sample, or else at the last thing that was written."""
    if facts.answered and audio:
        duration_ms = audio.customer.samples * 1000 // audio.sample_rate_hz
        at = facts.answered.at + timedelta(milliseconds=duration_ms)
        return Ended(at=at, reason=Reason.INTERRUPTED, duration_ms=duration_ms)
    last = facts.disclosures[-1].ended_at if facts.disclosures else facts.arrived.at
    return Ended(at=last, reason=Reason.INTERRUPTED, duration_ms=None)

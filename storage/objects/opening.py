"""Makes sure of the object store before anything is kept in it."""

import threading

import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from calls.clock import Clock
from calls.errors import BadConfigurationError, UnavailableError
from storage.objects.privacy import require_private
from storage.objects.store import ObjectStore

FIRST_RETRY_S = 0.1
RETRY_MAX_S = 2
REFUSAL_PATIENCE_S = 30  # a server that is just starting knows neither bucket nor account yet
_log = structlog.get_logger("objects")


def open_store(
    objects: ObjectStore,
    *,
    endpoint: str | None,
    bucket: str,
    clock: Clock,
    stop: threading.Event,
    refusal_patience_s: float = REFUSAL_PATIENCE_S,
) -> bool:
    """Wait until the store answers, make what it needs, and refuse one that is open to all.

    ``endpoint`` is None for a store that no network reaches. Give False where ``stop`` came first; raise
    BadConfigurationError for a store that goes on refusing us, or refuses nobody.
    """
    patient_until = clock.monotonic() + refusal_patience_s

    def make_sure() -> bool:
        try:
            objects.prepare()
        except BadConfigurationError as error:
            if clock.monotonic() >= patient_until:
                raise
            raise UnavailableError(what=error.what, where=error.where, remedy=error.remedy) from error
        if endpoint is not None:
            require_private(endpoint=endpoint, bucket=bucket, objects=objects)
        return True

    patiently = Retrying(
        retry=retry_if_exception_type(UnavailableError),
        wait=wait_exponential(multiplier=FIRST_RETRY_S, max=RETRY_MAX_S),
        sleep=sleep_using_event(stop),
        stop=stop_when_event_set(stop),
        before_sleep=_tell,
        retry_error_callback=lambda _state: False,
    )
    done: bool = patiently(make_sure)
    return done


def _tell(state: RetryCallState) -> None:
    reason = str(state.outcome.exception()) if state.outcome else ""
    _log.info("waiting for the object store", reason=reason, attempt=state.attempt_number)

"""Makes sure of the object store before anything is kept in it."""

import threading

import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential
from tenacity.nap import sleep_using_event
from tenacity.stop import stop_when_event_set

from calls.errors import UnavailableError
from storage.objects.privacy import require_private
from storage.objects.store import ObjectStore

FIRST_RETRY_S = 0.1
RETRY_MAX_S = 10
_log = structlog.get_logger("objects")


def open_store(objects: ObjectStore, *, endpoint: str | None, bucket: str, stop: threading.Event) -> bool:
    """Wait until the store answers, make what it needs, and refuse one that is open to all.

    ``endpoint`` is None for a store that no network reaches. Give False where ``stop`` came first; raise
    BadConfigurationError for a store that refuses us, or refuses nobody.
    """

    def make_sure() -> bool:
        objects.prepare()
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

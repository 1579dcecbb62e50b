"""The log: one line an event on standard error, with the process's name; no personal data ever goes in."""

import logging
import sys

import structlog


def quieten_libraries() -> None:
    """Leave out urllib3's warning of every retry: what comes of the retries is told by whoever asked."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def log_to_stderr(process: str) -> None:
    """Send the events of this process, and the warnings of the libraries it uses, to standard error."""

    def named(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process  # not a context variable: those do not reach a server's threads
        return event

    quieten_libraries()
    shared: list[structlog.typing.Processor] = [
        named,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("msg"),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "msg"], bool_as_flag=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format=f"level=%(levelname)s process={process} msg=%(message)r"
    )

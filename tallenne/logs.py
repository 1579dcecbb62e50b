"""The log: one line an event on standard error, with the process's name; no personal data ever goes in."""

import logging
import sys

import structlog


def quieten_libraries() -> None:
    """Leave out urllib3's warning of every retry: what comes of the retries is told by whoever asked."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)


class OneLineFormatter(logging.Formatter):
    """A line for each record of a library, with its traceback in it."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; what would end the line or move the cursor is written as an escape."""
        return _escaped(super().format(record))


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
            _on_one_line,
            structlog.processors.EventRenamer("msg"),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "msg"], bool_as_flag=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(f"level=%(levelname)s process={process} msg=%(message)r"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _on_one_line(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Let no value begin a line of its own, nor write to the screen of who reads it (log injection, ASVS 16.4.1)."""
    return {name: value if isinstance(value, bool | int | float | None) else _escaped(str(value))
            for name, value in event.items()}  # fmt: skip


def _escaped(text: str) -> str:
    """Write line ends, controls and what else cannot be seen as Python's escapes."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)

"""How a foreground process is asked to end."""

import signal
import threading


def stop_on_signals() -> threading.Event:
    """Give an event that SIGTERM and SIGINT set; the process ends when its loop sees it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop

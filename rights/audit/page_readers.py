"""Sums pages of the audit in processes beside this one, each with a connection of its own: hashing fills a core.

A reader sees a later moment of the database than who asked for it. That makes no difference: rows that were chained
never change, and where they did, the page is not summed, and who asked looks at it himself.
"""

import gc
import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from calls.errors import UnavailableError
from rights.audit.page_sum import sum_of
from rights.audit.place import PageSum
from rights.audit.places import Span, read_page
from storage.database.engine import Database, open_database

_STOP_S = 10


def page_sums(database: Database, session: Session, *, pages: Sequence[Span], readers: int) -> Iterator[PageSum | None]:
    """Give the sum of each page, or None where something may be wrong in it. Without readers this process sums them.

    Where a reader ends before its work is done, this process does what is left.
    """
    with _readers(database, pages, readers) as ends:
        have_ended = not ends
        for number, page in enumerate(pages):
            found = None
            try:
                found = None if have_ended else ends[number % readers].recv()
            except (EOFError, OSError):
                have_ended = True
            yield _page_sum(session, page) if have_ended else found


def _page_sum(session: Session, page: Span) -> PageSum | None:
    with suppress(DBAPIError):  # SQLite keeps text that its driver refuses to give
        return sum_of(read_page(session, page))
    return None


@contextmanager
def _readers(database: Database, pages: Sequence[Span], count: int) -> Iterator[list[Connection]]:
    """Start readers, the n-th for every n-th page; give the ends where their sums come out."""
    context = multiprocessing.get_context("spawn")  # a fork would share the connections of this process
    ends, processes = [], []
    try:
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            ends.append(ours)
            arguments = (database.address, database.password, theirs, pages[number::count])
            process = context.Process(target=_read, args=arguments, daemon=True, name=f"audit-reader-{number}")
            process.start()
            processes.append(process)
            theirs.close()  # so that the reader's end is the last, and is seen
        yield ends
    finally:
        for end in ends:
            end.close()
        for process in processes:
            process.terminate()
            process.join(_STOP_S)


def _read(address: str, password: str | None, out: Connection, pages: Sequence[Span]) -> None:
    """Send a sum for each page; end when nobody listens any more, or when the database does not answer."""
    gc.disable()  # pages leave no cycles, and looking for them takes a third of the time
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked, and he ends this process
    database = open_database(address, password=password)
    with suppress(BrokenPipeError, UnavailableError), database.read() as session:
        for page in pages:
            out.send(_page_sum(session, page))

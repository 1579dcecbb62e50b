"""The spool: the border between capture and everything that needs a database or a network.

Invariants
----------
1. No call is answered before its entry exists (``open/<worker>/<call id>/``).
2. The rename into ``committed/`` is the moment a call is kept; before it, every byte it needs was fsynced.
3. An entry is in exactly one of ``open``, ``committed`` and ``quarantine``; nothing is ever thrown away here.
4. Only :meth:`~storage.spool.committed.CommittedEntry.discard` deletes, and only its caller, the archive, calls it.
"""

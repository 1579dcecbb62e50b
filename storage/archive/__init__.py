"""The archive: committed spool entries become sealed objects and rows, each call exactly once.

Invariants
----------
1. An entry leaves the spool only after its row is committed.
2. An object's key is announced in ``garbage`` before the object is put; the announcement goes away in the transaction
   that makes the recording's row. So every object in the store is owned: by a recording row or by a garbage row.
3. One attempt has one data key and its own object keys, and is durable in the entry before its first put. A repeated
   put therefore writes the same bytes: no put, however late, can make an object that the row's key does not open.
4. Only what is wrong with an entry itself (steps 1 and 2) puts it into quarantine; anything else is tried again.

Procedure, each step repeatable (:class:`storage.archive.archive.Archive`)
--------------------------------------------------------------------------
1. *verify*    The manifest is whole and of this call; both recordings have its lengths and hashes.
   A call whose row is there already was archived before a crash: go to 7.
2. *make*      FLAC and peaks are made, sealed under a new data key, fsynced; ``attempt.json`` says what they are.
   An attempt that is whole is used again.
3. *announce*  Both object keys go into ``garbage`` (committed).
4. *put*       Both objects are stored.
5. *read back* Both are read whole; size and hash are those of the attempt.
6. *commit*    Call, disclosures, recording and link become rows, and the announcement goes, in one transaction.
7. *discard*   The entry leaves the spool.

A call without audio takes steps 1, 6 and 7.
"""

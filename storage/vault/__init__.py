"""The vault: one data key per call, wrapped by a versioned key-encryption key and a share; audio sealed in chunks.

Invariants
----------
1. A data key seals one attempt to archive one call and is never used again; only its wrapped form is stored.
2. Plain bytes leave :mod:`storage.vault.sealing` only after their chunk was authenticated, in its place.
3. A key-encryption key is never overwritten: rotation adds a file with the next version.
4. A call's data key opens with the key-encryption key and the call's own share together, and the share can be erased.
"""

"""The check: proves what docs/design promises of kept calls, and names whatever does not hold.

Levels: *presence* (every recording has its objects and its key, every object an owner), *size* (and lengths), *hash*
(every byte is read, decrypted and compared). The facts of every call are held to their MAC at all levels.
"""

"""The revisions. A revision that was released is never changed; it is followed by another.

A revision names its tables and columns itself and imports nothing of ours: the models go on changing, it does not.
"""

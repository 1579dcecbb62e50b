"""Parts of pages: what our scripts ask for, to put the answer into the page that is open."""

PART_HEADER = "X-Part"
OLDER = "older"
"""The part that is the next page of a time line."""

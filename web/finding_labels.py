"""What a verification of the log finds, before people."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from rights.audit.findings import Tampering

TAMPERINGS: dict[str, LazyString] = {
    Tampering.EDITED: _l("A row was changed"),
    Tampering.SWAPPED: _l("Two rows have changed places"),
    Tampering.DELETED: _l("A row is missing"),
    Tampering.INSERTED: _l("A row was put in from outside"),
    Tampering.PLACE_MISSING: _l("Places of the chain are missing"),
    Tampering.PLACE_CHANGED: _l("A link of the chain was changed"),
    Tampering.TAIL_CUT: _l("The end of the log is missing"),
    Tampering.CLOCK_TURNED_BACK: _l("The clock was turned back"),
    Tampering.REWRITTEN: _l("The log is not the one that was signed"),
    Tampering.CHECKPOINT_FORGED: _l("A checkpoint is not ours"),
    Tampering.CHECKPOINT_MISSING: _l("A checkpoint is missing"),
    Tampering.ACKNOWLEDGEMENT_FORGED: _l("An acknowledgement is not ours"),
}
REASONS: dict[str, LazyString] = {
    Tampering.CLOCK_TURNED_BACK: _l("Usual reason: the clock of the machine was wrong and was set right."),
    Tampering.TAIL_CUT: _l("Usual reason: the database was restored from a backup."),
    Tampering.REWRITTEN: _l("Usual reason: the database was restored from a backup."),
    Tampering.CHECKPOINT_MISSING: _l("Usual reason: the database was restored from a backup."),
}
"""What it may be without anybody having tampered."""

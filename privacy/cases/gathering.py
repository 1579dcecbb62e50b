"""Gathering: what is kept about a case's subject, as the plain values of ``privacy.cases.gathered``."""

from sqlalchemy.orm import Session

from calls.clock import Clock
from privacy.cases.gathered import Gathered
from storage.vault.key_ring import KeyRing


def gather(session: Session, keys: KeyRing, case_no: str, *, clock: Clock) -> Gathered:
    """Gather everything that the copy of a case holds; the caller has audited it and seen to it that it may be told.

    Raises NotFoundError for a case that is not there.
    """
    raise NotImplementedError

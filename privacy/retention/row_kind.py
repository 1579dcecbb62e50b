"""What goes by a period besides calls, by kind, and which doubt stops it when too much of it would go at once."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from privacy.retention.doubts import HaltKind


class RowKind(StrEnum):
    """What a line of the list stands for, and by what it is named there.

    *tenants* and *applicants*: a person, by his id. *cases*: a request, by its number. *handovers*: by its number.
    *leases*: the settled vouchers of a lease, by its number, up to a day. *payments*: those that belong to no lease, up
    to a day. None of these names is ever given to another, but that of a lease, which is the source register's.
    """

    TENANTS = "tenants"
    APPLICANTS = "applicants"
    CASES = "cases"
    HANDOVERS = "handovers"
    LEASES = "leases"
    PAYMENTS = "payments"


PERSONS = (RowKind.TENANTS, RowKind.APPLICANTS)
VOUCHERS = (RowKind.LEASES, RowKind.PAYMENTS)

STOPPED_BY: Mapping[RowKind, HaltKind] = MappingProxyType(
    {
        RowKind.TENANTS: HaltKind.PERSONS,
        RowKind.APPLICANTS: HaltKind.PERSONS,
        RowKind.CASES: HaltKind.CASES,
        RowKind.HANDOVERS: HaltKind.HANDOVERS,
        RowKind.LEASES: HaltKind.VOUCHERS,
        RowKind.PAYMENTS: HaltKind.VOUCHERS,
    }
)
"""The doubt of number that stops each kind; a doubted clock stops them all."""

"""Checks that many tables of the register share: enumerations, periods, amounts."""

from enum import StrEnum

from sqlalchemy import CheckConstraint


def is_one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Let a column hold the values of an enumeration alone."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def in_order(first: str, last: str, *, name: str) -> CheckConstraint:
    """Let a period not end before it begins; an open end (NULL) is in order."""
    return CheckConstraint(f"{first} <= {last}", name=name)


def not_negative(column: str) -> CheckConstraint:
    """Refuse amounts below zero."""
    return CheckConstraint(f"{column} >= 0", name=column)


def positive(column: str) -> CheckConstraint:
    """Refuse zero and what is below it."""
    return CheckConstraint(f"{column} > 0", name=column)

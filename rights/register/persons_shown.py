"""Whose names stand in a record: what the audit says was shown."""

from dataclasses import fields, is_dataclass

from ledger_link.linking.link import LinkedPerson


def persons_in(value: object) -> frozenset[int]:
    """Give the ids of all persons anywhere in a record, so that none can be forgotten that a record gains later."""
    if isinstance(value, LinkedPerson):
        return frozenset({value.id})
    if isinstance(value, tuple | list | frozenset):
        return frozenset().union(*(persons_in(one) for one in value))
    if is_dataclass(value) and not isinstance(value, type):
        return frozenset().union(*(persons_in(getattr(value, field.name)) for field in fields(value)))
    return frozenset()

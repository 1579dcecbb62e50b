"""The rent ledger: what is owed for a lease on a day."""

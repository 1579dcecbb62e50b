"""The viewer: thin Flask views over storage, ledger_link and rights."""

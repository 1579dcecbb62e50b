"""Pages of who administers: accounts, roles, purposes, approvals."""

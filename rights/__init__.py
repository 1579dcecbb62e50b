"""Who may do what (accounts, permissions, purposes) and what was done (the audit)."""

"""The customer register (persons, apartments, leases), and whose call it was."""

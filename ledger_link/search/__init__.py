"""Finding persons, leases, apartments and organisations by what people type."""

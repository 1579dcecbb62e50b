"""The database: one engine, one metadata, migrations that are tested with data."""

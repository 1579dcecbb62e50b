"""Data subjects' cases: taken in, decided, carried out and answered in time."""

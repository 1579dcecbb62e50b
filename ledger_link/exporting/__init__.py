"""Exporting the register as a folder in the form in which it is imported."""

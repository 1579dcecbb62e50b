"""Keeps calls: spool, audio, vault, objects, database, archive, check."""

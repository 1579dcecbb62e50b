"""Deciding by hand whose call it was."""

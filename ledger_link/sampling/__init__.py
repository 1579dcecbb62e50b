"""Invented registers of any size, for trying and measuring; nobody in them lives."""

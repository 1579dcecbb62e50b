"""Measures a whole house under load; see README.md beside this file."""

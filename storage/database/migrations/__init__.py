"""Alembic's folder: ``env.py`` and, in ``versions``, one revision after another in a single line."""

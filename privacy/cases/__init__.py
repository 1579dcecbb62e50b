"""Requests of data subjects, from intake to delivery."""

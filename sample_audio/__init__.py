"""Sample audio: the disclosures that a new home starts with, and the conversations of the demo."""

"""Disclosures: what was handed to somebody outside, to whom, on what basis, by whom."""

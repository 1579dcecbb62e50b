"""What was handed over outside, to whom and on what basis."""

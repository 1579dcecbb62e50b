"""Whose call it was: the rules, the links that are kept, and what people decide."""

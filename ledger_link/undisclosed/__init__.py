"""Turvakielto: what may not be told of a person, and of whom and what else it follows."""

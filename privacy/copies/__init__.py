"""The package that a data subject is given: gathered, masked, sealed."""

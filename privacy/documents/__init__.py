"""The documents the law asks for, made from the settings as they are."""

"""The forms that people fill in; each carries the token against forged requests."""

"""The session of one call: pure decisions. Events in, actions out; no input or output here."""

"""Hearing a call: purposes, the one door to audio, exports."""

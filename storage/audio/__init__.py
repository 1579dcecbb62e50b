"""Audio of calls: two mono recordings made one stereo FLAC, and its peaks for the eye.

Everything is done in blocks, so that an hour takes no more memory than a minute.
"""

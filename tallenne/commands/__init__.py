"""The commands of ``tallenne``, one noun a file; each is given the house as ``ctx.obj``."""

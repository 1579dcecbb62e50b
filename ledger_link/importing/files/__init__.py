"""The files of the register as data, one module for each part of it; ``schemas.FILES`` has them all in order."""

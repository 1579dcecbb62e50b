"""``python -m tallenne``."""

from tallenne.command_line import main

main()

"""The command line and the composition of processes."""

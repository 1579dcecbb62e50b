"""The pool: a supervisor that forks workers, replaces the ones that die, and drains on SIGTERM."""

"""Who may do what: actors, tasks, permissions, and what is refused."""

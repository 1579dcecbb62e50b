"""Pages of one's own account: password, second factor, sessions."""

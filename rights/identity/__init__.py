"""Who somebody is: accounts, passwords, log-in, sessions."""

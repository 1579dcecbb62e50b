"""What the register's cells hold: identifiers, names, addresses and days, with the rules of each."""

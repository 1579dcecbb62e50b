"""The tables of the register, one noun a file; what columns and constraints they share."""

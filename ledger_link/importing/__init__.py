"""Importing the register from a folder of CSV files: read, check, plan, write; all of it or nothing."""

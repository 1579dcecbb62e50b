"""What is told of a person, a lease, an apartment: put together from the tables, as of a day."""

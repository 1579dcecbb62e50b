"""What was done: the trail that only grows."""
